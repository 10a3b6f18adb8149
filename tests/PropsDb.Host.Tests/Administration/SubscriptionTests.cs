namespace PropsDb.Host.Tests.Administration;

/// <summary>A plan opens a paid tier until the instant at which it ends. These tests move the service's clock.</summary>
public sealed class SubscriptionTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    private async Task<TestApp> WithPremium() =>
        await (await TestApp.Register(server)).With("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true,"can_write":true}]}""");

    private string In(TimeSpan time) => Times(server.Time.GetUtcNow() + time);

    private static string Times(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_subscription_opens_the_paid_tier_and_ends_at_its_instant()
    {
        var app = await (await WithPremium()).With("_plans/gold", """{"roles":["vip"]}""");
        (await app.As("alice").Get("premium")).ShouldBeForbidden("requires_role:vip");
        var (now, until) = (In(TimeSpan.Zero), In(TimeSpan.FromMinutes(10)));
        var begun = await app.Admin.Post("_users/alice/_subscriptions", $$"""{"plan":"gold","expires_at":"{{until}}"}""");
        begun.Status.ShouldBe(201, begun.ToString());
        var id = begun.Json.GetProperty("id").GetString();
        begun.Header("Location").ShouldBe($"/api/v1/{app.Id}/_users/alice/_subscriptions/{id}");
        begun.ShouldBeJson($$"""{"id":"{{id}}","plan":"gold","is_active":true,"started_at":"{{now}}","expires_at":"{{until}}","ended_at":null,"end_reason":null,"source":"admin"}""");
        (await app.As("alice").Post("premium/d", "{}")).ShouldBeAt(201, 1);
        (await app.Admin.Get("_users/alice/_roles")).ShouldBeJson($$"""{"user_id":"alice","roles":[{"name":"vip","expires_at":"{{until}}","source":"plan:gold"}]}""");

        server.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(10));
        (await app.As("alice").Get("premium/d")).ShouldBeAt(200, 1);
        server.Time.Advance(TimeSpan.FromTicks(10));
        (await app.As("alice").Get("premium/d")).ShouldBeForbidden("requires_role:vip");
        (await app.Admin.Get("_users/alice/_roles")).ShouldBeJson("""{"user_id":"alice","roles":[]}""");
        (await app.Admin.Get("_users/alice/_subscriptions")).Json.GetProperty("subscriptions")[0].GetProperty("is_active").GetBoolean().ShouldBeFalse();
        (await app.Admin.Delete($"_users/alice/_subscriptions/{id}")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_cancelled_subscription_ends_at_once_and_stays_in_the_list()
    {
        var app = await WithPremium();
        // A plan that is not defined grants the role of its name.
        var begun = await app.Admin.Post("_users/alice/_subscriptions", $$"""{"plan":"vip","expires_at":"9999-12-31T00:00:00Z"}""");
        var id = begun.Json.GetProperty("id").GetString();
        (await app.As("alice").Get("premium")).Status.ShouldBe(200);
        (await app.Admin.Delete($"_users/alice/_subscriptions/{id}")).Status.ShouldBe(204);
        (await app.As("alice").Get("premium")).ShouldBeForbidden("requires_role:vip");
        (await app.Admin.Get("_users/alice/_subscriptions")).ShouldBeJson($$"""
            {"user_id":"alice","subscriptions":[{"id":"{{id}}","plan":"vip","is_active":false,"started_at":"*","expires_at":"9999-12-31T00:00:00.000000Z","ended_at":"*","end_reason":"cancelled","source":"admin"}]}
            """);
        (await app.Admin.Delete($"_users/alice/_subscriptions/{id}")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Delete("_users/alice/_subscriptions/absent")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get("_users/nobody/_subscriptions")).ShouldBeJson("""{"user_id":"nobody","subscriptions":[]}""");
    }

    [Theory]
    [InlineData("""{"expires_at":"9999-01-01T00:00:00Z"}""", "invalid_value", "/plan")]
    [InlineData("""{"plan":"gold"}""", "invalid_value", "/expires_at")]
    [InlineData("""{"plan":"gold","expires_at":"2020-01-01T00:00:00Z"}""", "invalid_value", "/expires_at")]
    [InlineData("""{"plan":"gold","expires_at":"x"}""", "invalid_value", "/expires_at")]
    [InlineData("""{"plan":"admin","expires_at":"9999-01-01T00:00:00Z"}""", "invalid_name", "/plan")]
    [InlineData("""{"plan":"a b","expires_at":"9999-01-01T00:00:00Z"}""", "invalid_name", "/plan")]
    public async Task A_subscription_that_is_wrong_is_refused_with_the_place(string body, string error, string pointer) =>
        (await (await TestApp.Register(server)).Admin.Post("_users/alice/_subscriptions", body)).ShouldPointTo(error, pointer);

    [Fact]
    public async Task A_share_and_a_role_end_at_their_instants()
    {
        var app = await WithPremium();
        var until = In(TimeSpan.FromMinutes(5));
        (await app.Admin.Put("_users/alice/_roles/vip", $$"""{"expires_at":"{{until}}"}""")).Status.ShouldBe(201);
        await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
        (await app.As("alice").Post("user/d/_share", $$"""{"user_id":"bob","expires_at":"{{until}}"}""")).Status.ShouldBe(201);
        server.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(10));
        (await app.As("alice").Get("premium")).Status.ShouldBe(200);
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeAt(200, 1);
        server.Time.Advance(TimeSpan.FromTicks(10));
        (await app.As("alice").Get("premium")).ShouldBeForbidden("requires_role:vip");
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
        (await app.As("bob").Get("user")).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(0);
        (await app.As("alice").Get("user/d/_permissions")).ShouldBeJson("""{"owner":"alice","permissions":[]}""");
    }
}
