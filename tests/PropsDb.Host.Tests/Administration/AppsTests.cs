namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_apps</c>: an app needs nothing but its registration.</summary>
public sealed class AppsTests(PropsDbServer server)
{
    private Client Ops => TestApp.Service(server);

    [Fact]
    public async Task An_app_is_registered_and_usable_at_once()
    {
        var app = new TestApp(server, server.New("app"));
        (await app.As("alice").Get("user/d")).ShouldBeProblem(404, "not_found");
        var made = await Ops.Post("_apps", $$"""{"id":"{{app.Id}}","name":"Jam","default_tiers":["user","app"]}""");
        made.Status.ShouldBe(201, made.ToString());
        made.Header("Location").ShouldBe($"/api/v1/_apps/{app.Id}");
        made.ShouldBeJson($$"""{"id":"{{app.Id}}","name":"Jam","is_active":true,"accessible_tiers":["app","user"],"auth":null,"payments":[]}""");
        (await app.As("alice").Post("user/d", "{}")).ShouldBeAt(201, 1);
        (await app.As("alice").Get("shared")).ShouldBeProblem(404, "not_found");
        (await app.As("alice").Get("/api/v1/_apps")).ShouldBeJson($$"""{"apps":[{"id":"{{app.Id}}","name":"Jam","is_active":true,"accessible_tiers":["app","user"]}]}""");
        (await Ops.Get("_apps")).Body.ShouldContain($"\"{app.Id}\"");
        (await app.Anonymous.Get("/api/v1/_apps")).ShouldBeProblem(401, "unauthenticated");
        (await Ops.Post("_apps", $$"""{"id":"{{app.Id}}"}""")).ShouldBeProblem(409, "already_exists");
    }

    [Theory]
    [InlineData("""{}""", "invalid_value", "/id")]
    [InlineData("""{"id":7}""", "invalid_value", "/id")]
    [InlineData("""{"id":"Jam"}""", "invalid_name", "/id")]
    [InlineData("""{"id":"user"}""", "invalid_name", "/id")]
    [InlineData("""{"id":"new-app","name":""}""", "invalid_value", "/name")]
    [InlineData("""{"id":"new-app","name":7}""", "invalid_value", "/name")]
    [InlineData("""{"id":"new-app","default_tiers":"app"}""", "invalid_value", "/default_tiers")]
    [InlineData("""{"id":"new-app","default_tiers":["app","other"]}""", "invalid_value", "/default_tiers")]
    [InlineData("""[]""", "invalid_value", "")]
    public async Task A_registration_that_is_wrong_is_refused_with_its_place(string body, string error, string pointer) =>
        (await Ops.Post("_apps", body)).ShouldPointTo(error, pointer);

    [Theory]
    [InlineData("""{"name":7}""", "/name")]
    [InlineData("""{"is_active":"yes"}""", "/is_active")]
    [InlineData("""{"auth":"x"}""", "/auth")]
    [InlineData("""{"auth":{}}""", "/auth")]
    [InlineData("""{"auth":{"authority":"https://a.example","secret":"x"}}""", "/auth")]
    [InlineData("""{"auth":{"secret":"short"}}""", "/auth/secret")]
    [InlineData("""{"auth":{"jwks_url":"http://a.example/keys"}}""", "/auth/jwks_url")]
    [InlineData("""{"payments":[]}""", "/payments")]
    [InlineData("""{"payments":{"paypal":{"secret":"x"}}}""", "/payments/paypal")]
    [InlineData("""{"payments":{"stripe":{}}}""", "/payments/stripe/secret")]
    public async Task A_change_that_is_wrong_is_refused_with_its_place(string body, string pointer)
    {
        var app = await TestApp.Register(server);
        (await Ops.MergePatch($"_apps/{app.Id}", body)).ShouldPointTo("invalid_value", pointer);
    }

    [Fact]
    public async Task An_app_has_its_own_issuer_and_secrets_that_are_not_shown()
    {
        var app = await TestApp.Register(server);
        const string body = """{"name":"Pear","auth":{"secret":"the app's own secret, which is long enough","audience":"pear"},"payments":{"stripe":{"secret":"whsec"}}}""";
        var changed = await Ops.Send(HttpMethod.Patch, $"_apps/{app.Id}", body, "application/json");
        changed.ShouldBeJson($$"""
            {"id":"{{app.Id}}","name":"Pear","is_active":true,"accessible_tiers":["app","shared","user"],
             "auth":{"authority":null,"jwks_url":null,"has_secret":true,"issuer":null,"audience":"pear"},"payments":["stripe"]}
            """);
        (await app.As("alice").Get("user")).ShouldBeProblem(401, "unauthenticated");
        (await Ops.MergePatch($"_apps/{app.Id}", """{"auth":null,"payments":{"stripe":null}}""")).Json.GetProperty("payments").GetArrayLength().ShouldBe(0);
        (await app.As("alice").Get("user")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_closed_app_is_closed_to_everyone_until_it_is_opened_and_keeps_its_data()
    {
        var app = await TestApp.Register(server);
        (await app.As("alice").Post("user/d", "{}", ("Idempotency-Key", "k"))).Status.ShouldBe(201);
        (await Ops.Delete($"_apps/{app.Id}")).Status.ShouldBe(204);
        (await app.As("alice").Get("user/d")).ShouldBeProblem(404, "not_found");
        (await app.As("alice").Post("user/d", "{}", ("Idempotency-Key", "k"))).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get("_roles")).ShouldBeProblem(404, "not_found");
        (await app.Anonymous.Get("app")).ShouldBeProblem(401, "unauthenticated");
        (await app.As("alice").Get("/api/v1/_apps")).ShouldBeJson("""{"apps":[]}""");
        (await Ops.Get("_apps")).Body.ShouldContain($"\"{app.Id}\"");
        (await Ops.MergePatch($"_apps/{app.Id}", """{"is_active":true}""")).Status.ShouldBe(200);
        (await app.As("alice").Get("user/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task Only_the_service_s_administrators_register_change_and_close()
    {
        var app = await TestApp.Register(server);
        foreach (var client in new[] { app.Admin, app.As("alice") })
        {
            (await client.Post("/api/v1/_apps", """{"id":"x"}""")).ShouldBeForbidden("requires_role:service_admin");
            (await client.MergePatch($"/api/v1/_apps/{app.Id}", "{}")).ShouldBeForbidden("requires_role:service_admin");
            (await client.Delete($"/api/v1/_apps/{app.Id}")).ShouldBeForbidden("requires_role:service_admin");
            (await client.Delete("/api/v1/_apps/default")).ShouldBeForbidden("requires_app:default");
            (await client.Delete("/api/v1/_apps/absent")).ShouldBeForbidden("requires_app:absent");
        }
        (await app.Anonymous.Delete($"/api/v1/_apps/{app.Id}")).ShouldBeProblem(401, "unauthenticated");
        (await Ops.Delete("_apps/absent")).ShouldBeProblem(404, "not_found");
        (await Ops.Put($"_apps/{app.Id}", "{}")).ShouldBeProblem(405, "method_not_allowed");
        (await Ops.Get("_apps/default/_nothing")).ShouldBeProblem(404, "not_found");
    }
}
