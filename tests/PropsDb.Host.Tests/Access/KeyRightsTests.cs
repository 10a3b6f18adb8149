using System.Text.Json;

namespace PropsDb.Host.Tests.Access;

/// <summary>What a key may do: what its scopes say, in its own app, as the app and as no user.</summary>
public sealed class KeyRightsTests(PropsDbServer server)
{
    private async Task<(string App, string Id, string Key)> Issue(string scopes = "[]", string? inApp = null)
    {
        var app = inApp ?? await server.NewApp();
        var answer = await server.Root().Post($"/api/v1/_apps/{app}/_keys", $$"""{"scopes":{{scopes}}}""");
        answer.Status.ShouldBe(201, answer.ToString());
        return (app, answer.Json.GetProperty("id").GetString()!, answer.Json.GetProperty("key").GetString()!);
    }

    private Task<Answer> With(string key, string method, string path, string? body = null) =>
        server.Anonymous.Send(new HttpMethod(method), path, body, body is null ? null : "application/json", ("X-App-Key", key));

    [Theory]
    [InlineData("[]", "200 201 200 204")]
    [InlineData("""[{"tier":"shared","can_read":true,"can_write":true,"can_delete":true}]""", "200 201 200 204")]
    [InlineData("""[{"tier":"shared","can_read":true}]""", "200 403 403 403")]
    [InlineData("""[{"tier":"shared","can_read":true,"can_write":true}]""", "200 201 200 403")]
    [InlineData("""[{"tier":"shared","can_delete":true}]""", "403 403 403 204")]
    [InlineData("""[{"tier":"shared"}]""", "403 403 403 403")]
    [InlineData("""[{"tier":"app","can_read":true,"can_write":true,"can_delete":true}]""", "403 403 403 403")]
    public async Task Scopes_say_what_it_may_do_in_a_tier(string scopes, string statuses)
    {
        var (app, _, key) = await Issue(scopes);
        var path = $"/api/v1/{app}/shared";
        (await server.With(server.AppToken(app, "alice")).Post($"{path}/d", """{"collections":{"ui":{"a":1}}}""")).Status.ShouldBe(201);
        Answer[] answers = [await With(key, "GET", $"{path}/d"), await With(key, "POST", $"{path}/e", "{}"), await With(key, "PUT", $"{path}/d/ui/a", """{"version":1,"value":1}"""), await With(key, "DELETE", $"{path}/d?version=1")];
        string.Join(' ', answers.Select(a => a.Status)).ShouldBe(statuses);
        answers.Where(a => a.Status == 403).ShouldAllBe(a => a.Json.GetProperty("reason").GetString() == "requires_scope:shared");
    }

