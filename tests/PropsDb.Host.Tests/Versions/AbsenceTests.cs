namespace PropsDb.Host.Tests;

public sealed class AbsenceTests(PropsDbServer server)
{
    public static TheoryData<string, string> Levels { get; } = new()
    {
        { "user/d", "\"collections\":{\"ui\":{\"a\":1}}" }, { "user/d/ui", "\"properties\":{\"a\":1}" }, { "user/d/ui/a", "\"value\":1" },
    };

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task PUT_with_version_0_or_If_None_Match_creates(string path, string content)
    {
        (await server.NewUser().Put(path, $$"""{"version":0,{{content}}}""")).ShouldBeAt(201, 1);
        (await server.NewUser().Put(path + "?document_version=0", $$"""{{{content}}}""")).ShouldBeAt(201, 1);
        (await server.NewUser().Put(path, $$"""{{{content}}}""", ("If-Match", "\"0\""))).ShouldBeAt(201, 1);
        (await server.NewUser().Put(path, $$"""{{{content}}}""", ("If-None-Match", "*"))).ShouldBeAt(201, 1);
        (await server.NewUser().Put(path, $$"""{"version":0,{{content}}}""", ("If-None-Match", "*"))).ShouldBeAt(201, 1);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task PUT_without_a_version_is_428_also_where_nothing_is(string path, string content) =>
        (await server.NewUser().Put(path, $$"""{{{content}}}""")).ShouldBeProblem(428, "version_required");

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task A_version_above_0_on_what_never_was_is_a_conflict_under_every_strategy(string path, string content)
    {
        foreach (var strategy in new[] { "manual", "merge", "last_write_wins" })
        {
            var alice = server.NewUser();
            var answer = await alice.Put($"{path}?on_conflict={strategy}", $$"""{"version":5,{{content}}}""");
            answer.ShouldBeProblem(409, "version_conflict");
            ShouldSay(answer, 5, 0);
            answer.Json.GetProperty("conflicts").GetArrayLength().ShouldBe(0);
            var byHeader = await alice.Put($"{path}?on_conflict={strategy}", $$"""{{{content}}}""", ("If-Match", "\"5\""));
            byHeader.ShouldBeProblem(412, "version_conflict");
            ShouldSay(byHeader, 5, 0);
            (await alice.Get("user/d")).Status.ShouldBe(404);
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task If_Match_any_on_what_is_absent_is_412(string path, string content) =>
        (await server.NewUser().Put(path, $$"""{{{content}}}""", ("If-Match", "*"))).ShouldBeProblem(412, "version_conflict");

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Version_0_on_what_is_present_is_a_conflict_under_every_strategy(string path, string content)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":2}}""");
        foreach (var strategy in new[] { "manual", "merge", "last_write_wins" })
        {
            var answer = await alice.Put($"{path}?on_conflict={strategy}", $$"""{"version":0,{{content}}}""");
            answer.ShouldBeProblem(409, "version_conflict");
            (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((0, 1));
            (await alice.Put($"{path}?on_conflict={strategy}", $$"""{{{content}}}""", ("If-Match", "\"0\""))).ShouldBeProblem(412, "version_conflict");
            (await alice.Put($"{path}?on_conflict={strategy}", $$"""{{{content}}}""", ("If-None-Match", "*"))).ShouldBeProblem(412, "already_exists");
        }
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task A_version_beyond_the_actual_one_is_a_conflict_under_every_strategy(string path, string content)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":2}}""");
        foreach (var strategy in new[] { "manual", "merge", "last_write_wins" })
        {
            var answer = await alice.Put($"{path}?on_conflict={strategy}", $$"""{"version":2,{{content}}}""");
            answer.ShouldBeProblem(409, "version_conflict");
            (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((2, 1));
            answer.Json.GetProperty("conflicts").GetArrayLength().ShouldBe(0);
            answer.Json.GetProperty("merged").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
            answer.Json.GetProperty("remote").GetProperty("version").GetInt64().ShouldBe(1);
        }
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task If_None_Match_speaks_of_the_resource_in_the_URL()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/b", """{"value":1}""", ("If-None-Match", "*"))).ShouldBeAt(200, 2);
        (await alice.Put("user/d/vi", """{"properties":{}}""", ("If-None-Match", "*"))).ShouldBeAt(200, 3);
        (await alice.Put("user/d/wi/a", """{"value":1}""", ("If-None-Match", "*"))).ShouldBeAt(200, 4);
        foreach (var (path, body) in new[] { ("ui/b", """{"value":1}"""), ("vi", """{"properties":{}}"""), ("wi/a", """{"value":2}""") })
            (await alice.Put("user/d/" + path, body, ("If-None-Match", "*"))).ShouldBeProblem(412, "already_exists");
        (await alice.Get("user/d")).ShouldBeAt(200, 4);
    }

    [Fact]
    public async Task If_Match_speaks_of_the_document()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/b", """{"value":1}""", ("If-Match", "\"1\""))).ShouldBeAt(200, 2);
        (await alice.Put("user/d/ui/a", """{"value":2}""", ("If-Match", "\"1\""))).ShouldBeProblem(412, "version_conflict");
        (await alice.Put("user/d/ui/a", """{"value":2}""", ("If-Match", "\"2\""))).ShouldBeAt(200, 3);
        (await alice.Put("user/d/vi/a", """{"value":2}""", ("If-Match", "*"))).ShouldBeAt(200, 4);
    }

    [Theory]
    [InlineData("GET", "user/d")]
    [InlineData("GET", "user/d/ui")]
    [InlineData("GET", "user/d/ui/a")]
    [InlineData("DELETE", "user/d?version=2")]
    [InlineData("DELETE", "user/d/ui?version=2")]
    [InlineData("DELETE", "user/d/ui/a?version=2")]
    [InlineData("PATCH", "user/d?version=2")]
    [InlineData("PATCH", "user/d/ui?version=2")]
    [InlineData("POST", "user/d/new")]
    public async Task A_deleted_document_is_absent_to_all_but_PUT(string method, string path)
    {
        var alice = await Deleted();
        (await alice.Send(new HttpMethod(method), path, method is "PATCH" or "POST" ? "{}" : null, method == "POST" ? "application/json" : "application/merge-patch+json"))
            .ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task PUT_on_a_deleted_document_knows_its_last_version(string path, string content)
    {
        var alice = await Deleted();
        foreach (var version in new[] { 1, 2, 3 })
        {
            foreach (var strategy in new[] { "manual", "merge", "last_write_wins" })
            {
                var answer = await alice.Put($"{path}?on_conflict={strategy}", $$"""{"version":{{version}},{{content}}}""");
                answer.ShouldBeProblem(409, "version_conflict");
                ShouldSay(answer, version, 2);
            }
        }
        (await alice.Put(path, $$"""{{{content}}}""", ("If-Match", "*"))).ShouldBeProblem(412, "version_conflict");
        (await alice.Put(path, $$"""{"version":0,{{content}}}""")).ShouldBeAt(201, 3);
    }

    private async Task<Client> Deleted()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Delete("user/d?version=1")).ShouldBeAt(204, 2);
        return alice;
    }

    private static void ShouldSay(Answer answer, long expected, long actual)
    {
        answer.Json.GetProperty("expected").GetInt64().ShouldBe(expected);
        answer.Json.GetProperty("actual").GetInt64().ShouldBe(actual);
        answer.Json.GetProperty("remote").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.Json.GetProperty("merged").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }
}
