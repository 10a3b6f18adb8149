using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>The log of stale writes that were rejected or merged, and settling what is in it.</summary>
public sealed class ConflictLogTests(PropsDbServer server)
{
    private async Task<(Client Alice, string Path)> Stale(string? path = null)
    {
        var alice = server.NewUser();
        path ??= $"shared/{server.New("log")}";
        await alice.Holding(path, """{"ui":{"a":1,"b":1},"k":{"x":1}}""");
        (await alice.Put(path + "/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        return (alice, path);
    }

    private static async Task<JsonElement> Entry(Client client, Answer rejected, string path) =>
        await client.Logged(rejected.Json.GetProperty("conflict_id").GetString()!, path + "/_conflicts");

    private static async Task<List<JsonElement>> List(Client client, string path) =>
        [.. (await client.Get(path)).Json.GetProperty("conflicts").EnumerateArray()];

    [Theory]
    [InlineData("PUT", "/ui/a", """{"version":1,"value":3}""", """[{"op":"set","path":"/ui/a","value":3}]""", """[{"path":"/ui/a","base":{"value":1},"remote":"*","local":{"value":3}}]""")]
    [InlineData("PUT", "/ui/b", """{"version":1,"value":3}""", """[{"op":"set","path":"/ui/b","value":3}]""", "[]")]
    [InlineData("DELETE", "/ui?version=1", null, """[{"op":"delete","path":"/ui"}]""", """[{"path":"/ui/a","base":{"value":1},"remote":"*","local":{}}]""")]
    [InlineData("DELETE", "?version=1", null, "\"delete\"", """[{"path":"/ui/a","base":{"value":1},"remote":"*","local":{}}]""")]
    [InlineData("POST", "/_batch", """{"version":1,"operations":[{"op":"set","path":"/n/z","value":1},{"op":"delete","path":"/ui/a"}]}""", "\"*\"", """[{"path":"/ui/a","base":{"value":1},"remote":"*","local":{}}]""")]
    public async Task A_rejected_write_is_in_the_log_with_what_it_wanted(string method, string below, string? body, string operations, string conflicts)
    {
        var (alice, path) = await Stale();
        var bob = server.NewUser();
        var rejected = await bob.Send(new HttpMethod(method), path + below, body, body is null ? null : "application/json");
        rejected.ShouldBeProblem(409, "version_conflict");
        var entry = await Entry(alice, rejected, path);
        entry.ShouldBeJson($$"""
            {"id":"*","tier":"shared","owner":null,"document":"{{path[7..]}}","expected":1,"actual":2,"by":"{{bob.User}}","at":"{{Expect.Now}}","conflicts":{{conflicts}},"operations":{{operations}} }
            """);
    }

    [Fact]
    public async Task A_merge_is_in_the_log_and_what_is_no_conflict_is_not()
    {
        var (alice, path) = await Stale();
        (await alice.Put(path + "/ui/b?dry_run=true", """{"version":1,"value":5}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Put(path + "/ui/b?dry_run=true&on_conflict=merge", """{"version":1,"value":5}""")).Status.ShouldBe(200);
        (await alice.Post(path + "/_batch", """{"version":2,"operations":[{"op":"test","path":"/ui/a","value":9}]}""")).ShouldBeProblem(409, "test_failed");
        (await alice.Put(path + "/ui/b?on_conflict=last_write_wins", """{"version":1,"value":5}""")).ShouldBeAt(200, 3);
        (await alice.Put(path + "/k/x?on_conflict=merge", """{"version":1,"value":5}""")).ShouldBeAt(200, 4);
        var rejected = await alice.Put(path + "/k/x?on_conflict=merge", """{"version":9,"value":5}""");
        await Entry(alice, rejected, path);
        var entries = await List(alice, path + "/_conflicts");
        entries.Count.ShouldBe(2);
        var merged = entries.Single(e => e.GetProperty("expected").GetInt32() == 1);
        (merged.GetProperty("resolution").GetString(), merged.GetProperty("resolved_at").GetString()).ShouldBe(("merged", Expect.Now));
        (await List(alice, path + "/_conflicts?resolved=true")).Count.ShouldBe(1);
        (await List(alice, path + "/_conflicts?resolved=false")).ShouldHaveSingleItem().GetProperty("expected").GetInt32().ShouldBe(9);
        (await List(alice, path + "/_conflicts?limit=1")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lists_hold_only_what_the_caller_may_write()
    {
        var (alice, path) = await Stale("user/d");
        var bob = server.NewUser();
        await bob.Holding("user/d", "{}");
        var mine = (await alice.Put("user/d/ui/a", """{"version":1,"value":3}""")).Json.GetProperty("conflict_id").GetString()!;
        var his = (await bob.Put("user/d/ui/a", """{"version":5,"value":3}""")).Json.GetProperty("conflict_id").GetString()!;
        var admin = server.NewUser("admin");
        var name = server.New("a");
        await admin.Holding($"app/{name}", "{}");
        var ofApp = (await admin.Put($"app/{name}/ui/a", """{"version":5,"value":3}""")).Json.GetProperty("conflict_id").GetString()!;
        await alice.Logged(mine, "user/d/_conflicts");
        await bob.Logged(his, "user/d/_conflicts");
        await admin.Logged(ofApp, $"_conflicts?tier=app&document={name}");
        string[] Ids(List<JsonElement> entries) => [.. entries.Select(e => e.GetProperty("id").GetString()!)];
        foreach (var list in new[] { "_conflicts?limit=500", "_conflicts?tier=user", "_conflicts?document=d", "user/d/_conflicts" })
        {
            var seen = Ids(await List(alice, list));
            seen.ShouldContain(mine, list);
            seen.ShouldNotContain(his, list);
            seen.ShouldNotContain(ofApp, list);
        }
        (await List(alice, "_conflicts?tier=app")).ShouldBeEmpty();
        (await List(alice, "_conflicts?tier=none")).ShouldBeEmpty();
        (await alice.Get($"app/{name}/_conflicts")).ShouldBeProblem(403, "forbidden");
        (await alice.Get($"user/d/_conflicts?owner={bob.User}")).ShouldBeProblem(404, "not_found");
        Ids(await List(admin, $"user/d/_conflicts?owner={bob.User}")).ShouldBe([his]);
        (await server.Anonymous.Get("_conflicts")).ShouldBeProblem(401, "unauthenticated");
        foreach (var id in new[] { his, ofApp, Guid.NewGuid().ToString(), "x" })
            (await alice.Post($"_conflicts/{id}/_resolve", """{"resolution":"remote"}""")).ShouldBeProblem(404, "not_found");
        (await List(admin, $"app/{name}/_conflicts?resolved=false")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_newest_hundred_of_a_document_are_kept()
    {
        var (alice, path) = await Stale();
        for (var i = 0; i < 120; i++) (await alice.Put(path + "/ui/a", $$"""{"version":1,"value":"{{i}}"}""")).Status.ShouldBe(409);
        // The log is written in order, and the clock stands still: when a later one of another document is there, all of these were.
        var (bob, other) = await Stale();
        await Entry(bob, await bob.Put(other + "/ui/a", """{"version":1,"value":3}"""), other);
        (await List(alice, path + "/_conflicts?limit=500")).Count.ShouldBe(100);
    }

    [Theory]
    [InlineData("local", "", """{"ui":{"a":3,"b":1},"k":{"x":1}}""", 3)]
    [InlineData("remote", "", """{"ui":{"a":2,"b":1},"k":{"x":1}}""", 2)]
    [InlineData("merged", ",\"operations\":[{\"op\":\"set\",\"path\":\"/ui/a\",\"value\":[2,3]}]", """{"ui":{"a":[2,3],"b":1},"k":{"x":1}}""", 3)]
    public async Task A_conflict_is_settled_once(string resolution, string more, string content, int version)
    {
        var (alice, path) = await Stale();
        var id = (await Entry(alice, await alice.Put(path + "/ui/a", """{"version":1,"value":3}"""), path)).GetProperty("id").GetString();
        var url = $"_conflicts/{id}/_resolve";
        if (resolution != "remote")
        {
            (await alice.Post(url, $$"""{"resolution":"{{resolution}}","document_version":1{{more}} }""")).ShouldBeProblem(409, "version_conflict");
            (await alice.Post(url, $$"""{"resolution":"{{resolution}}"{{more}} }""")).ShouldBeProblem(428, "version_required");
        }
        (await alice.Post(url + "?dry_run=true", $$"""{"resolution":"{{resolution}}","document_version":2{{more}} }""")).Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        (await alice.Get(path)).ShouldBeAt(200, 2);
        var done = await alice.Post(url, $$"""{"resolution":"{{resolution}}","document_version":2{{more}} }""");
        done.Status.ShouldBe(200, done.ToString());
        done.ShouldBeJson($$"""{"resolution":"{{resolution}}","document_version":{{version}} }""");
        (await alice.Content(path)).ShouldBe(content);
        (await List(alice, path + "/_conflicts?resolved=true")).Single(e => e.GetProperty("id").GetString() == id).GetProperty("resolution").GetString().ShouldBe(resolution);
        (await alice.Post(url, $$"""{"resolution":"{{resolution}}","document_version":{{version}}{{more}} }""")).ShouldBeProblem(409, "already_exists");
    }

    [Fact]
    public async Task A_lost_deletion_is_settled_by_deleting()
    {
        var (alice, path) = await Stale();
        var id = (await Entry(alice, await alice.Delete(path + "?version=1"), path)).GetProperty("id").GetString();
        var done = await alice.Post($"_conflicts/{id}/_resolve", """{"resolution":"local","document_version":2}""");
        done.Status.ShouldBeOneOf(200, 204);
        (await alice.Get(path)).ShouldBeProblem(404, "not_found");
        (await List(alice, path + "/_conflicts?resolved=true")).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"resolution":"theirs"}""")]
    [InlineData("""{"resolution":5}""")]
    [InlineData("""{"resolution":"merged","document_version":2}""")]
    [InlineData("""{"resolution":"merged","document_version":2,"operations":[]}""")]
    [InlineData("""{"resolution":"merged","document_version":2,"operations":[{"op":"set","path":"/a/b/c","value":1}]}""")]
    [InlineData("[]")]
    public async Task A_malformed_resolution_is_refused_and_the_conflict_stays_open(string body)
    {
        var (alice, path) = await Stale();
        var id = (await Entry(alice, await alice.Put(path + "/ui/a", """{"version":1,"value":3}"""), path)).GetProperty("id").GetString();
        (await alice.Post($"_conflicts/{id}/_resolve", body)).ShouldBeProblem(400, "invalid_value");
        (await List(alice, path + "/_conflicts?resolved=false")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_documents_strategy_stands_between_the_requests_and_the_tiers()
    {
        var (alice, path) = await Stale();
        foreach (var (setting, expected) in new[] { ("\"merge\"", 200), ("\"last_write_wins\"", 200), ("\"manual\"", 409), ("null", 409) })
        {
            var set = await alice.Put(path + "/_settings", $$"""{"conflict_resolution_strategy":{{setting}} }""");
            set.Status.ShouldBe(200, set.ToString());
            (await alice.Put(path + "/ui/b", $$"""{"version":1,"value":1}""")).Status.ShouldBe(expected, setting);
            (await alice.Put(path + "/ui/b?on_conflict=manual", """{"version":1,"value":1}""")).Status.ShouldBe(409);
            foreach (var strategy in new[] { "merge", "last_write_wins", "manual" })
            {
                (await alice.Put(path + "/ui/b?on_conflict=" + strategy, """{"version":0,"value":1}""")).ShouldBeProblem(409, "version_conflict");
                (await alice.Put(path + "/ui/b?on_conflict=" + strategy, """{"version":99,"value":1}""")).ShouldBeProblem(409, "version_conflict");
            }
        }
    }
}
