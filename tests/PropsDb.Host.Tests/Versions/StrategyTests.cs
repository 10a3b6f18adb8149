namespace PropsDb.Host.Tests;

public sealed class StrategyTests(PropsDbServer server)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_conflict_is_found_at_any_distance(int commits)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":0,"mine":0}}""");
        for (var i = 1; i <= commits; i++) (await alice.Put("user/d/ui/a", $$"""{"version":{{i}},"value":{{i}}}""")).ShouldBeAt(200, i + 1);
        for (var version = 1; version <= commits; version++)
        {
            var answer = await alice.Put("user/d/ui/a", $$"""{"version":{{version}},"value":"mine"}""");
            answer.ShouldBeProblem(409, "version_conflict");
            (answer.Json.GetProperty("expected").GetInt32(), answer.Json.GetProperty("actual").GetInt32()).ShouldBe((version, commits + 1));
            answer.Json.GetProperty("conflicts").ShouldBeJson($$"""
                [{"path":"/ui/a","base":{"value":{{version - 1}} },"remote":{"value":{{commits}},"version":{{commits + 1}},"by":"{{alice.User}}","at":"*"},"local":{"value":"mine"} }]
                """);
        }
        var merged = await alice.Put("user/d/ui/mine?on_conflict=merge", """{"version":1,"value":1}""");
        merged.ShouldBeAt(200, commits + 2);
        merged.ShouldBeJson($$"""
            {"property":{{Expect.Part("mine", "value", "1", commits + 2, alice.User)}},"document_version":{{commits + 2}},"merged":true,
             "changes":[{"op":"set","path":"/ui/a","value":{{commits}},"previous":0}]}
            """);
    }

    [Theory]
    [InlineData("PUT", "user/d/ui/b", """{"value":2}""", """{"ui":{"a":2,"b":2},"k":{}}""")]
    [InlineData("PUT", "user/d/k", """{"properties":{"x":1}}""", """{"ui":{"a":2,"b":1},"k":{"x":1}}""")]
    [InlineData("PATCH", "user/d", """{"ui":{"b":null},"n":{"x":1}}""", """{"ui":{"a":2},"k":{},"n":{"x":1}}""")]
    [InlineData("PATCH", "user/d/ui", """{"c":3}""", """{"ui":{"a":2,"b":1,"c":3},"k":{}}""")]
    [InlineData("DELETE", "user/d/k", null, """{"ui":{"a":2,"b":1}}""")]
    [InlineData("DELETE", "user/d/ui/b", null, """{"ui":{"a":2},"k":{}}""")]
    public async Task Each_kind_of_write_merges(string method, string path, string? body, string content)
    {
        var alice = await Changed();
        var answer = await Send(alice, method, path + "?on_conflict=merge", body, ("If-Match", "\"1\""));
        answer.ShouldBeAt(200, 3);
        answer.Json.GetProperty("merged").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("changes").ShouldBeJson("""[{"op":"set","path":"/ui/a","value":2,"previous":1}]""");
        (await alice.Content("user/d")).ShouldBe(content);
    }

    [Fact]
    public async Task A_JSON_patch_merges_with_its_tests_run_on_the_ancestor()
    {
        var alice = await Changed();
        (await alice.JsonPatch("user/d?on_conflict=merge&version=1", """[{"op":"test","path":"/ui/a","value":2},{"op":"add","path":"/k/x","value":1}]""")).ShouldBeProblem(409, "test_failed");
        (await alice.JsonPatch("user/d?on_conflict=merge&version=1", """[{"op":"test","path":"/ui/a","value":1},{"op":"add","path":"/k/x","value":1}]""")).ShouldBeAt(200, 3);
        (await alice.Content("user/d")).ShouldBe("""{"ui":{"a":2,"b":1},"k":{"x":1}}""");
    }

    [Theory]
    [InlineData("PUT", "user/d", """{"collections":{"ui":{"a":1,"b":2}}}""", """{"ui":{"a":1,"b":2}}""")]
    [InlineData("PUT", "user/d/ui", """{"properties":{"b":2}}""", """{"ui":{"b":2},"k":{}}""")]
    [InlineData("PUT", "user/d/ui/a", """{"value":3}""", """{"ui":{"a":3,"b":1},"k":{}}""")]
    [InlineData("PATCH", "user/d", """{"ui":{"a":null}}""", """{"ui":{"b":1},"k":{}}""")]
    [InlineData("PATCH", "user/d/ui", """{"a":3}""", """{"ui":{"a":3,"b":1},"k":{}}""")]
    [InlineData("DELETE", "user/d/ui", null, """{"k":{}}""")]
    [InlineData("DELETE", "user/d/ui/a", null, """{"ui":{"b":1},"k":{}}""")]
    public async Task The_last_write_wins_if_the_request_says_so(string method, string path, string? body, string content)
    {
        var alice = await Changed();
        var answer = await Send(alice, method, path + "?on_conflict=last_write_wins", body, ("If-Match", "\"1\""));
        answer.ShouldBeAt(200, 3);
        answer.Json.TryGetProperty("merged", out _).ShouldBeFalse();
        (await alice.Content("user/d")).ShouldBe(content);
    }

    [Theory]
    [InlineData("merge", 412)]
    [InlineData("manual", 412)]
    [InlineData("last_write_wins", 204)]
    public async Task The_deletion_of_a_document_that_has_changed_is_a_conflict_of_each_change(string strategy, int status)
    {
        var alice = await Changed();
        var answer = await alice.Delete("user/d?on_conflict=" + strategy, ("If-Match", "\"1\""));
        answer.Status.ShouldBe(status, answer.ToString());
        if (status == 204) return;
        answer.Json.GetProperty("conflicts").ShouldBeJson($$"""[{"path":"/ui/a","base":{"value":1},"remote":{"value":2,"version":2,"by":"{{alice.User}}","at":"*"},"local":{} }]""");
    }

    [Fact]
    public async Task A_version_that_is_current_is_no_merge()
    {
        var alice = await Changed();
        foreach (var (strategy, version) in new[] { ("merge", 2), ("last_write_wins", 3), ("manual", 4) })
        {
            var answer = await alice.Put($"user/d/ui/b?on_conflict={strategy}", $$"""{"version":{{version}},"value":{{version}}}""");
            answer.ShouldBeAt(200, version + 1);
            answer.Json.TryGetProperty("merged", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_rehearsed_merge_lists_the_changes_it_would_make()
    {
        var alice = await Changed();
        var answer = await alice.Put("user/d/ui/b?on_conflict=merge&dry_run=true", """{"version":1,"value":2}""");
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("merged").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("changes").ShouldBeJson("""[{"op":"set","path":"/ui/b","value":2,"previous":1}]""");
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("Merge")]
    [InlineData("")]
    [InlineData("merge&on_conflict=merge")]
    public async Task An_unknown_strategy_is_refused(string strategy) =>
        (await (await Changed()).Put($"user/d/ui/b?on_conflict={strategy}", """{"version":2,"value":2}""")).ShouldBeProblem(400, "invalid_query");

    [Theory]
    [InlineData("""{"a":{"x":1},"b":{"x":1}}""", """{"b":{"x":1},"a":{"x":1}}""", """{"a":{"x":2},"b":{"x":1}}""", """{"b":{"x":1},"a":{"x":2}}""")]
    [InlineData("""{"a":{"x":1},"b":{"x":1}}""", """{"a":{"x":2},"b":{"x":1}}""", """{"b":{"x":1},"a":{"x":1}}""", """{"b":{"x":1},"a":{"x":2}}""")]
    [InlineData("""{"a":{},"b":{},"c":{}}""", """{"c":{},"a":{},"b":{}}""", """{"b":{},"a":{},"c":{}}""", """{"c":{},"a":{},"b":{}}""")]
    [InlineData("""{"u":{"a":1,"b":1}}""", """{"u":{"a":2,"b":1}}""", """{"u":{"b":1,"a":1}}""", """{"u":{"b":1,"a":2}}""")]
    [InlineData("""{"u":{"a":1,"b":1}}""", """{"u":{"b":1,"a":1}}""", """{"u":{"a":1,"b":2}}""", """{"u":{"b":2,"a":1}}""")]
    public async Task A_merge_keeps_the_order_of_the_side_that_changed_it(string old, string remote, string local, string merged)
    {
        var alice = await server.NewUser().Holding("user/d", old);
        (await alice.Put("user/d", $$"""{"version":1,"collections":{{remote}}}""")).ShouldBeAt(200, 2);
        (await alice.Put("user/d?on_conflict=merge", $$"""{"version":1,"collections":{{local}}}""")).Status.ShouldBe(200);
        (await alice.Content("user/d")).ShouldBe(merged);
    }

    private async Task<Client> Changed()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1,"b":1},"k":{}}""");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        return alice;
    }

    private static Task<Answer> Send(Client client, string method, string path, string? body, params (string, string)[] headers) =>
        client.Send(new HttpMethod(method), path, body, method == "PATCH" ? "application/merge-patch+json" : "application/json", headers);
}
