namespace PropsDb.Host.Tests.Legacy;

public sealed class DeletingTests(PropsDbServer server)
{
    private async Task<Client> Holding()
    {
        var user = server.NewUser();
        (await user.Merge("home", """{"collections":[{"collection":"a","properties":{"x":1,"y":2}},{"collection":"b","properties":{"z":3}},{"collection":"c"}]}""")).ShouldBeWritten(1, 4);
        return user;
    }

    [Theory]
    [InlineData("home/a"), InlineData("home/a/")]
    public async Task A_collection_named_by_the_path_goes(string path)
    {
        var user = await Holding();
        (await user.Remove(path, """{"version":"1"}""")).ShouldBeWritten(2, 1);
        (await user.Read("home")).ShouldShow(2, """{"home":{"__version":"2","b":{"z":3},"c":{}}}""");
        (await user.Remove("home/b", """{"version":2}""")).ShouldBeWritten(3, 1);
        (await user.Remove("home/c", """{"version":3}""")).ShouldBeWritten(4, 1);
        (await user.Read("home")).ShouldBeEmpty(4);
    }

    [Theory]
    [InlineData("home/nothing", 1), InlineData("home/nothing", 7), InlineData("nothing/a", 0), InlineData("nothing/a", 1), InlineData("home/__version", 1)]
    public async Task A_collection_or_document_that_is_not_there_is_404_whatever_the_version(string path, long version) =>
        (await (await Holding()).Remove(path, "{\"version\":" + version + "}")).ShouldBeRefused(404, "not_found");

    [Theory]
    [InlineData("0", 0), InlineData("null", 0), InlineData("2", 2), InlineData("\"9\"", 9)]
    public async Task A_stale_version_is_409(string version, long expected)
    {
        var user = await Holding();
        (await user.Remove("home/a", "{\"version\":" + version + "}")).ShouldBeStale(expected, 1);
        (await user.Remove("home", "{\"deleteDocument\":true,\"version\":" + version + "}")).ShouldBeStale(expected, 1);
        (await user.Remove("home", "{\"collections\":{\"collection\":\"a\"},\"version\":" + version + "}")).ShouldBeStale(expected, 1);
        (await user.Remove("home", "{\"collections\":{\"collection\":\"nothing\"},\"version\":" + version + "}")).ShouldBeStale(expected, 1);
        (await user.Read("home")).Header("X-Document-Version").ShouldBe("1");
    }

    [Theory]
    [InlineData("""{"collection":"a","properties":["x"]}""", 2, 1, """{"__version":"2","a":{"y":2},"b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":["x","y"]}]""", 2, 2, """{"__version":"2","a":{},"b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":["x","unknown",""]},{"collection":"unknown","properties":["x"]},{"collection":"unknown2"}]""", 2, 1, """{"__version":"2","a":{"y":2},"b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a"},{"collection":"c","properties":null}]""", 2, 2, """{"__version":"2","b":{"z":3}}""")]
    [InlineData("""[{"collection":"a","properties":[]}]""", 2, 1, """{"__version":"2","b":{"z":3},"c":{}}""")]
    [InlineData("""[null,false,0,"",{"collection":"b"}]""", 2, 1, """{"__version":"2","a":{"x":1,"y":2},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":["x"]},{"collection":"a","properties":["y"]}]""", 2, 2, """{"__version":"2","a":{},"b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":["x"]},{"collection":"a"}]""", 2, 1, """{"__version":"2","b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":["unknown"]},{"collection":"unknown"},{"collection":"__version"}]""", 1, 0, """{"__version":"1","a":{"x":1,"y":2},"b":{"z":3},"c":{}}""")]
    [InlineData("""[{"collection":"a","properties":[""]}]""", 1, 0, """{"__version":"1","a":{"x":1,"y":2},"b":{"z":3},"c":{}}""")]
    public async Task What_the_body_names_goes_in_one_version(string collections, long version, int affected, string left)
    {
        var user = await Holding();
        (await user.Remove("home", "{\"version\":1,\"collections\":" + collections + "}")).ShouldBeWritten(version, affected);
        (await user.Read("home")).ShouldShow(version, "{\"home\":" + left + "}");
    }

    [Fact]
    public async Task A_deleted_document_begins_anew_at_version_1_here_and_goes_on_in_api_v1()
    {
        var user = await Holding();
        (await user.Merge("home", """{"version":1,"collections":{"collection":"a","properties":{"x":2}}}""")).ShouldBeWritten(2, 1);
        (await user.Remove("home", """{"version":2,"deleteDocument":true}""")).ShouldBeWritten(0, 1);
        (await user.Read("home")).ShouldBeRefused(404, "not_found");
        (await user.Read("home/a")).ShouldBeRefused(404, "not_found");
        (await user.Remove("home", """{"version":0,"deleteDocument":true}""")).ShouldBeRefused(404, "not_found");
        (await user.Merge("home", 2, "{}")).ShouldBeStale(2, 0);
        (await user.Merge("home", 3, "{}")).ShouldBeStale(3, 0);

        (await user.Merge("home", 0, """{"b":1}""")).ShouldBeWritten(1, 2);
        (await user.Get("user/home")).ETag.ShouldBe("\"4\"");
        (await user.Merge("home", 1, """{"b":2}""")).ShouldBeWritten(2, 1);
        (await user.Read("home")).ShouldShow(2, """{"home":{"__version":"2","ui":{"b":2}}}""");
        (await user.Remove("home", """{"version":2,"collections":[],"deleteDocument":true}""")).ShouldBeWritten(0, 1);
        (await user.Merge("home", 0, "{}")).ShouldBeWritten(1, 2);
        (await user.Get("user/home")).ETag.ShouldBe("\"7\"");
    }

    [Fact]
    public async Task A_restored_document_goes_on_in_the_life_it_had()
    {
        var user = await Holding();
        (await user.Remove("home", """{"version":1,"deleteDocument":true}""")).ShouldBeWritten(0, 1);
        (await user.Merge("home", 0, "{}")).ShouldBeWritten(1, 2);
        (await user.Merge("home", 1, """{"a":1}""")).ShouldBeWritten(2, 1);
        (await user.Delete("user/home?version=4")).Status.ShouldBe(204);
        (await user.Post("user/home/_restore", "{}")).Status.ShouldBe(200);
        // Versions 3 to 6 there are 1 to 4 here; the deletion and the restoration are two of them.
        (await user.Read("home")).ShouldShow(4, """{"home":{"__version":"4","ui":{"a":1}}}""");
        (await user.Merge("home", 2, """{"a":2}""")).ShouldBeStale(2, 4);
        (await user.Merge("home", 4, """{"a":2}""")).ShouldBeWritten(5, 1);
    }

    [Fact]
    public async Task The_flag_wins_over_collections_and_false_is_no_flag()
    {
        var user = await Holding();
        (await user.Remove("home", """{"version":1,"deleteDocument":false,"collections":{"collection":"a"}}""")).ShouldBeWritten(2, 1);
        (await user.Remove("home", """{"version":2,"deleteDocument":true,"collections":{"collection":"b"}}""")).ShouldBeWritten(0, 1);
    }

    [Fact]
    public async Task A_document_that_is_not_there_is_404()
    {
        var user = server.NewUser();
        (await user.Remove("home", """{"version":0,"deleteDocument":true}""")).ShouldBeRefused(404, "not_found");
        (await user.Remove("home", """{"version":5,"collections":{"collection":"a"}}""")).ShouldBeRefused(404, "not_found");
    }
}
