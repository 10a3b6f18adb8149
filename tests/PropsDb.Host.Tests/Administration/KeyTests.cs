namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_keys</c>: a backend of the app acts as the app itself, within the key's scopes.</summary>
public sealed class KeyTests(PropsDbServer server)
{
    private static (string, string) Key(Answer issued) => ("X-App-Key", issued.Json.GetProperty("key").GetString()!);

    [Fact]
    public async Task A_key_is_shown_once_works_at_once_and_not_after_it_is_revoked()
    {
        var app = await TestApp.Register(server);
        await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
        var keys = $"/api/v1/_apps/{app.Id}/_keys";
        var issued = await app.Admin.Post(keys, """{"name":"billing","scopes":[{"tier":"user","can_read":true}]}""");
        issued.Status.ShouldBe(201, issued.ToString());
        var id = issued.Json.GetProperty("id").GetString()!;
        issued.ShouldBeJson($$"""{"id":"{{id}}","key":"*","prefix":"propsdb_{{app.Id}}_{{id}}","name":"billing","scopes":[{"tier":"user","can_read":true,"can_write":false,"can_delete":false}]}""");
        Key(issued).Item2.ShouldStartWith($"propsdb_{app.Id}_{id}_");
        var list = await app.Admin.Get(keys);
        list.Body.ShouldNotContain(Key(issued).Item2);
        list.ShouldBeJson($$"""
            {"keys":[{"id":"{{id}}","name":"billing","prefix":"propsdb_{{app.Id}}_{{id}}","scopes":[{"tier":"user","can_read":true,"can_write":false,"can_delete":false}],
             "created_at":"*","created_by":"root","last_used_at":null}]}
            """);

        (await app.Anonymous.Get("user/d?owner=alice", Key(issued))).ShouldBeAt(200, 1);
        (await app.Anonymous.Get("user", Key(issued))).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(1);
        (await app.Anonymous.Get("user/d", Key(issued))).ShouldBeProblem(400, "invalid_query");
        (await app.Anonymous.Delete("user/d?owner=alice&version=1", Key(issued))).ShouldBeForbidden("requires_scope:user");
        (await app.Anonymous.Get("shared", Key(issued))).ShouldBeForbidden("requires_scope:shared");
        (await app.Anonymous.Get("_roles", Key(issued))).ShouldBeForbidden("requires_role:admin");
        (await app.Anonymous.Get("/api/v1/default/user", Key(issued))).ShouldBeForbidden("requires_app:default");
        (await app.Anonymous.Get("app", ("X-App-Key", Key(issued).Item2[..^1] + "x"))).ShouldBeProblem(401, "unauthenticated");

        (await app.Admin.Delete($"{keys}/{id}")).Status.ShouldBe(204);
        (await app.Anonymous.Get("user/d?owner=alice", Key(issued))).ShouldBeProblem(401, "unauthenticated");
        (await app.Admin.Delete($"{keys}/{id}")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get(keys)).ShouldBeJson("""{"keys":[]}""");
    }

    [Fact]
    public async Task A_key_without_scopes_writes_everywhere_in_its_own_name()
    {
        var app = await TestApp.Register(server);
        var issued = await app.Admin.Post($"/api/v1/_apps/{app.Id}/_keys", "{}");
        var written = await app.Anonymous.Post("user/d?owner=alice", "{}", Key(issued));
        written.ShouldBeAt(201, 1);
        written.Json.GetProperty("document").GetProperty("created_by").GetString().ShouldBe($"key:{issued.Json.GetProperty("id").GetString()}");
        (await app.As("alice").Get("user/d", Key(issued))).ShouldBeAt(200, 1);
        (await app.As("bob").Get("user/d", Key(issued))).ShouldBeProblem(404, "not_found");
        (await server.As("alice").Get("user", Key(issued))).ShouldBeForbidden($"requires_app:{app.Id}");
    }

    [Fact]
    public async Task A_key_with_a_token_that_names_no_app_names_it()
    {
        var app = await TestApp.Register(server);
        var issued = await app.Admin.Post($"/api/v1/_apps/{app.Id}/_keys", "{}");
        var token = server.With(Jwt.Hs256($$"""{"sub":"alice","exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}"""));
        (await token.Get($"/api/v1/{app.Id}/user")).ShouldBeForbidden($"requires_app:{app.Id}");
        (await token.Post($"/api/v1/{app.Id}/user/d", "{}", Key(issued))).ShouldBeAt(201, 1);
        (await token.Get("/api/v1/default/user", Key(issued))).ShouldBeForbidden("requires_app:default");
    }

    [Fact]
    public async Task The_same_request_repeated_is_answered_with_the_same_key()
    {
        var app = await TestApp.Register(server);
        var keys = $"/api/v1/_apps/{app.Id}/_keys";
        var first = await app.Admin.Post(keys, """{"name":"a"}""", ("Idempotency-Key", "once"));
        (await app.Admin.Post(keys, """{"name":"a"}""", ("Idempotency-Key", "once"))).Body.ShouldBe(first.Body);
        (await app.Admin.Post(keys, """{"name":"b"}""", ("Idempotency-Key", "once"))).ShouldBeProblem(422, "idempotency_mismatch");
        var rehearsed = await app.Admin.Post(keys + "?dry_run=true", """{"name":"c"}""");
        (rehearsed.Status, rehearsed.Json.TryGetProperty("key", out _), rehearsed.Json.GetProperty("dry_run").GetBoolean()).ShouldBe((201, false, true));
        (await app.Admin.Get(keys)).Json.GetProperty("keys").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"name":7}""", "invalid_value", "/name")]
    [InlineData("""{"scopes":{}}""", "invalid_value", "/scopes")]
    [InlineData("""{"scopes":[7]}""", "invalid_value", "/scopes/0")]
    [InlineData("""{"scopes":[{}]}""", "invalid_value", "/scopes/0/tier")]
    [InlineData("""{"scopes":[{"tier":"A b"}]}""", "invalid_name", "/scopes/0/tier")]
    [InlineData("""{"scopes":[{"tier":"user","can_read":1}]}""", "invalid_value", "/scopes/0/can_read")]
    public async Task A_key_that_is_asked_for_wrongly_is_refused_with_the_place(string body, string error, string pointer)
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Post($"/api/v1/_apps/{app.Id}/_keys", body)).ShouldPointTo(error, pointer);
        (await app.As("alice").Post($"/api/v1/_apps/{app.Id}/_keys", body)).ShouldBeForbidden("requires_role:admin");
    }
}
