namespace PropsDb.Host.Tests;

/// <summary>A write whose result equals what is there appends nothing and succeeds; the stored spelling stays.</summary>
public sealed class NoChangeTests(PropsDbServer server)
{
    private const string Content = """{"ui":{"n":1.0,"o":{"a":1,"b":[2,{"c":null}]},"s":"é"},"empty":{}}""";

    [Theory]
    [InlineData("PUT", "user/d", """{"version":1,"collections":{"ui":{"n":1e0,"o":{"b":[2.00,{"c":null}],"a":10e-1},"s":"\u00e9"},"empty":{}}}""")]
    [InlineData("PUT", "user/d/ui", """{"version":1,"properties":{"n":1,"o":{"b":[2,{"c":null}],"a":1},"s":"é"}}""")]
    [InlineData("PUT", "user/d/ui/n", """{"version":1,"value":1}""")]
    [InlineData("PUT", "user/d/ui/o", """{"property_version":1,"value":{"b":[2,{"c":null}],"a":1}}""")]
    [InlineData("PUT", "user/d/ui/s", """{"version":1,"value":"\u00E9"}""")]
    [InlineData("PATCH", "user/d?version=1", """{"ui":{"n":1.00,"gone":null},"nothing":null}""")]
    [InlineData("PATCH", "user/d/ui?version=1", """{"o":{"a":1.0,"x":null}}""")]
    public async Task Nothing_is_appended(string method, string path, string body)
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        var before = await alice.Get("user/d?shape=object");
        var answer = await alice.Send(new HttpMethod(method), path, body, method == "PATCH" ? "application/merge-patch+json" : "application/json");
        answer.ShouldBeAt(200, 1);
        answer.Header("X-Position").ShouldBe(before.Header("X-Position"));
        (await alice.Get("user/d?shape=object")).Body.ShouldBe(before.Body);
    }

    [Fact]
    public async Task A_JSON_patch_that_ends_where_it_began_appends_nothing()
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        var answer = await alice.JsonPatch("user/d?version=1", """[{"op":"add","path":"/ui/x","value":1},{"op":"remove","path":"/ui/x"},{"op":"replace","path":"/ui/n","value":1}]""");
        answer.ShouldBeAt(200, 1);
        (await alice.Content("user/d")).ShouldBe(Content);
    }

    [Theory]
    [InlineData("user/d", """{"version":1,"collections":{"empty":{},"ui":{"n":1.0,"o":{"a":1,"b":[2,{"c":null}]},"s":"é"}}}""")]
    [InlineData("user/d/ui", """{"version":1,"properties":{"o":{"a":1,"b":[2,{"c":null}]},"n":1.0,"s":"é"}}""")]
    [InlineData("user/d/ui/o", """{"version":1,"value":{"a":1,"b":[{"c":null},2]}}""")]
    [InlineData("user/d/ui/n", """{"version":1,"value":"1.0"}""")]
    [InlineData("user/d/ui/n", """{"version":1,"value":1.0000000000000000000000001}""")]
    [InlineData("user/d/ui/s", """{"version":1,"value":"e\u0301"}""")]
    public async Task The_order_of_names_and_the_items_of_arrays_count(string path, string body)
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        (await alice.Put(path, body)).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task A_stale_write_that_would_change_nothing_is_still_a_conflict()
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        (await alice.Put("user/d/ui/n", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        var answer = await alice.Put("user/d/ui/n", """{"version":1,"value":2}""");
        answer.ShouldBeProblem(409, "version_conflict");
        answer.Json.GetProperty("conflicts").GetArrayLength().ShouldBe(0);
        (await alice.Put("user/d/ui/n?on_conflict=merge", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        (await alice.Put("user/d/ui/n?on_conflict=last_write_wins", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task The_spelling_of_what_does_not_change_stays_beside_what_does()
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        (await alice.Put("user/d", """{"version":1,"collections":{"ui":{"n":1,"o":{"b":[2,{"c":null}],"a":1},"s":"new"},"empty":{}}}""")).ShouldBeAt(200, 2);
        (await alice.Content("user/d")).ShouldBe(Content.Replace("é", "new"));
    }
}
