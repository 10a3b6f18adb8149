using PropsDb.Host.Tests.Administration;

namespace PropsDb.Host.Tests.Sharing;

/// <summary>A grantee sees the document from the grant's version on: version 1 has a secret, version 2 has not, and version 2 is shared.</summary>
public sealed class GranteeTests(PropsDbServer server)
{
    private const string Of = "?owner=alice";

    private async Task<(TestApp App, Client Alice, Client Bob)> Shared()
    {
        var app = await TestApp.Register(server);
        var alice = await app.As("alice").Holding("user/d", """{"ui":{"a":"secret"}}""");
        (await alice.Put("user/d/ui/a", """{"value":2,"version":1}""")).ShouldBeAt(200, 2);
        (await alice.Post("user/d/_share", """{"user_id":"bob","can_write":true,"can_delete":true}""")).Status.ShouldBe(201);
        (await alice.Put("user/d/ui/a", """{"value":3,"version":2}""")).ShouldBeAt(200, 3);
        return (app, alice, app.As("bob"));
    }

    [Fact]
    public async Task Nothing_older_than_the_grant_is_read()
    {
        var (_, alice, bob) = await Shared();
        (await bob.Get($"user/d{Of}&version=1")).ShouldBeProblem(404, "version_not_found");
        (await bob.Get($"user/d/ui/a{Of}&version=1")).ShouldBeProblem(404, "version_not_found");
        (await bob.Get($"user/d{Of}&at=2000-01-01T00:00:00Z")).ShouldBeProblem(404, "version_not_found");
        (await bob.Get($"user/d{Of}&version=2")).ShouldBeAt(200, 2);
        (await bob.Get($"user/d/_diff{Of}&from=1&to=3")).ShouldBeProblem(404, "version_not_found");
        (await bob.Get($"user/d/_diff{Of}&from=2&to=3")).Status.ShouldBe(200);
        foreach (var path in new[] { $"user/d/_history{Of}&changes=true", $"user/d/ui/_history{Of}&changes=true", $"user/d/ui/a/_history{Of}&changes=true" })
        {
            var history = await bob.Get(path);
            history.Json.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("version").GetInt32()).ShouldBe([3], history.ToString());
            history.Body.ShouldNotContain("secret");
        }
        foreach (var path in new[] { $"user/d/_events{Of}", $"user/d/_events{Of}&after_version=0", $"user/d/_blame{Of}", $"user/d{Of}&include=vector" })
            (await bob.Get(path)).Body.ShouldNotContain("secret", Case.Insensitive, path);
        (await alice.Get("user/d/_history")).Json.GetProperty("history").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Nothing_older_than_the_grant_is_gone_back_to()
    {
        var (_, _, bob) = await Shared();
        (await bob.Post($"user/d/_rollback{Of}", """{"to_version":1}""")).ShouldBeProblem(404, "version_not_found");
        (await bob.Post($"user/d/_undo{Of}", """{"commit":2}""")).ShouldBeProblem(404, "version_not_found");
        (await bob.Post($"user/d/_undo{Of}", """{"commit":1}""")).ShouldBeProblem(404, "version_not_found");
        (await bob.Post($"user/d/_rollback{Of}", """{"to_version":2}""")).ShouldBeAt(200, 4);
        (await bob.Post($"user/d/_undo{Of}", """{"commit":4}""")).ShouldBeAt(200, 5);
    }

    [Fact]
    public async Task A_conflict_shows_no_base_older_than_the_grant()
    {
        var (_, _, bob) = await Shared();
        var stale = await bob.Put($"user/d/ui/a{Of}", """{"value":9,"version":1}""");
        stale.ShouldBeProblem(409, "version_conflict");
        stale.Body.ShouldNotContain("secret");
        stale.Json.GetProperty("conflicts")[0].TryGetProperty("base", out _).ShouldBeFalse(stale.ToString());
        var recent = await bob.Put($"user/d/ui/a{Of}", """{"value":9,"version":2}""");
        recent.Json.GetProperty("conflicts")[0].GetProperty("base").ShouldBeJson("""{"value":2}""");
        var merged = await bob.Put($"user/d/ui/b{Of}&on_conflict=merge", """{"value":9,"version":1}""");
        merged.Body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Shares_end_with_a_deletion_and_return_with_a_restoration_but_not_with_a_new_document()
    {
        var (_, alice, bob) = await Shared();
        (await bob.Delete($"user/d{Of}&version=3")).Status.ShouldBe(204);
        (await bob.Get($"user/d{Of}")).ShouldBeProblem(404, "not_found");
        (await bob.Post($"user/d/_restore{Of}", "{}")).ShouldBeProblem(404, "not_found");
        (await alice.Post("user/d/_restore", "{}")).ShouldBeAt(200, 5);
        (await bob.Get($"user/d{Of}")).ShouldBeAt(200, 5);
        (await bob.Get($"user/d{Of}&version=1")).ShouldBeProblem(404, "version_not_found");
        (await alice.Delete("user/d?version=5")).Status.ShouldBe(204);
        (await alice.Post("user/d", "{}")).ShouldBeAt(201, 7);
        (await bob.Get($"user/d{Of}")).ShouldBeProblem(404, "not_found");
        (await alice.Get("user/d/_permissions")).ShouldBeJson("""{"owner":"alice","permissions":[]}""");
        (await alice.Delete("user/d?version=7")).Status.ShouldBe(204);
        (await alice.Post("user/d/_restore", "{}")).ShouldBeAt(200, 9);
        (await bob.Get($"user/d{Of}")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_share_given_again_after_it_was_taken_back_begins_at_the_version_then()
    {
        var (_, alice, bob) = await Shared();
        (await alice.Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(200);
        (await bob.Get($"user/d{Of}&version=2")).ShouldBeAt(200, 2);
        (await alice.Delete("user/d/_share/bob")).Status.ShouldBe(204);
        (await alice.Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
        (await bob.Get($"user/d{Of}&version=2")).ShouldBeProblem(404, "version_not_found");
        (await bob.Get($"user/d{Of}&version=3")).ShouldBeAt(200, 3);
    }
}
