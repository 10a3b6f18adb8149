namespace PropsDb.Host.Tests;

/// <summary>A write of one part may name that part's version, and then minds nothing else in the document.</summary>
public sealed class PartVersionTests(PropsDbServer server)
{
    // ui/a is at version 1, ui/b and with it ui at 2, other at 3, and so is the document.
    private async Task<Client> Writer()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1,"b":1},"other":{"x":1}}""");
        (await alice.Put("user/d/ui/b", """{"value":2,"version":1}""")).ShouldBeAt(200, 2);
        (await alice.Put("user/d/other/x", """{"value":2,"version":2}""")).ShouldBeAt(200, 3);
        return alice;
    }

    [Theory]
    [InlineData("PUT", "user/d/ui/a", """{"property_version":1,"value":5}""")]
    [InlineData("PUT", "user/d/ui/a?property_version=1", """{"property_version":1,"value":5}""")]
    [InlineData("PUT", "user/d/ui/a", """{"collection_version":2,"value":5}""")]
    [InlineData("PUT", "user/d/ui/new", """{"property_version":0,"value":5}""")]
    [InlineData("PUT", "user/d/new/a", """{"collection_version":0,"value":5}""")]
    [InlineData("PUT", "user/d/ui", """{"collection_version":2,"properties":{}}""")]
    [InlineData("PUT", "user/d/new", """{"collection_version":0,"properties":{}}""")]
    [InlineData("PATCH", "user/d/ui?collection_version=2", """{"a":5}""")]
    [InlineData("DELETE", "user/d/ui/a?property_version=1", null)]
    [InlineData("DELETE", "user/d/ui/a?collection_version=2", null)]
    [InlineData("DELETE", "user/d/ui?collection_version=2", null)]
    public async Task A_part_that_has_not_changed_since_may_be_written(string method, string path, string? body) =>
        (await Send(await Writer(), method, path, body)).ShouldBeAt(200, 4);

    [Theory]
    [InlineData("PUT", "user/d/ui/b", """{"property_version":1,"value":5}""", 1, 2)]
    [InlineData("PUT", "user/d/ui/b", """{"collection_version":1,"value":5}""", 1, 2)]
    [InlineData("PUT", "user/d/ui/a", """{"property_version":0,"value":5}""", 0, 1)]
    [InlineData("PUT", "user/d/ui/a", """{"property_version":3,"value":5}""", 3, 1)]
    [InlineData("PUT", "user/d/ui/a", """{"property_version":99,"value":5}""", 99, 1)]
    [InlineData("PUT", "user/d/ui/new", """{"property_version":1,"value":5}""", 1, 0)]
    [InlineData("PUT", "user/d/new/a", """{"collection_version":1,"value":5}""", 1, 0)]
    [InlineData("PUT", "user/d/ui", """{"collection_version":1,"properties":{}}""", 1, 2)]
    [InlineData("PUT", "user/d/ui", """{"collection_version":0,"properties":{}}""", 0, 2)]
    [InlineData("PUT", "user/d/new", """{"collection_version":2,"properties":{}}""", 2, 0)]
    [InlineData("PUT", "user/nothing/ui/a", """{"property_version":1,"value":5}""", 1, 0)]
    [InlineData("PATCH", "user/d/ui?collection_version=1", """{"a":5}""", 1, 2)]
    [InlineData("DELETE", "user/d/ui/b?property_version=1", null, 1, 2)]
    [InlineData("DELETE", "user/d/ui/a?collection_version=1", null, 1, 2)]
    [InlineData("DELETE", "user/d/ui?collection_version=1", null, 1, 2)]
    public async Task A_part_that_changed_or_went_since_is_a_conflict_of_its_own_versions(string method, string path, string? body, long expected, long actual)
    {
        var alice = await Writer();
        var answer = await Send(alice, method, path, body);
        answer.ShouldBeProblem(409, "version_conflict");
        (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((expected, actual));
        (await alice.Get("user/d")).ShouldBeAt(200, 3);
    }

    [Fact]
    public async Task The_conflict_of_a_part_shows_its_three_sides()
    {
        var alice = await Writer();
        var answer = await alice.Put("user/d/ui/b", """{"property_version":1,"value":5}""");
        answer.Json.GetProperty("conflicts").ShouldBeJson($$"""
            [{"path":"/ui/b","base":{"value":1},"remote":{"value":2,"version":2,"by":"{{alice.User}}","at":"{{Expect.Now}}"},"local":{"value":5} }]
            """);
        answer.Json.GetProperty("remote").GetProperty("version").GetInt64().ShouldBe(3);
    }

    [Fact]
    public async Task A_part_that_went_shows_no_remote_value()
    {
        var alice = await Writer();
        (await alice.Delete("user/d/ui/b?version=3")).ShouldBeAt(200, 4);
        var answer = await alice.Put("user/d/ui/b", """{"property_version":2,"value":5}""");
        (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((2, 0));
        answer.Json.GetProperty("conflicts").ShouldBeJson("""[{"path":"/ui/b","base":{"value":2},"remote":{},"local":{"value":5}}]""");
        foreach (var strategy in new[] { "merge", "last_write_wins" })
            (await alice.Put($"user/d/ui/b?on_conflict={strategy}", """{"property_version":2,"value":5}""")).ShouldBeProblem(409, "version_conflict");
    }

    [Fact]
    public async Task A_part_that_came_back_has_another_version()
    {
        var alice = await Writer();
        (await alice.Delete("user/d/ui/b?version=3")).ShouldBeAt(200, 4);
        (await alice.Put("user/d/ui/b", """{"property_version":0,"value":2}""")).ShouldBeAt(200, 5);
        var answer = await alice.Put("user/d/ui/b", """{"property_version":2,"value":9}""");
        (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((2, 5));
    }

    [Fact]
    public async Task Each_kind_of_change_in_a_collection_moves_the_collections_version()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1,"b":2},"other":{}}""");
        (await alice.Put("user/d/ui", """{"properties":{"b":2,"a":1},"version":1}""")).Json.GetProperty("collection").GetProperty("version").GetInt64().ShouldBe(2);
        (await alice.Delete("user/d/ui/a?version=2")).ShouldBeAt(200, 3);
        (await alice.Get("user/d/ui")).Json.GetProperty("collection").GetProperty("version").GetInt64().ShouldBe(3);
        (await alice.Get("user/d/ui/b")).Json.GetProperty("property").GetProperty("version").GetInt64().ShouldBe(1);
        (await alice.Get("user/d/other")).Json.GetProperty("collection").GetProperty("version").GetInt64().ShouldBe(1);
    }

    private static Task<Answer> Send(Client client, string method, string path, string? body) =>
        client.Send(new HttpMethod(method), path, body, method == "PATCH" ? "application/merge-patch+json" : "application/json");
}