    [Theory]
    [InlineData("GET", "_apps/APP/_keys", null)]
    [InlineData("POST", "_apps/APP/_keys", "{}")]
    [InlineData("DELETE", "_apps/APP/_keys/ID", null)]
    [InlineData("PATCH", "_apps/APP", """{"name":"Mine"}""")]
    [InlineData("DELETE", "_apps/APP", null)]
    [InlineData("POST", "_apps", """{"id":"mine","name":"Mine"}""")]
    [InlineData("PUT", "APP/_tiers/new", """{"type":"shared","permissions":[]}""")]
    [InlineData("PUT", "APP/_roles/new", "{}")]
    [InlineData("PUT", "APP/_plans/new", """{"roles":["r"]}""")]
    [InlineData("PUT", "APP/_users/alice", """{"is_active":false}""")]
    [InlineData("PUT", "APP/_users/alice/_roles/admin", "{}")]
    [InlineData("POST", "APP/_users/alice/_subscriptions", """{"plan":"gold","expires_at":"2036-01-01T00:00:00Z"}""")]
    [InlineData("POST", "APP/_undo", """{"user":"alice","since":"2026-01-01T00:00:00Z"}""")]
    [InlineData("GET", "APP/_access?user=alice", null)]
    public async Task It_administers_nothing(string method, string path, string? body)
    {
        var (app, id, key) = await Issue();
        (await With(key, method, "/api/v1/" + path.Replace("APP", app).Replace("ID", id), body)).ShouldBeProblem(403, "forbidden");
        (await With(key, "GET", $"/api/v1/{app}/shared")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Another_apps_key_is_a_strangers()
    {
        var ((app, _, _), (other, _, key)) = (await Issue(), await Issue());
        foreach (var (method, path, body) in new[] { ("GET", "shared", null), ("GET", "app", null), ("POST", "shared/d", "{}"), ("GET", "user/d?owner=alice", null), ("GET", "_conflicts", (string?)null) })
            (await With(key, method, $"/api/v1/{app}/{path}", body)).ShouldBeProblem(403, "forbidden");
        (await With(key, "GET", $"/api/v1/_apps/{app}/_keys")).ShouldBeProblem(403, "forbidden");
        (await With(key, "GET", "/api/v1/nowhere/shared")).ShouldBeProblem(403, "forbidden");
        (await With(key, "GET", $"/api/v1/{other}/shared")).Status.ShouldBe(200);
        (await With(key, "GET", "/api/v1/_apps")).Json.GetProperty("apps").EnumerateArray().Select(a => a.GetProperty("id").GetString()).ShouldBe([other]);
    }

    [Fact]
    public async Task In_a_tier_of_users_it_names_the_owner_and_lists_every_owners()
    {
        var (app, id, key) = await Issue();
        foreach (var user in new[] { "alice", "bob" }) (await server.With(server.AppToken(app, user)).Post($"/api/v1/{app}/user/d", "{}")).Status.ShouldBe(201);
        foreach (var (method, body) in new[] { ("GET", null), ("POST", "{}"), ("DELETE", (string?)null) })
            (await With(key, method, $"/api/v1/{app}/user/d", body)).ShouldBeProblem(400, "invalid_query");
        (await With(key, "GET", $"/api/v1/{app}/user/d?owner=alice")).Json.GetProperty("document").GetProperty("owner").GetString().ShouldBe("alice");
        (await With(key, "GET", $"/api/v1/{app}/user/d?owner=carol")).ShouldBeProblem(404, "not_found");
        async Task<IEnumerable<string?>> Owners(string query) =>
            (await With(key, "GET", $"/api/v1/{app}/user{query}")).Json.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("owner").GetString());
        (await Owners("")).ShouldBe(["alice", "bob"], ignoreOrder: true);
        (await Owners("?owner=bob")).ShouldBe(["bob"]);
        var written = await With(key, "PUT", $"/api/v1/{app}/user/d/ui/a?owner=alice", """{"document_version":1,"value":1}""");
        written.Status.ShouldBe(200, written.ToString());
        written.Json.GetProperty("property").GetProperty("last_modified_by").GetString().ShouldBe($"key:{id}");
        (await With(key, "GET", $"/api/v1/{app}/user/d/_history?owner=alice")).Json.GetProperty("history")[0].GetProperty("updated_by").GetString().ShouldBe($"key:{id}");
    }

    [Fact]
    public async Task Beside_a_token_it_names_the_app_and_must_not_disagree()
    {
        var ((app, _, key), (_, _, others)) = (await Issue("""[{"tier":"app","can_read":true}]"""), await Issue());
        var exp = server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var nameless = server.With(Jwt.Hs256($$"""{"sub":"alice","exp":{{exp}}}"""));
        (await nameless.Get($"/api/v1/{app}/user")).ShouldBeProblem(403, "forbidden");
        // The user acts, with the user's rights: not the key's scopes.
        (await nameless.Post($"/api/v1/{app}/user/d", "{}", ("X-App-Key", key))).Json.GetProperty("document").GetProperty("created_by").GetString().ShouldBe("alice");
        (await nameless.Get($"/api/v1/{app}/user", ("X-App-Key", others))).ShouldBeProblem(403, "forbidden");
        var alice = server.With(server.AppToken(app, "alice"));
        (await alice.Get($"/api/v1/{app}/user", ("X-App-Key", key))).Status.ShouldBe(200);
        (await alice.Get($"/api/v1/{app}/user", ("X-App-Key", others))).ShouldBeProblem(403, "forbidden");
        (await alice.Get($"/api/v1/{app}/user", ("X-App-Key", "guessed"))).ShouldBeProblem(401, "unauthenticated");
        (await server.With("broken").Get($"/api/v1/{app}/shared", ("X-App-Key", key))).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task No_user_may_pass_for_a_key()
    {
        var (app, id, _) = await Issue();
        (await server.With(server.AppToken(app, $"key:{id}")).Get($"/api/v1/{app}/shared")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_closed_apps_key_opens_nothing()
    {
        var (app, _, key) = await Issue();
        (await server.Root().Delete($"/api/v1/_apps/{app}")).Status.ShouldBe(204);
        (await With(key, "GET", $"/api/v1/{app}/shared")).ShouldBeProblem(401, "unauthenticated");
    }

    [Theory]
    [InlineData("""[{"tier":"No Tier","can_read":true}]""", "invalid_name")]
    [InlineData("""[{"can_read":true}]""", "invalid_value")]
    [InlineData("""["shared"]""", "invalid_value")]
    [InlineData("""[{"tier":"shared","can_read":"yes"}]""", "invalid_value")]
    [InlineData("5", "invalid_value")]
    public async Task Scopes_that_make_no_sense_are_refused(string scopes, string error)
    {
        var app = await server.NewApp();
        (await server.Root().Post($"/api/v1/_apps/{app}/_keys", $$"""{"scopes":{{scopes}}}""")).ShouldBeProblem(400, error);
    }

    [Fact]
    public async Task Only_administrators_of_the_app_issue_and_see_keys()
    {
        var app = await server.NewApp();
        var keys = $"/api/v1/_apps/{app}/_keys";
        (await server.With(server.AppToken(app, "ann", "admin")).Post(keys, "{}")).Status.ShouldBe(201);
        (await server.With(server.AppToken(app, "alice")).Post(keys, "{}")).ShouldBeProblem(403, "forbidden");
        (await server.With(server.AppToken(app, "alice")).Get(keys)).ShouldBeProblem(403, "forbidden");
        (await server.NewUser("admin").Get(keys)).ShouldBeProblem(403, "forbidden");
        (await server.Anonymous.Get(keys)).ShouldBeProblem(401, "unauthenticated");
    }
}
