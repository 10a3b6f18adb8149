namespace PropsDb.Host.Tests.Legacy;

public sealed class ReadingTests(PropsDbServer server)
{
    private async Task<Client> Holding(string collections)
    {
        var user = server.NewUser();
        (await user.Post("user/home", $$"""{"collections":{{collections}}}""")).Status.ShouldBe(201);
        return user;
    }

    private const string Two = """{"a":{"x":1,"y":"two"},"b":{"z":[3,{"deep":null}]},"empty":{}}""";

    [Fact]
    public async Task A_document_is_an_object_of_collections_with_its_version()
    {
        var user = await Holding(Two);
        (await user.Read("home")).ShouldShow(1, """{"home":{"__version":"1","a":{"x":1,"y":"two"},"b":{"z":[3,{"deep":null}]},"empty":{}}}""");
        (await user.Read("home/a")).ShouldShow(1, """{"home":{"__version":"1","a":{"x":1,"y":"two"}}}""");
    }

    [Theory]
    [InlineData("collections=a", "a")]
    [InlineData("collections=a,b", "a b")]
    [InlineData("collections=%20a%20,%20b", "a b")]
    [InlineData("collections=a&collections=b", "a b")]
    [InlineData("collections=a,a&collections=a", "a")]
    [InlineData("collections=a,,&collections=", "a")]
    [InlineData("collections=a,unknown", "a")]
    [InlineData("collections=a,empty", "a empty")]
    [InlineData("collections=b,a", "a b")]
    [InlineData("collections=", "a b empty")]
    [InlineData("collections=,%20,", "a b empty")]
    [InlineData("collections", "a b empty")]
    [InlineData("other=a", "a b empty")]
    public async Task A_filter_names_the_collections_to_show(string query, string shown)
    {
        var answer = await (await Holding(Two)).Read("home?" + query);
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("home").EnumerateObject().Select(m => m.Name).ShouldBe(["__version", .. shown.Split(' ')]);
        answer.ShouldTell(1);
    }

    [Theory]
    [InlineData("home?collections=empty")]
    [InlineData("home?collections=empty,unknown")]
    [InlineData("home/empty")]
    [InlineData("home/empty/")]
    public async Task An_empty_collection_alone_is_204_and_tells_the_version(string path) => (await (await Holding(Two)).Read(path)).ShouldBeEmpty(1);

    [Fact]
    public async Task A_document_of_empty_collections_shows_them_and_one_without_collections_is_204()
    {
        (await (await Holding("""{"a":{},"b":{}}""")).Read("home")).ShouldShow(1, """{"home":{"__version":"1","a":{},"b":{}}}""");
        var none = await Holding("{}");
        (await none.Read("home")).ShouldBeEmpty(1);
        (await none.Read("home/a")).ShouldBeRefused(404, "not_found");
        (await none.Read("home?collections=a")).ShouldBeRefused(404, "not_found");
    }

    [Theory]
    [InlineData("nothing"), InlineData("nothing/a"), InlineData("home/nothing"), InlineData("home?collections=nothing"), InlineData("home?collections=nothing,nothing2")]
    [InlineData("home/__version"), InlineData("_hidden"), InlineData("%20"), InlineData("a%C2%85b"), InlineData("Home")]
    public async Task What_is_unknown_is_404(string path) => (await (await Holding(Two)).Read(path)).ShouldBeRefused(404, "not_found");

