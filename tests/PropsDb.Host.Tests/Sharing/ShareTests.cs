using PropsDb.Host.Tests.Administration;

namespace PropsDb.Host.Tests.Sharing;

/// <summary><c>_share</c> and <c>_permissions</c>: a document's owner gives and takes, and a grantee passes nothing on.</summary>
public sealed class ShareTests(PropsDbServer server)
{
    private static async Task<(TestApp App, Client Alice)> Shared(PropsDbServer server, string share = """{"user_id":"bob"}""")
    {
        var app = await TestApp.Register(server);
        var alice = await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Post("user/d/_share", share)).Status.ShouldBe(201);
        return (app, alice);
    }

    [Fact]
    public async Task A_share_opens_the_document_at_once_and_makes_no_version()
    {
        var app = await TestApp.Register(server);
        var alice = await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
        var shared = await alice.Post("user/d/_share", """{"user_id":"bob","can_write":true,"expires_at":"9999-12-31T23:59:59Z"}""");
        shared.Status.ShouldBe(201, shared.ToString());
        const string bob = """{"user_id":"bob","can_read":true,"can_write":true,"can_delete":false,"granted_by":"alice","granted_at":"2026-11-22T12:00:00.000000Z","expires_at":"9999-12-31T23:59:59.000000Z"}""";
        shared.ShouldBeJson(bob);
        (await alice.Get("user/d/_permissions")).ShouldBeJson($$"""{"owner":"alice","permissions":[{{bob}}]}""");
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeAt(200, 1);
        (await app.As("bob").Put("user/d/ui/a?owner=alice", """{"value":2,"version":1}""")).ShouldBeAt(200, 2);
        (await app.As("bob").Delete("user/d?owner=alice&version=2")).ShouldBeForbidden("requires_share:delete");
        (await alice.Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(200);
        (await app.As("bob").Put("user/d/ui/a?owner=alice", """{"value":3,"version":2}""")).ShouldBeForbidden("requires_share:write");
        (await alice.Delete("user/d/_share/bob")).Status.ShouldBe(204);
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
        (await alice.Delete("user/d/_share/bob")).ShouldBeProblem(404, "not_found");
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task A_grantee_sees_and_drops_their_own_and_passes_nothing_on()
    {
        var (app, alice) = await Shared(server, """{"user_id":"bob","can_write":true,"can_delete":true}""");
        (await alice.Post("user/d/_share", """{"user_id":"carol"}""")).Status.ShouldBe(201);
        var bob = app.As("bob");
        (await bob.Get("user/d/_permissions?owner=alice")).Json.GetProperty("permissions").EnumerateArray().Select(p => p.GetProperty("user_id").GetString()).ShouldBe(["bob"]);
        (await bob.Post("user/d/_share?owner=alice", """{"user_id":"dave"}""")).ShouldBeForbidden("requires_ownership");
        (await bob.Delete("user/d/_share/carol?owner=alice")).ShouldBeForbidden("requires_ownership");
        (await bob.Put("user/d/_settings?owner=alice", """{"conflict_resolution_strategy":"merge"}""")).Status.ShouldBeOneOf(200, 403);
        (await bob.Delete("user/d/_share/bob?owner=alice")).Status.ShouldBe(204);
        (await bob.Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
        (await app.As("dave").Get("user/d/_permissions?owner=alice")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task An_administrator_gives_and_takes_for_the_owner()
    {
        var (app, alice) = await Shared(server);
        (await app.Admin.Post("user/d/_share?owner=alice", """{"user_id":"carol"}""")).Json.GetProperty("granted_by").GetString().ShouldBe("root");
        (await alice.Get("user/d/_permissions")).Json.GetProperty("permissions").GetArrayLength().ShouldBe(2);
        (await app.Admin.Delete("user/d/_share/bob?owner=alice")).Status.ShouldBe(204);
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task In_a_tier_without_owners_administrators_share_and_a_grantee_sees_their_own()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/notes", """{"type":"shared","permissions":[{"role":"user","can_read":true},{"role":"editor","can_read":true,"can_write":true}]}""");
        (await app.As("ed", "editor").Post("notes/d", "{}")).ShouldBeAt(201, 1);
        (await app.As("ed", "editor").Post("notes/d/_share", """{"user_id":"bob"}""")).ShouldBeForbidden("requires_ownership");
        (await app.As("bob").Get("notes/d/_permissions")).ShouldBeForbidden("requires_ownership");
        (await app.Admin.Post("notes/d/_share", """{"user_id":"bob","can_write":true}""")).Status.ShouldBe(201);
        (await app.As("bob").Put("notes/d/ui/a", """{"value":1,"version":1}""")).ShouldBeAt(200, 2);
        (await app.As("bob").Get("notes/d/_permissions")).Json.GetProperty("permissions").GetArrayLength().ShouldBe(1);
        (await app.As("bob").Delete("notes/d/_share/bob")).Status.ShouldBe(204);
        (await app.As("bob").Put("notes/d/ui/a", """{"value":2,"version":2}""")).ShouldBeForbidden("requires_role:editor");
    }

    [Theory]
    [InlineData("""{}""", "invalid_value", "/user_id")]
    [InlineData("""{"user_id":7}""", "invalid_value", "/user_id")]
    [InlineData("""{"user_id":""}""", "invalid_name", "/user_id")]
    [InlineData("""{"user_id":"a\u0001b"}""", "invalid_name", "/user_id")]
    [InlineData("""{"user_id":"alice"}""", "invalid_value", "/user_id")]
    [InlineData("""{"user_id":"bob","can_read":false}""", "invalid_value", "/can_read")]
    [InlineData("""{"user_id":"bob","can_write":"yes"}""", "invalid_value", "/can_write")]
    [InlineData("""{"user_id":"bob","can_delete":1}""", "invalid_value", "/can_delete")]
    [InlineData("""{"user_id":"bob","expires_at":"2026-11-22T12:00:00Z"}""", "invalid_value", "/expires_at")]
    [InlineData("""{"user_id":"bob","expires_at":"2000-01-01T00:00:00Z"}""", "invalid_value", "/expires_at")]
    [InlineData("""{"user_id":"bob","expires_at":"soon"}""", "invalid_value", "/expires_at")]
    [InlineData("""[]""", "invalid_value", "")]
    public async Task A_share_that_is_wrong_is_refused_with_the_place(string body, string error, string pointer)
    {
        var app = await TestApp.Register(server);
        var alice = await app.As("alice").Holding("user/d", "{}");
        (await alice.Post("user/d/_share", body)).ShouldPointTo(error, pointer);
        (await alice.Get("user/d/_permissions")).ShouldBeJson("""{"owner":"alice","permissions":[]}""");
    }

    [Fact]
    public async Task A_user_never_seen_is_shared_with_like_any_other_so_that_nobody_can_probe_for_users()
    {
        var app = await TestApp.Register(server);
        var alice = await app.As("alice").Holding("user/d", "{}");
        (await app.Admin.Put("_users/known", "{}")).Status.ShouldBe(201);
        var (known, unknown) = (await alice.Post("user/d/_share", """{"user_id":"known"}"""), await alice.Post("user/d/_share", """{"user_id":"never"}"""));
        (unknown.Status, unknown.Body.Replace("never", "known", StringComparison.Ordinal)).ShouldBe((known.Status, known.Body));
        (await app.Admin.Get("_users/never")).ShouldBeProblem(404, "not_found");
        (await app.As("never").Get("user/d?owner=alice")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task Nobody_gives_what_they_have_not()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/log", """{"type":"per_user","permissions":[{"role":"user","can_read":true,"can_write":true}]}""");
        var alice = await app.As("alice").Holding("log/d", "{}");
        (await alice.Post("log/d/_share", """{"user_id":"bob","can_delete":true}""")).ShouldBeForbidden("requires_role:admin");
        (await alice.Post("log/d/_share", """{"user_id":"bob","can_write":true}""")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_share_is_of_what_is_there_and_names_a_version_only_if_it_wants_to()
    {
        var app = await TestApp.Register(server);
        var alice = app.As("alice");
        (await alice.Post("user/d/_share", """{"user_id":"bob"}""")).ShouldBeProblem(404, "not_found");
        (await alice.Get("user/d/_permissions")).ShouldBeProblem(404, "not_found");
        await alice.Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/a", """{"value":2,"version":1}""")).ShouldBeAt(200, 2);
        (await alice.Post("user/d/_share", """{"user_id":"bob"}""", ("If-Match", "\"1\""))).ShouldBeProblem(412, "version_conflict");
        (await alice.Post("user/d/_share?dry_run=true", """{"user_id":"bob"}""")).Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        (await app.As("bob").Get("user/d?owner=alice")).ShouldBeProblem(404, "not_found");
        var shared = await alice.Post("user/d/_share", """{"user_id":"bob"}""", ("If-Match", "\"2\""), ("Idempotency-Key", "k"));
        shared.Status.ShouldBe(201, shared.ToString());
        shared.Header("Location").ShouldBe($"/api/v1/{app.Id}/user/d/_share/bob?owner=alice");
        var again = await alice.Post("user/d/_share", """{"user_id":"bob"}""", ("If-Match", "\"2\""), ("Idempotency-Key", "k"));
        (again.Status, again.Body, again.Header("Idempotency-Replayed")).ShouldBe((201, shared.Body, "true"));
        (await alice.Get("user/d/_share/bob")).ShouldBeProblem(405, "method_not_allowed");
        (await app.Anonymous.Get("user/d/_permissions?owner=alice")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_document_has_so_many_grantees_and_no_more()
    {
        await using var small = new PropsDbServer { Settings = ["--PROPSDB:LIMITS:SHARES=2"] };
        await small.InitializeAsync();
        var alice = await small.As("alice").Holding("user/d", "{}");
        foreach (var user in new[] { "bob", "carol" }) (await alice.Post("user/d/_share", $$"""{"user_id":"{{user}}"}""")).Status.ShouldBe(201);
        (await alice.Post("user/d/_share", """{"user_id":"dave"}""")).ShouldBeProblem(413, "too_large");
        (await alice.Post("user/d/_share", """{"user_id":"bob","can_write":true}""")).Status.ShouldBe(200);
        (await alice.Delete("user/d/_share/carol")).Status.ShouldBe(204);
        (await alice.Post("user/d/_share", """{"user_id":"dave"}""")).Status.ShouldBe(201);
    }
}
