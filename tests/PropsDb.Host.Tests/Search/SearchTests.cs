namespace PropsDb.Host.Tests.Search;

public sealed class SearchTests(PropsDbServer server)
{
    [Fact]
    public async Task A_hit_shows_where_it_is()
    {
        var alice = await server.NewUser().Holding("user/settings", """{"ui":{"theme":"dark","note":"A Dark mode for all"},"deep":{"v":{"list":["dark side"]}}}""");
        var answer = await alice.Get("user/_search?q=dark");
        answer.ShouldBeJson($$"""
            {"documents":[{"id":"*","name":"settings","version":1,"owner":"{{alice.User}}","updated_at":"{{Expect.Now}}","last_modified_by":"{{alice.User}}",
             "snippets":[{"path":"/ui/theme","text":"dark"},{"path":"/ui/note","text":"A Dark mode for all"},{"path":"/deep/v/list/0","text":"dark side"}],"score":"*"}],
             "pagination":{"total":1,"limit":20,"next_cursor":null} }
            """);
        answer.Json.GetProperty("documents")[0].GetProperty("score").GetDouble().ShouldBeInRange(0.001, 1);
    }

    [Fact]
    public async Task The_best_hits_come_first_and_pages_follow_one_another()
    {
        var alice = server.NewUser();
        await alice.Holding("user/about", """{"n":{"text":"a word about dark things, among many other words that say nothing of it"}}""");
        await alice.Holding("user/dark", """{"n":{"v":1}}""");
        await alice.Holding("user/dark%20mode", """{"n":{"v":1}}""");
        for (var i = 0; i < 7; i++) await alice.Holding($"user/d{i}", """{"n":{"text":"dark"}}""");
        var whole = (await alice.Get("user/_search?q=dark")).Names();
        whole[..2].ShouldBe(["dark", "dark mode"]);
        whole[^1].ShouldBe("about");
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await alice.Get("user/_search?q=dark&limit=3" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            page.Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(10);
            paged.AddRange(page.Names());
            cursor = page.NextCursor();
            if (cursor is not null) page.Header("Link").ShouldNotBeNull().ShouldContain("rel=\"next\"");
        } while (cursor is not null);
        paged.ShouldBe(whole);
    }

    [Theory]
    [InlineData("theme:dark size:>5", "", "a")]
    [InlineData("theme:dark", "", "a b")]
    [InlineData("theme:dark", "print", "b")]
    [InlineData("print", "", "b")]
    [InlineData("size:*", "", "a c")]
    [InlineData("-theme:dark", "", "c")]
    [InlineData("\"hello world\"", "", "c")]
    [InlineData("\"world hello\"", "", "")]
    [InlineData("a & & b", "", "")]
    [InlineData("'; drop table users; --", "", "")]
    public async Task Terms_say_what_is_meant(string q, string collection, string expected)
    {
        var alice = server.NewUser();
        await alice.Holding("user/a", """{"ui":{"theme":"Dark","size":7}}""");
        await alice.Holding("user/b", """{"print":{"theme":"dark"}}""");
        await alice.Holding("user/c", """{"ui":{"size":3,"say":"Hello, World!"}}""");
        var answer = await alice.Get($"user/_search?q={Uri.EscapeDataString(q)}" + (collection.Length == 0 ? "" : "&collection=" + collection));
        string.Join(' ', answer.Names().Order(StringComparer.Ordinal)).ShouldBe(expected);
    }
}
