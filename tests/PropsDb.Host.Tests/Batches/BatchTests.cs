namespace PropsDb.Host.Tests;

/// <summary>Operations on one document that stand or fall together.</summary>
public sealed class BatchTests(PropsDbServer server)
{
    private const string Start = """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":"dark"},"k":{}}""";

    private Task<Client> Owner() => server.NewUser().Holding("user/d", Start);

    private static string Body(string operations, int version = 1) => $$"""{"document_version":{{version}},"operations":{{operations}} }""";

    /// <summary>Operations, and the content that they make of <c>Start</c>.</summary>
    public static TheoryData<string, string> Accepted { get; } = new()
    {
        { """[{"op":"set","path":"/ui/t","value":1}]""", """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":1},"k":{}}""" },
        { """[{"op":"set","path":"/k/a/b~1c","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/k/a~1b~0c","value":null}]""", """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":"dark"},"k":{"a/b~c":null}}""" },
        { """[{"op":"set","path":"/new/a","value":1},{"op":"set","path":"/k/z","value":[]}]""", """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":"dark"},"k":{"z":[]},"new":{"a":1}}""" },
        { """[{"op":"set","path":"/new","value":{"a":{"b":1},"c":2}}]""", """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":"dark"},"k":{},"new":{"a":{"b":1},"c":2}}""" },
        { """[{"op":"set","path":"/ui","value":{}}]""", """{"ui":{},"k":{}}""" },
        { """[{"op":"set","path":"/ui","value":{"z":1,"t":2}}]""", """{"ui":{"z":1,"t":2},"k":{}}""" },
        { """[{"op":"set","path":"/ui/o/a/x","value":2},{"op":"set","path":"/ui/o/a/y","value":{}},{"op":"set","path":"/ui/o/a/y/z","value":3}]""", """{"ui":{"o":{"a":{"x":2,"y":{"z":3}},"l":[1,2,3]},"t":"dark"},"k":{}}""" },
        { """[{"op":"set","path":"/ui/o/l/0","value":9},{"op":"set","path":"/ui/o/l/-","value":4},{"op":"set","path":"/ui/o/l/4","value":5}]""", """{"ui":{"o":{"a":{"x":1},"l":[9,2,3,4,5]},"t":"dark"},"k":{}}""" },
        { """[{"op":"delete","path":"/ui/o/l/1"},{"op":"delete","path":"/ui/o/a/x"}]""", """{"ui":{"o":{"a":{},"l":[1,3]},"t":"dark"},"k":{}}""" },
        { """[{"op":"delete","path":"/ui"},{"op":"delete","path":"/none"},{"op":"delete","path":"/none/a"},{"op":"delete","path":"/k/a/b/c"}]""", """{"k":{}}""" },
        { """[{"op":"test","path":"/ui/o/l","value":[1,2.0,3]},{"op":"test","path":"/ui/o/l/1","value":2},{"op":"test","path":"/k","value":{}},{"op":"set","path":"/k/a","value":1},{"op":"test","path":"/k/a","value":1},{"op":"delete","path":"/k/a"},{"op":"set","path":"/k/b","value":1}]""", """{"ui":{"o":{"a":{"x":1},"l":[1,2,3]},"t":"dark"},"k":{"b":1}}""" },
        { """[{"op":"set","path":"/ui/","value":1}]""", "400 invalid_name" },
        { """[{"op":"set","path":"/ui/o//b","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/none/a","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/new/a/b","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/o/none/b","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/t/a","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/o/l/4","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/o/l/-1","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/o/l/01","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui","value":null}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui","value":[]}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui","value":{"":1}}]""", "400 invalid_name" },
        { """[{"op":"set","path":"/__version","value":{}}]""", "400 invalid_name" },
        { """[{"op":"set","path":"","value":{}}]""", "400 invalid_value" },
        { """[{"op":"set","path":"ui","value":{}}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/~2","value":{}}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/t"}]""", "400 invalid_value" },
        { """[{"op":"test","path":"/ui/t"}]""", "400 invalid_value" },
        { """[{"op":"set","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":5,"value":1}]""", "400 invalid_value" },
        { """[{"path":"/ui/t","value":1}]""", "400 invalid_value" },
        { """[{"op":"add","path":"/ui/t","value":1}]""", "400 invalid_value" },
        { """[{"op":"Set","path":"/ui/t","value":1}]""", "400 invalid_value" },
        { """[{"op":"set","path":"/ui/t","value":1,"from":"/a"}]""", "400 invalid_value" },
        { """[{"op":"batch","operations":[]}]""", "400 invalid_value" },
        { "[[]]", "400 invalid_value" },
        { "[null]", "400 invalid_value" },
        { """[{"op":"test","path":"/ui/t","value":"light"}]""", "409 test_failed" },
        { """[{"op":"test","path":"/ui/none","value":null}]""", "409 test_failed" },
        { """[{"op":"test","path":"/none","value":{}}]""", "409 test_failed" },
        { """[{"op":"test","path":"/ui/o/l/-","value":1}]""", "409 test_failed" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_batch_is_done_whole_or_not_at_all(string operations, string outcome)
    {
        var alice = await Owner();
        // What goes before the failing operation is in the results, and not in the document.
        if (outcome[0] != '{')
        {
            var refused = await alice.Post("user/d/_batch", Body("""[{"op":"set","path":"/k/first","value":1},""" + operations[1..]));
            refused.ShouldBeProblem(int.Parse(outcome[..3], System.Globalization.CultureInfo.InvariantCulture), outcome[4..]);
            refused.Header("ETag").ShouldBeNull();
            var results = refused.Json.GetProperty("results");
            results.GetArrayLength().ShouldBe(2, refused.ToString());
            results[0].ShouldBeJson("""{"path":"/k/first","success":true}""");
            results[1].GetProperty("success").GetBoolean().ShouldBeFalse();
            results[1].GetProperty("error").GetString().ShouldBe(outcome[4..]);
            (await alice.Content("user/d")).ShouldBe(Start);
            (await alice.Get("user/d")).ShouldBeAt(200, 1);
            return;
        }
        var answer = await alice.Post("user/d/_batch", Body(operations));
        answer.ShouldBeAt(200, 2);
        var paths = System.Text.Json.JsonDocument.Parse(operations).RootElement.EnumerateArray().Select(o => $$"""{"path":{{o.GetProperty("path").GetRawText()}},"success":true}""");
        answer.ShouldBeJson($$"""{"document_version":2,"results":[{{string.Join(',', paths)}}]}""");
        (await alice.Content("user/d")).ShouldBe(outcome);
    }

    [Fact]
    public async Task Version_0_creates_the_document()
    {
        var alice = server.NewUser();
        var body = """{"version":0,"operations":[{"op":"set","path":"/ui/a","value":1}]}""";
        (await alice.Post("user/new/_batch", """{"version":1,"operations":[{"op":"set","path":"/ui/a","value":1}]}""")).ShouldBeProblem(409, "version_conflict");
        var created = await alice.Post("user/new/_batch", body);
        created.ShouldBeAt(201, 1);
        created.Header("Location").ShouldBe($"/api/v1/default/user/new?owner={alice.User}");
        (await alice.Post("user/new/_batch", body)).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/new2/_batch", """{"operations":[{"op":"set","path":"/ui/a","value":1}]}""", ("If-None-Match", "*"))).ShouldBeAt(201, 1);
        (await alice.Post("user/new/_batch", """{"operations":[{"op":"set","path":"/ui/a","value":1}]}""", ("If-None-Match", "*"))).ShouldBeProblem(412, "already_exists");
        (await alice.Post("user/new/_batch", """{"operations":[{"op":"set","path":"/ui/a","value":1}]}""")).ShouldBeProblem(428, "version_required");
        (await alice.Post("user/new3/_batch", """{"operations":[{"op":"set","path":"/ui/a","value":1}]}""")).ShouldBeProblem(428, "version_required");
    }

    [Theory]
    [InlineData("", "manual", 409)]
    [InlineData("", "merge", 200)]
    [InlineData("?on_conflict=merge", null, 200)]
    [InlineData("?on_conflict=merge", "manual", 200)]
    [InlineData("?on_conflict=manual", "merge", 409)]
    [InlineData("", "last_write_wins", 200)]
    [InlineData("", "maybe", 400)]
    [InlineData("?on_conflict=maybe", "merge", 400)]
    public async Task The_strategy_stands_in_the_query_or_the_body(string query, string? member, int status)
    {
        var alice = await Owner();
        (await alice.Put("user/d/ui/t", """{"version":1,"value":"light"}""")).ShouldBeAt(200, 2);
        var strategy = member is null ? "" : $"\"on_conflict\":\"{member}\",";
        var answer = await alice.Post("user/d/_batch" + query, $$"""{"version":1,{{strategy}}"operations":[{"op":"set","path":"/k/a","value":1}]}""");
        answer.Status.ShouldBe(status, answer.ToString());
        if (status == 200) (await alice.Content("user/d")).ShouldContain("\"k\":{\"a\":1}");
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1000, 200)]
    [InlineData(1001, 413)]
    public async Task A_batch_has_1_to_1000_operations(int count, int status)
    {
        var alice = await Owner();
        var operations = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"op":"set","path":"/k/p{{i}}","value":{{i}}}"""));
        (await alice.Post("user/d/_batch", Body($"[{operations}]"))).Status.ShouldBe(status);
        (await alice.Get("user/d")).ShouldBeAt(200, status == 200 ? 2 : 1);
        var half = string.Join(',', Enumerable.Range(0, count / 2).Select(i => $$"""{"op":"set","path":"/m/p{{i}}","value":{{i}}}"""));
        var rest = string.Join(',', Enumerable.Range(0, count - (count / 2)).Select(i => $$"""{"op":"set","path":"/m/p{{i}}","value":{{i}}}"""));
        var several = $$"""{"documents":[{"tier":"user","document":"x","version":0,"operations":[{{half}}]},{"tier":"user","document":"y","version":0,"operations":[{{rest}}]}]}""";
        (await alice.Post("_batch", several)).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"operations":null}""")]
    [InlineData("""{"version":1,"operations":{}}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_body_that_is_no_batch_is_refused(string body) =>
        (await (await Owner()).Post("user/d/_batch", body)).ShouldBeProblem(400, "invalid_value");

    [Fact]
    public async Task A_rehearsed_batch_lists_its_changes_and_a_batch_without_effect_keeps_the_version()
    {
        var alice = await Owner();
        var answer = await alice.Post("user/d/_batch?dry_run=true", Body("""[{"op":"set","path":"/ui/o/a/x","value":2},{"op":"delete","path":"/k"}]"""));
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("changes").ShouldBeJson("""
            [{"op":"delete","path":"/k","previous":{}},{"op":"set","path":"/ui/o","value":{"a":{"x":2},"l":[1,2,3]},"previous":{"a":{"x":1},"l":[1,2,3]} }]
            """);
        (await alice.Post("user/d/_batch", Body("""[{"op":"set","path":"/k/a","value":2},{"op":"delete","path":"/k/a"}]"""))).ShouldBeAt(200, 1);
    }
}
