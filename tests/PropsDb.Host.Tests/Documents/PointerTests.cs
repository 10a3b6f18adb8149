namespace PropsDb.Host.Tests;

/// <summary>Collections and properties that a segment of the URL cannot name are reached by pointer; all others by either.</summary>
public sealed class PointerTests(PropsDbServer server)
{
    public static TheoryData<string> Names { get; } =
    [
        "_id", "_copy", "_history", "a/b", "a~b", "~1", "~01", "a%2Fb", "%", "a b", "a+b", "a&b=c", "a?b#c", "a;b", "\"quoted\"", "back\\slash", "'", "...",
        "é", "ß", "日本", "\u200Djoin", "😀", "\U00020000", "\U00030000", "\U0004FFFD", "\U00050001", "\U000DABCD", "\U000E0100", "\U000F0000", "\U0010FFFD", "__proto__", "constructor",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_method_reaches_a_part_by_pointer(string name)
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        var collection = "user/d?path=" + Uri.EscapeDataString("/" + Escape(name));
        var property = "user/d?path=" + Uri.EscapeDataString("/" + Escape(name) + "/" + Escape(name));

        var created = await alice.Post(collection, "{}");
        created.ShouldBeAt(201, 2);
        (await alice.Get(created.Header("Location")!)).Json.GetProperty("collection").GetProperty("name").GetString().ShouldBe(name);
        (await alice.Put(property, """{"version":2,"value":1}""")).ShouldBeAt(200, 3);
        (await alice.Get(property)).Json.GetProperty("property").GetProperty("name").GetString().ShouldBe(name);
        (await alice.Head(property)).ShouldBeAt(200, 3);
        (await alice.MergePatch(collection, """{"x":1}""", ("If-Match", "\"3\""))).ShouldBeAt(200, 4);
        (await alice.Put(collection, $$"""{"properties":[{"name":{{System.Text.Json.JsonSerializer.Serialize(name)}},"value":2}]}""", ("If-Match", "\"4\""))).ShouldBeAt(200, 5);
        (await alice.Get("user/d?shape=object")).Json.GetProperty("document").GetProperty("collections").GetProperty(name).GetProperty(name).GetInt32().ShouldBe(2);
        (await alice.Delete(property + "&version=5")).ShouldBeAt(200, 6);
        (await alice.Delete(collection + "&version=6")).ShouldBeAt(200, 7);
        (await alice.Content("user/d")).ShouldBe("{}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Segments_and_pointers_name_the_same(string name)
    {
        if (name is "_id" or "_copy" or "_history") return;
        var alice = server.NewUser();
        var segment = Uri.EscapeDataString(name);
        var created = await alice.Put($"user/{(name[0] == '_' ? "d" : segment)}/{segment}/{segment}", """{"version":0,"value":1}""");
        created.ShouldBeAt(201, 1);
        (await alice.Get(created.Header("Location")!)).ShouldBeAt(200, 1);
        var document = created.Header("Location")!.Split('?')[0].Split('/')[5];
        var byPointer = await alice.Get($"user/{document}?path=" + Uri.EscapeDataString("/" + Escape(name) + "/" + Escape(name)));
        byPointer.ShouldBeAt(200, 1);
        byPointer.Json.GetProperty("property").GetProperty("name").GetString().ShouldBe(name);
    }

    [Fact]
    public async Task The_empty_pointer_is_the_document()
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        (await alice.Get("user/d?path=")).Json.GetProperty("document").GetProperty("name").GetString().ShouldBe("d");
    }

    [Theory]
    [InlineData("/a/b/c")]
    [InlineData("/a/b/")]
    [InlineData("a")]
    [InlineData("/a~")]
    [InlineData("/a~2b")]
    public async Task A_pointer_that_names_no_part_is_refused_with_every_method(string pointer)
    {
        var alice = await server.NewUser().Holding("user/d", """{"a":{"b":{"c":1}}}""");
        var path = "user/d?path=" + Uri.EscapeDataString(pointer);
        (await alice.Get(path)).ShouldBeProblem(400, "invalid_query");
        (await alice.Put(path, """{"version":1,"value":1}""")).ShouldBeProblem(400, "invalid_query");
        (await alice.Delete(path + "&version=1")).ShouldBeProblem(400, "invalid_query");
        (await alice.MergePatch(path + "&version=1", "{}")).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/ a")]
    [InlineData("/a/ ")]
    [InlineData("/__version")]
    [InlineData("/a/e\u0301")]
    public async Task A_pointer_to_what_cannot_be_named_is_refused(string pointer)
    {
        var answer = await server.NewUser().Get("user/d?path=" + Uri.EscapeDataString(pointer));
        answer.ShouldBeProblem(400, "invalid_name");
    }

    private static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");
}