    [Theory]
    [InlineData("0"), InlineData("\"\""), InlineData("false"), InlineData("null"), InlineData("[]"), InlineData("{}"), InlineData("-0"), InlineData("1.10")]
    public async Task A_falsy_value_is_a_value(string value)
    {
        var user = await Holding("{\"a\":{\"x\":" + value + "}}");
        (await user.Read("home/a")).Body.ShouldBe("{\"home\":{\"__version\":\"1\",\"a\":{\"x\":" + value + "}}}");
        (await user.Read("home?collections=a")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_tier_is_an_object_of_its_documents_without_those_that_have_no_collections()
    {
        var user = server.NewUser();
        (await user.Read("/api/data/user")).ShouldBeRefused(404, "not_found");
        (await user.Post("user/empty", """{"collections":{}}""")).Status.ShouldBe(201);
        (await user.Read("/api/data/user")).ShouldBeEmpty(null);
        (await user.Post("user/b", """{"collections":{"ui":{"a":1}}}""")).Status.ShouldBe(201);
        (await user.Put("user/b/ui/a", """{"version":1,"value":2}""")).Status.ShouldBe(200);
        (await user.Post("user/a", """{"collections":{"hollow":{}}}""")).Status.ShouldBe(201);
        const string Both = """{"a":{"__version":"1","hollow":{}},"b":{"__version":"2","ui":{"a":2}}}""";
        (await user.Read("/api/data/user")).ShouldShow(null, Both);
        (await user.Read("/api/data/user/")).ShouldShow(null, Both);
        (await user.Delete("user/b?version=2")).Status.ShouldBe(204);
        (await user.Read("/api/data/user")).ShouldShow(null, """{"a":{"__version":"1","hollow":{}}}""");
        (await user.Delete("user/a?version=1")).Status.ShouldBe(204);
        (await user.Delete("user/empty?version=1")).Status.ShouldBe(204);
        (await user.Read("/api/data/user")).ShouldBeRefused(404, "not_found");
    }

    [Fact]
    public async Task A_tier_of_many_documents_is_one_object()
    {
        var user = server.NewUser();
        var names = Enumerable.Range(0, 120).Select(i => $"d{i:000}").ToList();
        foreach (var name in names) (await user.Post("user/" + name, """{"collections":{"ui":{}}}""")).Status.ShouldBe(201);
        var answer = await user.Read("/api/data/user");
        answer.Json.EnumerateObject().Select(m => m.Name).ShouldBe(names);
        answer.Header("Content-Type").ShouldBe("application/json");
    }

    [Theory]
    [InlineData("home", 200), InlineData("home/", 200), InlineData("home/a/", 200), InlineData("home/empty", 204), InlineData("nothing", 404), InlineData("/api/data/user", 200)]
    public async Task HEAD_works_as_GET(string path, int status)
    {
        var user = await Holding(Two);
        var answer = await user.Head(path.StartsWith('/') ? path : "/api/data/user/" + path);
        answer.Status.ShouldBe(status);
        answer.Body.ShouldBeEmpty();
        var read = await user.Read(path);
        (answer.ETag, answer.Header("X-Document-Version")).ShouldBe((read.ETag, read.Header("X-Document-Version")));
    }

    [Fact]
    public async Task A_reader_is_never_told_that_nothing_changed_since_the_next_life_counts_anew()
    {
        var user = await Holding(Two);
        (await user.Get("/api/data/user/home", ("If-None-Match", "\"1\""))).Status.ShouldBe(200);
        (await user.Get("/api/data/user/home")).Header("Cache-Control").ShouldBe("no-store");
    }

    [Fact]
    public async Task Names_are_decoded_once_from_the_target()
    {
        var user = server.NewUser();
        foreach (var (name, escaped) in new[] { ("a/b", "a%2Fb"), ("a%2Fb", "a%252Fb"), ("ünï ☃", "%C3%BCn%C3%AF%20%E2%98%83"), ("_id", "x/_id"), ("q?&#", "q%3F%26%23") })
        {
            var (document, collection) = escaped.Split('/') is [var d, var c] ? (d, c) : ("doc", escaped);
            (await user.Merge(document, $$$"""{"version":{{{await VersionOf(user, document)}}},"collections":[{"collection":"{{{name}}}","properties":{"p":1}}]}""")).Status.ShouldBe(200, name);
            (await user.Read($"{document}/{collection}")).Json.GetProperty(document).GetProperty(name).GetProperty("p").GetInt32().ShouldBe(1);
        }
        (await user.Merge("a%2Fb", 0, "{}")).ShouldBeWritten(1, 2);
        (await user.Read("a%2Fb")).Json.GetProperty("a/b").GetProperty("__version").GetString().ShouldBe("1");
        (await user.Read("a%252Fb")).Status.ShouldBe(404);
        (await user.Read("a%zz")).ShouldBeRefused(400, "data.validation.input");
    }

    private static async Task<string> VersionOf(Client user, string document) => (await user.Read(document)).Header("X-Document-Version") ?? "0";
}
