namespace PropsDb.Host.Tests;

public sealed class PartWriteTests(PropsDbServer server)
{
    private const string List = """[{"name":"theme","value":"dark"},{"name":"size","value":2}]""";
    private const string Object = """{"theme":"dark","size":2}""";

    [Theory]
    [InlineData(List)]
    [InlineData(Object)]
    public async Task POST_adds_a_collection_without_a_version(string properties)
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        var answer = await alice.Post("user/d/ui", $$"""{"properties":{{properties}}}""");
        answer.ShouldBeAt(201, 2);
        answer.Header("Location").ShouldBe($"/api/v1/default/user/d/ui?owner={alice.User}");
        answer.ShouldBeJson($$"""{"collection":{{Expect.Part("ui", "properties", List, 2, alice.User)}},"document_version":2}""");
        (await alice.Get(answer.Header("Location")!)).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task POST_of_a_collection_that_is_there_is_409_and_412_under_If_None_Match()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{}}""");
        (await alice.Post("user/d/ui", "{}")).ShouldBeProblem(409, "already_exists");
        (await alice.Post("user/d/ui", "{}", ("If-None-Match", "*"))).ShouldBeProblem(412, "already_exists");
        (await alice.Post("user/d/new", "{}", ("If-None-Match", "*"))).ShouldBeAt(201, 2);
    }

    [Fact]
    public async Task POST_of_a_collection_without_its_document_is_404() =>
        (await server.NewUser().Post("user/d/ui", """{"properties":{}}""")).ShouldBeProblem(404, "not_found");

    [Fact]
    public async Task POST_of_a_collection_heeds_a_version_if_it_names_one()
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        (await alice.Post("user/d/a", """{"version":1}""")).ShouldBeAt(201, 2);
        (await alice.Post("user/d/b", """{"version":1}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/d/b", "{}", ("If-Match", "\"1\""))).ShouldBeProblem(412, "version_conflict");
    }

    [Theory]
    [InlineData(List)]
    [InlineData(Object)]
    public async Task PUT_of_a_collection_replaces_or_adds_it(string properties)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"size":1,"old":1}}""");
        foreach (var (name, version) in new[] { ("ui", 2), ("new", 3) })
        {
            var answer = await alice.Put($"user/d/{name}", $$"""{"document_version":{{version - 1}},"properties":{{properties}}}""");
            answer.ShouldBeAt(200, version);
            answer.ShouldBeJson($$"""{"collection":{{Expect.Part(name, "properties", List, version, alice.User)}},"document_version":{{version}}}""");
        }
        (await alice.Content("user/d")).ShouldBe($$"""{"ui":{{Object}},"new":{{Object}}}""");
    }

    [Fact]
    public async Task PUT_of_a_property_replaces_or_adds_it_with_its_collection()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"size":1}}""");
        foreach (var (path, version) in new[] { ("ui/size", 2), ("ui/theme", 3), ("new/theme", 4) })
        {
            var answer = await alice.Put($"user/d/{path}", $$"""{"document_version":{{version - 1}},"value":[{{version}}]}""");
            answer.ShouldBeAt(200, version);
            answer.ShouldBeJson($$"""{"property":{{Expect.Part(path.Split('/')[1], "value", $"[{version}]", version, alice.User)}},"document_version":{{version}}}""");
        }
        (await alice.Content("user/d")).ShouldBe("""{"ui":{"size":[2],"theme":[3]},"new":{"theme":[4]}}""");
    }

    [Theory]
    [InlineData("user/d/ui", """{"version":0,"properties":{"a":1}}""", """{"ui":{"a":1}}""")]
    [InlineData("user/d/ui/a", """{"version":0,"value":1}""", """{"ui":{"a":1}}""")]
    [InlineData("user/d/ui/a", """{"property_version":0,"value":1}""", """{"ui":{"a":1}}""")]
    [InlineData("user/d/ui/a", """{"collection_version":0,"value":1}""", """{"ui":{"a":1}}""")]
    public async Task PUT_of_a_part_creates_every_missing_parent(string path, string body, string content)
    {
        var alice = server.NewUser();
        var answer = await alice.Put(path, body);
        answer.ShouldBeAt(201, 1);
        answer.Header("Location").ShouldBe($"/api/v1/default/{path}?owner={alice.User}");
        (await alice.Content("user/d")).ShouldBe(content);
    }

    [Fact]
    public async Task A_merge_patch_changes_a_collection()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":"x","old":1,"o":{"a":1,"b":1}}}""");
        var answer = await alice.MergePatch("user/d/ui?shape=object", """{"theme":"dark","old":null,"o":{"a":null},"new":[null]}""", ("If-Match", "\"1\""));
        answer.ShouldBeAt(200, 2);
        answer.ShouldBeJson($$"""{"collection":{{Expect.Part("ui", "properties", """{"theme":"dark","o":{"b":1},"new":[null]}""", 2, alice.User)}},"document_version":2}""");
    }

    [Theory]
    [InlineData("user/d/ui?document_version=1")]
    [InlineData("user/d/ui?collection_version=1")]
    [InlineData("user/d/ui/theme?version=1")]
    [InlineData("user/d/ui/theme?property_version=1")]
    public async Task DELETE_of_a_part_answers_with_the_version(string path)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"theme":1}}""");
        var answer = await alice.Delete(path);
        answer.ShouldBeAt(200, 2);
        answer.ShouldBeJson("""{"document_version":2}""");
        (await alice.Get(path.Split('?')[0])).ShouldBeProblem(404, "not_found");
        (await alice.Delete(path)).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("DELETE", "user/nothing")]
    [InlineData("DELETE", "user/nothing/ui")]
    [InlineData("DELETE", "user/nothing/ui/a")]
    [InlineData("DELETE", "user/d/nothing")]
    [InlineData("DELETE", "user/d/ui/nothing")]
    [InlineData("PATCH", "user/nothing")]
    [InlineData("PATCH", "user/nothing/ui")]
    [InlineData("PATCH", "user/d/nothing")]
    public async Task DELETE_and_PATCH_of_what_is_not_there_are_404_under_every_precondition(string method, string path)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{}}""");
        foreach (var (name, value) in new[] { ("If-Match", "\"1\""), ("If-Match", "\"0\""), ("If-Match", "*"), ("If-None-Match", "*"), ("X-None", "") })
            (await alice.Send(new HttpMethod(method), path, method == "PATCH" ? "{}" : null, "application/merge-patch+json", (name, value))).ShouldBeProblem(404, "not_found");
    }
}
