namespace PropsDb.Host.Tests;

public sealed class ReadTests(PropsDbServer server)
{
    private const string Content = """{"ui":{"theme":"dark","size":1.10},"empty":{}}""";
    private const string AsLists = """[{"name":"ui","properties":[{"name":"theme","value":"dark"},{"name":"size","value":1.10}]},{"name":"empty","properties":[]}]""";

    private Task<Client> Reader() => server.NewUser().Holding("user/d", Content);

    [Theory]
    [InlineData("user/d", AsLists)]
    [InlineData("user/d?shape=list", AsLists)]
    [InlineData("user/d?shape=object", Content)]
    [InlineData("user/d?collections=empty", """[{"name":"empty","properties":[]}]""")]
    [InlineData("user/d?collections=empty,ui&shape=object", Content)]
    [InlineData("user/d?collections=empty,nowhere&shape=object", """{"empty":{}}""")]
    [InlineData("user/d?unknown=parameter&shape=object", Content)]
    public async Task A_document_is_read_whole_or_by_collections_in_either_shape(string path, string collections)
    {
        var alice = await Reader();
        var answer = await alice.Get(path);
        answer.ShouldBeAt(200, 1);
        answer.Header("Content-Type").ShouldBe("application/json");
        answer.Header("Last-Modified").ShouldBe(Expect.LastModified);
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", 1, alice.User, collections)}}}""");
    }

    [Theory]
    [InlineData("user/d/ui", """[{"name":"theme","value":"dark"},{"name":"size","value":1.10}]""")]
    [InlineData("user/d/ui?shape=object", """{"theme":"dark","size":1.10}""")]
    [InlineData("user/d?path=/ui&shape=object", """{"theme":"dark","size":1.10}""")]
    public async Task A_collection_is_read_with_its_own_version(string path, string properties)
    {
        var alice = await Reader();
        (await alice.Put("user/d/empty/x", """{"value":1,"version":1}""")).ShouldBeAt(200, 2);
        var answer = await alice.Get(path);
        answer.ShouldBeAt(200, 2);
        answer.Header("Last-Modified").ShouldBe(Expect.LastModified);
        answer.ShouldBeJson($$"""{"collection":{{Expect.Part("ui", "properties", properties, 1, alice.User)}},"document_version":2}""");
    }

    [Theory]
    [InlineData("user/d/ui/size")]
    [InlineData("user/d?path=/ui/size")]
    public async Task A_property_is_read_with_its_own_version(string path)
    {
        var alice = await Reader();
        (await alice.Put("user/d/ui/theme", """{"value":1,"version":1}""")).ShouldBeAt(200, 2);
        var answer = await alice.Get(path);
        answer.ShouldBeAt(200, 2);
        answer.Header("Last-Modified").ShouldBe(Expect.LastModified);
        answer.ShouldBeJson($$"""{"property":{{Expect.Part("size", "value", "1.10", 1, alice.User)}},"document_version":2}""");
    }

    [Fact]
    public async Task A_bare_value_is_the_value_alone_under_a_tag_of_its_own()
    {
        var alice = await Reader();
        var answer = await alice.Get("user/d/ui/size", ("Accept", "application/vnd.propsdb.value+json"));
        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe("1.10");
        answer.Header("Content-Type").ShouldBe("application/vnd.propsdb.value+json");
        answer.ETag.ShouldBe("\"1;v\"");
        answer.Header("Last-Modified").ShouldBe(Expect.LastModified);
        answer.Header("X-Position").ShouldNotBeNull();
        answer.Header("Vary").ShouldBe(Expect.Vary);
    }

    [Theory]
    [InlineData("\"1;v\"", 304)]
    [InlineData("W/\"1;v\"", 304)]
    [InlineData("\"1\"", 200)]
    public async Task A_bare_value_is_fresh_only_by_its_own_tag(string tags, int status)
    {
        var alice = await Reader();
        (await alice.Get("user/d/ui/size", ("Accept", "application/vnd.propsdb.value+json"), ("If-None-Match", tags))).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("\"1\"", 304)]
    [InlineData("W/\"1\"", 304)]
    [InlineData("\"7\", W/\"x\", \"1\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"2\"", 200)]
    [InlineData("\"1;v\"", 200)]
    [InlineData("1", 200)]
    public async Task A_client_that_has_the_version_is_told_so_on_every_level(string tags, int status)
    {
        var alice = await Reader();
        foreach (var path in new[] { "user/d", "user/d/ui", "user/d/ui/theme", "user/d?shape=object" })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                var answer = await alice.Send(method, path, null, null, ("If-None-Match", tags));
                answer.ShouldBeAt(status, 1);
                if (status == 304) answer.Body.ShouldBeEmpty();
            }
        }
    }

    [Theory]
    [InlineData("user/d")]
    [InlineData("user/d/ui?shape=object")]
    [InlineData("user/d/ui/theme")]
    [InlineData("user?limit=1")]
    public async Task HEAD_answers_as_GET_does_without_the_body(string path)
    {
        var alice = await Reader();
        var (get, head) = (await alice.Get(path), await alice.Head(path));
        head.Status.ShouldBe(200);
        head.Body.ShouldBeEmpty();
        foreach (var name in new[] { "Content-Type", "Content-Length", "ETag", "Last-Modified", "X-Position", "Vary", "Cache-Control" })
            head.Header(name).ShouldBe(get.Header(name), name);
    }

    [Theory]
    [InlineData("user/nothing")]
    [InlineData("user/d/nothing")]
    [InlineData("user/d/ui/nothing")]
    [InlineData("user/d/nothing/theme")]
    [InlineData("user/nothing/ui/theme")]
    public async Task What_is_not_there_is_404_whatever_the_client_holds(string path)
    {
        var alice = await Reader();
        (await alice.Get(path)).ShouldBeProblem(404, "not_found");
        (await alice.Get(path, ("If-None-Match", "*"))).ShouldBeProblem(404, "not_found");
        (await alice.Head(path)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("user/d", "text/html", 406)]
    [InlineData("user/d", "application/vnd.propsdb.value+json", 406)]
    [InlineData("user/d/ui", "application/json;q=0", 406)]
    [InlineData("user/d", "text/html, application/*;q=0.1", 200)]
    [InlineData("user/d/ui/theme", "*/*", 200)]
    public async Task A_representation_that_is_not_there_is_406(string path, string accept, int status)
    {
        var alice = await Reader();
        var answer = await alice.Get(path, ("Accept", accept));
        answer.Status.ShouldBe(status, answer.ToString());
        if (status == 406) answer.ShouldBeProblem(406, "not_acceptable");
    }

    [Theory]
    [InlineData("user/d?shape=tree")]
    [InlineData("user/d?shape=")]
    [InlineData("user/d?shape=list&shape=object")]
    [InlineData("user/d/ui?shape=Object")]
    public async Task A_malformed_parameter_is_refused(string path)
    {
        var alice = await Reader();
        (await alice.Get(path)).ShouldBeProblem(400, "invalid_query");
    }
}
