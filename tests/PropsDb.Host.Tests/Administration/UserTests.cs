namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_users</c>: membership, and the roles that users are assigned.</summary>
public sealed class UserTests(PropsDbServer server)
{
    [Fact]
    public async Task A_user_joins_by_their_first_token()
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Get("_users/alice")).ShouldBeProblem(404, "not_found");
        (await app.As("alice").Get("user")).Status.ShouldBe(200);
        Answer user;
        for (var i = 0; (user = await app.Admin.Get("_users/alice")).Status == 404; i++)
        {
            i.ShouldBeLessThan(500, "alice has not joined");
            await Task.Delay(10);
        }
        user.ShouldBeJson($$"""{"user_id":"alice","is_active":true,"joined_at":"{{Expect.Now}}"}""");
    }

    [Fact]
    public async Task Who_is_kept_out_is_out_at_once_also_with_what_was_answered_before()
    {
        var app = await TestApp.Register(server);
        (await app.As("bob").Post("user/d", "{}", ("Idempotency-Key", "k"))).Status.ShouldBe(201);
        (await app.Admin.Put("_users/bob", """{"is_active":false}""")).ShouldBeJson("""{"user_id":"bob","is_active":false,"joined_at":"*"}""");
        foreach (var path in new[] { "user/d", "user", "shared", "app", "_tiers", "_access" }) (await app.As("bob", "admin").Get(path)).ShouldBeForbidden("inactive_user");
        (await app.As("bob").Post("user/d", "{}", ("Idempotency-Key", "k"))).ShouldBeForbidden("inactive_user");
        (await app.As("bob").Get("/api/v1/_apps")).ShouldBeJson("""{"apps":[]}""");
        (await app.Admin.Put("_users/bob", """{"is_active":true}""")).Status.ShouldBe(200);
        (await app.As("bob").Get("user/d")).ShouldBeAt(200, 1);
        (await app.Admin.Put("_users/carol", "{}")).Status.ShouldBe(201);
        (await app.Admin.Put("_users/carol", """{"is_active":7}""")).ShouldPointTo("invalid_value", "/is_active");
        (await app.Admin.Put("_users/%01", "{}")).ShouldBeProblem(400, "invalid_name");
    }

    [Fact]
    public async Task An_assigned_role_opens_its_tier_at_once_until_it_is_taken_away()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/notes", """{"type":"shared","permissions":[{"role":"editor","can_read":true,"can_write":true}]}""");
        var alice = app.As("alice");
        (await alice.Get("notes")).ShouldBeForbidden("requires_role:editor");
        var assigned = await app.Admin.Put("_users/alice/_roles/editor", """{"expires_at":"9999-12-31T23:59:59Z"}""");
        assigned.Status.ShouldBe(201, assigned.ToString());
        assigned.ShouldBeJson("""{"user_id":"alice","role":"editor","expires_at":"9999-12-31T23:59:59.000000Z"}""");
        (await alice.Post("notes/d", "{}")).ShouldBeAt(201, 1);
        (await app.Admin.Put("_users/alice/_roles/editor", "{}")).Status.ShouldBe(200);
        (await app.Admin.Get("_users/alice/_roles")).ShouldBeJson("""{"user_id":"alice","roles":[{"name":"editor","expires_at":null,"source":"assigned"}]}""");
        (await app.Admin.Delete("_users/alice/_roles/editor")).Status.ShouldBe(204);
        (await alice.Get("notes")).ShouldBeForbidden("requires_role:editor");
        (await app.Admin.Delete("_users/alice/_roles/editor")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get("_users/nobody/_roles")).ShouldBeJson("""{"user_id":"nobody","roles":[]}""");
    }

    [Fact]
    public async Task An_administrator_is_made_and_unmade()
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_users/alice/_roles/admin", "{}")).Status.ShouldBe(201);
        (await app.As("alice").Put("_roles/x", "{}")).Status.ShouldBe(201);
        (await app.Admin.Delete("_users/alice/_roles/admin")).Status.ShouldBe(204);
        (await app.As("alice").Put("_roles/x", "{}")).ShouldBeForbidden("requires_role:admin");
    }

    [Theory]
    [InlineData("""{"expires_at":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"expires_at":"2000-01-01T00:00:00Z"}""")]
    [InlineData("""{"expires_at":"tomorrow"}""")]
    [InlineData("""{"expires_at":7}""")]
    public async Task An_end_that_has_passed_or_is_no_time_is_refused(string body)
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_users/alice/_roles/editor", body)).ShouldPointTo("invalid_value", "/expires_at");
        (await app.Admin.Get("_users/alice/_roles")).Json.GetProperty("roles").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("public")]
    [InlineData("a%20b")]
    public async Task A_role_that_is_everyone_s_or_no_role_s_name_is_not_assigned(string role) =>
        (await (await TestApp.Register(server)).Admin.Put($"_users/alice/_roles/{role}", "{}")).ShouldBeProblem(400, "invalid_name");
}
