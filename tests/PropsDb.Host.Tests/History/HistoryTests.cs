using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>What is told of a document's past.</summary>
public sealed class HistoryTests(PropsDbServer server)
{
    // 1 created, 2 set, 3 deep set, 4 collection deleted, 5 made again, 6 deleted, 7 restored, 8 ordered, 9 rolled back to 3, 10 deleted, 11 made again.
    private async Task<Client> Lived()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1,"b":1},"k":{}}""");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":{"x":1}}""", ("X-Change-Message", "why%20not"))).ShouldBeAt(200, 2);
        (await alice.Post("user/d/_batch", """{"version":2,"device":"phone","operations":[{"op":"set","path":"/ui/a/x","value":2},{"op":"set","path":"/k/n","value":0}]}""")).ShouldBeAt(200, 3);
        (await alice.Delete("user/d/ui?version=3")).ShouldBeAt(200, 4);
        (await alice.Post("user/d/ui", """{"properties":{"b":5}}""")).ShouldBeAt(201, 5);
        (await alice.Delete("user/d?version=5")).ShouldBeAt(204, 6);
        (await alice.Post("user/d/_restore", "")).ShouldBeAt(200, 7);
        (await alice.Put("user/d", """{"version":7,"collections":{"ui":{"b":5},"k":{"n":0}}}""")).ShouldBeAt(200, 8);
        (await alice.Post("user/d/_rollback", """{"to_version":3}""")).ShouldBeAt(200, 9);
        (await alice.Delete("user/d?version=9")).ShouldBeAt(204, 10);
        (await alice.Post("user/d", """{"collections":{"ui":{"a":9}}}""")).ShouldBeAt(201, 11);
        return alice;
    }

    /// <summary>The path asked, and its commits, the newest first.</summary>
    [Theory]
    [InlineData("user/d", "11 10 9 8 7 6 5 4 3 2 1")]
    [InlineData("user/d/ui", "11 10 9 7 6 5 4 3 2 1")]
    [InlineData("user/d/k", "10 7 6 3 1")]
    [InlineData("user/d/ui/a", "11 10 9 4 3 2 1")]
    [InlineData("user/d/ui/b", "10 9 7 6 5 4 1")]
    [InlineData("user/d/k/n", "10 7 6 3")]
    [InlineData("user/d/none", "")]
    [InlineData("user/d/ui/none", "")]
    [InlineData("user/d/none/none", "")]
    public async Task The_history_of_each_part_holds_the_commits_that_touched_it(string path, string versions)
    {
        var alice = await Lived();
        foreach (var limit in new[] { 1, 2, 3, 10, 500 })
        {
            foreach (var changes in new[] { "", "&changes=true" })
            {
                var seen = new List<long>();
                var before = "";
                do
                {
                    var page = await alice.Get($"{path}/_history?limit={limit}{before}{changes}");
                    page.Status.ShouldBe(200, page.ToString());
                    var entries = page.Json.GetProperty("history").EnumerateArray().ToList();
                    entries.Count.ShouldBeLessThanOrEqualTo(limit);
                    seen.AddRange(entries.Select(e => e.GetProperty("version").GetInt64()));
                    foreach (var entry in entries) entry.TryGetProperty("changes", out _).ShouldBe(changes.Length > 0);
                    var next = page.Json.GetProperty("next");
                    before = next.ValueKind == JsonValueKind.Null ? "" : $"&before={next.GetInt64()}";
                }
                while (before.Length > 0 && seen.Count < 20);
                string.Join(' ', seen).ShouldBe(versions, $"limit {limit}{changes}");
            }
        }
    }

    [Fact]
    public async Task Each_commit_tells_what_it_changed_and_what_was_there_before()
    {
        var alice = await Lived();
        var history = (await alice.Get("user/d/_history?limit=100&changes=true")).Json;
        string Entry(int version, string more) => $$"""{"version":{{version}},"updated_at":"{{Expect.Now}}","updated_by":"{{alice.User}}",{{more}} }""";
        history.ShouldBeJson($$"""
            {"next":null,"history":[
            {{Entry(11, """ "changes":[{"op":"set","path":"/ui","value":{"a":9}}]""")}},
            {{Entry(10, """ "changes":[{"op":"delete","path":"/ui","previous":{"a":{"x":2},"b":1}},{"op":"delete","path":"/k","previous":{"n":0}}]""")}},
            {{Entry(9, """ "rolled_back_to":3,"changes":[{"op":"set","path":"/ui/b","value":1,"previous":5},{"op":"set","path":"/ui/a","value":{"x":2}},{"op":"order","path":"/ui","value":["a","b"],"previous":["b"]}]""")}},
            {{Entry(8, """ "changes":[{"op":"order","path":"","value":["ui","k"],"previous":["k","ui"]}]""")}},
            {{Entry(7, """ "changes":[{"op":"set","path":"/k","value":{"n":0}},{"op":"set","path":"/ui","value":{"b":5}}]""")}},
            {{Entry(6, """ "changes":[{"op":"delete","path":"/k","previous":{"n":0}},{"op":"delete","path":"/ui","previous":{"b":5}}]""")}},
            {{Entry(5, """ "changes":[{"op":"set","path":"/ui","value":{"b":5}}]""")}},
            {{Entry(4, """ "changes":[{"op":"delete","path":"/ui","previous":{"a":{"x":2},"b":1}}]""")}},
            {{Entry(3, """ "device":"phone","changes":[{"op":"set","path":"/ui/a","value":{"x":2},"previous":{"x":1}},{"op":"set","path":"/k/n","value":0}]""")}},
            {{Entry(2, """ "message":"why not","changes":[{"op":"set","path":"/ui/a","value":{"x":1},"previous":1}]""")}},
            {{Entry(1, """ "changes":[{"op":"set","path":"/ui","value":{"a":1,"b":1}},{"op":"set","path":"/k","value":{}}]""")}}]}
            """);
    }

    [Fact]
    public async Task The_history_of_a_property_tells_only_of_it()
    {
        var alice = await Lived();
        var changes = (await alice.Get("user/d/ui/b/_history?limit=100&changes=true")).Json.GetProperty("history").EnumerateArray()
            .Select(e => string.Concat(e.GetProperty("changes").EnumerateArray().Select(c => c.GetRawText())));
        changes.ShouldBe(
        [
            """{"op":"delete","path":"/ui/b","previous":1}""", """{"op":"set","path":"/ui/b","value":1,"previous":5}""",
            """{"op":"set","path":"/ui/b","value":5}""", """{"op":"delete","path":"/ui/b","previous":5}""",
            """{"op":"set","path":"/ui/b","value":5}""", """{"op":"delete","path":"/ui/b","previous":1}""", """{"op":"set","path":"/ui/b","value":1}""",
        ]);
    }

    [Theory]
    [InlineData("_history?limit=0", "invalid_query")]
    [InlineData("_history?limit=-1", "invalid_query")]
    [InlineData("_history?limit=abc", "invalid_query")]
    [InlineData("_history?limit=1e9", "invalid_query")]
    [InlineData("_history?limit=501", "invalid_query")]
    [InlineData("_history?limit=2147483648", "invalid_query")]
    [InlineData("_history?limit=9223372036854775808", "invalid_query")]
    [InlineData("_history?limit=5&limit=5", "invalid_query")]
    [InlineData("_history?limit=", "invalid_query")]
    [InlineData("_history?changes=yes", "invalid_query")]
    [InlineData("_history?before=-1", "invalid_version")]
    [InlineData("_history?before=x", "invalid_version")]
    [InlineData("_history?before=9223372036854775808", "invalid_version")]
    [InlineData("_diff", "invalid_query")]
    [InlineData("_diff?to=1", "invalid_query")]
    [InlineData("_diff?from=2&to=1", "invalid_query")]
    [InlineData("_diff?from=01&to=1", "invalid_version")]
    [InlineData("_diff?from=1&to=-1", "invalid_version")]
    [InlineData("_diff?from=1&to=9223372036854775808", "invalid_version")]
    [InlineData("_events?after_version=-1", "invalid_version")]
    [InlineData("_events?after_version=1.5", "invalid_version")]
    [InlineData("_conflicts?limit=0", "invalid_query")]
    [InlineData("_conflicts?limit=501", "invalid_query")]
    [InlineData("_conflicts?resolved=1", "invalid_query")]
    public async Task Malformed_questions_are_refused(string operation, string error)
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        (await alice.Get("user/d/" + operation)).ShouldBeProblem(400, error);
    }

    [Theory]
    [InlineData("_diff?from=0&to=1")]
    [InlineData("_diff?from=1&to=2")]
    [InlineData("_diff?from=1&to=9223372036854775807")]
    [InlineData("_diff?from=5")]
    public async Task A_difference_to_where_the_document_was_absent_is_not_found(string operation)
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        (await alice.Get("user/d/" + operation)).ShouldBeProblem(404, "version_not_found");
    }

    [Theory]
    [InlineData("_history")]
    [InlineData("_history?before=0")]
    [InlineData("ui/_history")]
    [InlineData("_diff?from=1")]
    [InlineData("_blame")]
    [InlineData("_events")]
    public async Task What_never_was_has_no_history(string operation) => (await server.NewUser().Get("user/never/" + operation)).Status.ShouldBe(404);

    [Fact]
    public async Task Pages_before_the_first_version_or_behind_the_last_are_empty_or_whole()
    {
        var alice = await Lived();
        foreach (var path in new[] { "user/d", "user/d/ui", "user/d/ui/a" })
        {
            (await alice.Get(path + "/_history?before=1")).ShouldBeJson("""{"history":[],"next":null}""");
            (await alice.Get(path + "/_history?before=0")).ShouldBeJson("""{"history":[],"next":null}""");
            var whole = (await alice.Get(path + "/_history?limit=500")).Body;
            (await alice.Get(path + "/_history?limit=500&before=9223372036854775807")).Body.ShouldBe(whole);
            (await alice.Get(path + "/_history?limit=500&before=12")).Body.ShouldBe(whole);
        }
    }
}
