namespace PropsDb.Host.Tests;

public sealed class RehearsalTests(PropsDbServer server)
{
    [Theory]
    [InlineData("PUT", "user/d", """{"version":1,"collections":{"ui":{"a":2,"c":3},"new":{"x":1}}}""",
        """[{"op":"delete","path":"/gone","previous":{"y":1}},{"op":"delete","path":"/ui/b","previous":1},{"op":"set","path":"/ui/a","value":2,"previous":1},{"op":"set","path":"/ui/c","value":3},{"op":"set","path":"/new","value":{"x":1}}]""")]
    [InlineData("PUT", "user/d", """{"version":1,"collections":{"gone":{"y":1},"ui":{"b":1,"a":1}}}""",
        """[{"op":"order","path":"/ui","value":["b","a"],"previous":["a","b"]},{"op":"order","path":"","value":["gone","ui"],"previous":["ui","gone"]}]""")]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":2}""", """[{"op":"set","path":"/ui/a","value":2,"previous":1}]""")]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":1.0}""", "[]")]
    [InlineData("POST", "user/d/new", """{"properties":{"x":1}}""", """[{"op":"set","path":"/new","value":{"x":1}}]""")]
    [InlineData("POST", "user/new", """{"collections":{"p":{"x":1},"q":{}}}""", """[{"op":"set","path":"/p","value":{"x":1}},{"op":"set","path":"/q","value":{}}]""")]
    [InlineData("DELETE", "user/d/ui/a?version=1", null, """[{"op":"delete","path":"/ui/a","previous":1}]""")]
    [InlineData("DELETE", "user/d/ui?version=1", null, """[{"op":"delete","path":"/ui","previous":{"a":1,"b":1}}]""")]
    [InlineData("DELETE", "user/d?version=1", null, """[{"op":"delete","path":"/ui","previous":{"a":1,"b":1}},{"op":"delete","path":"/gone","previous":{"y":1}}]""")]
    public async Task A_rehearsal_lists_what_would_change(string method, string path, string? body, string changes)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1,"b":1},"gone":{"y":1}}""");
        var answer = await alice.Send(new HttpMethod(method), path + (path.Contains('?') ? "&" : "?") + "dry_run=true", body, body is null ? null : "application/json");
        var listed = answer.Json.GetProperty("changes").EnumerateArray().Select(c => c.GetRawText()).Order(StringComparer.Ordinal);
        System.Text.Json.JsonDocument.Parse($"[{string.Join(',', listed)}]").RootElement.ShouldBeJson(Sorted(changes));
    }

    private static string Sorted(string json) =>
        $"[{string.Join(',', System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateArray().Select(c => c.GetRawText()).Order(StringComparer.Ordinal))}]";

    [Theory]
    [InlineData("PUT", "user/d?dry_run=true", """{"version":7,"collections":{}}""", 409, "version_conflict")]
    [InlineData("PUT", "user/d?dry_run=true", """{"collections":{}}""", 428, "version_required")]
    [InlineData("POST", "user/d?dry_run=true", "{}", 409, "already_exists")]
    [InlineData("DELETE", "user/nothing?dry_run=true&version=1", null, 404, "not_found")]
    public async Task A_rehearsal_is_refused_as_the_write_would_be(string method, string path, string? body, int status, string error)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Send(new HttpMethod(method), path, body, body is null ? null : "application/json")).ShouldBeProblem(status, error);
    }

    [Fact]
    public async Task Dry_run_false_writes()
    {
        var alice = server.NewUser();
        (await alice.Post("user/d?dry_run=false", "{}")).ShouldBeAt(201, 1);
    }
}
