using PropsDb.Host.Tests.Administration;

namespace PropsDb.Host.Tests.Search;

public sealed class QueryTests(PropsDbServer server)
{
    private async Task<Client> Holding(params (string Name, string Content)[] documents)
    {
        var alice = server.NewUser();
        foreach (var (name, content) in documents) await alice.Holding("user/" + name, content);
        return alice;
    }

    [Fact]
    public async Task A_query_answers_with_documents_as_they_were_written()
    {
        var alice = await Holding(("d", """{"ui":{"scale":1.10,"theme":"dark"},"tags":{"all":["b","a"],"nul":"\u0000"}}"""), ("e", """{"ui":{"scale":2}}"""));
        var answer = await alice.Query("user", """{"filter":{"path":"/ui/scale","eq":1.1}}""");
        answer.Status.ShouldBe(200);
        answer.ShouldBeJson($$"""
            {"documents":[{{Expect.Document("d", 1, alice.User, """[{"name":"ui","properties":[{"name":"scale","value":1.10},{"name":"theme","value":"dark"}]},{"name":"tags","properties":[{"name":"all","value":["b","a"]},{"name":"nul","value":"\u0000"}]}]""")}}],
             "pagination":{"limit":20,"next_cursor":null} }
            """);
        answer.Body.ShouldContain("1.10");
        (await alice.Post("user/_query?shape=object", """{"filter":{"path":"/ui/scale","eq":1.1},"select":["/tags/nul"]}""")).Json.GetProperty("documents")[0].GetProperty("collections").GetRawText()
            .ShouldBe("""{"tags":{"nul":"\u0000"}}""");
    }

    public static TheoryData<string, string> Filters => new()
    {
        { "{}", "a b c" },
        { """{"collections":{"name":"tags"}}""", "a b" },
        { """{"collections":{"name":"tags","properties":{"name":"category"}}}""", "a b" },
        { """{"collections":{"name":"tags","properties":{"name":"category","value":"tutorial"}}}""", "a" },
        { """{"path":"/tags/category","eq":"tutorial"}""", "a" },
        { """{"path":"/tags/category","ne":"tutorial"}""", "b c" },
        { """{"not":{"path":"/tags/category","eq":"tutorial"}}""", "b c" },
        { """{"path":"/tags/size","gt":5}""", "b" },
        { """{"path":"/tags/size","gte":5,"lt":6}""", "a" },
        { """{"path":"/tags/size","in":[5.0,"x"]}""", "a" },
        { """{"path":"/tags/list","contains":"x"}""", "a" },
        { """{"path":"/tags/category","contains":"tor"}""", "a" },
        { """{"path":"/tags/category","starts_with":"ref"}""", "b" },
        { """{"path":"/tags/list/1/deep","eq":true}""", "a" },
        { """{"path":"/tags","exists":false}""", "c" },
        { """{"and":[{"path":"/tags/size","exists":true},{"or":[{"path":"/tags/size","eq":5},{"field":"name","eq":"c"}]}]}""", "a" },
        { """{"field":"name","starts_with":"b"}""", "b" },
        { """{"field":"version","gt":1}""", "c" },
        { """{"field":"created_at","lte":"2026-11-22T12:00:00Z"}""", "a b c" },
        { """{"and":[]}""", "a b c" },
        { """{"or":[]}""", "" },
        // What is sent is data, whatever it looks like.
        { """{"path":"/tags/category","eq":"' OR true --"}""", "" },
        { """{"path":"/tags/category","starts_with":"%"}""", "" },
        { """{"path":"/$.**/x","exists":true}""", "" },
        { """{"path":"/a') IS NULL OR (1=1/x","exists":true}""", "" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        var alice = await Holding(("a", """{"tags":{"category":"tutorial","size":5,"list":["x",{"deep":true}]}}"""), ("b", """{"tags":{"category":"reference","size":7}}"""), ("c", """{"ui":{"a":1}}"""));
        (await alice.Put("user/c/ui/a", """{"version":1,"value":2}""")).Status.ShouldBe(200);
        string.Join(' ', (await alice.Query("user", $$"""{"filter":{{filter}} }""")).Names()).ShouldBe(expected);
    }

    [Fact]
    public async Task Pages_follow_one_another_by_any_sort()
    {
        var alice = await Holding([.. Enumerable.Range(0, 25).Select(i => ($"d{i:D2}", $$"""{"n":{"v":{{(i % 5 == 0 ? "\"text\"" : i % 7)}}} }"""))]);
        foreach (var sort in new[] { "null", """{"field":"name","order":"desc"}""", """{"field":"/n/v"}""", """{"field":"/n/v","order":"desc"}""", """{"field":"updated_at"}""", """{"field":"version","order":"desc"}""" })
        {
            var whole = (await alice.Query("user", $$"""{"sort":{{sort}},"limit":500}""")).Names();
            whole.Length.ShouldBe(25);
            var paged = new List<string>();
            string? cursor = null;
            do
            {
                var page = await alice.Query("user", $$"""{"sort":{{sort}},"limit":4,"cursor":{{(cursor is null ? "null" : Asking.Quoted(cursor))}} }""");
                paged.AddRange(page.Names());
                cursor = page.NextCursor();
            } while (cursor is not null);
            string.Join(" ", paged).ShouldBe(string.Join(" ", whole), sort);
        }
    }

    [Fact]
    public async Task A_count_says_how_exact_it_is()
    {
        var alice = await Holding(("a", """{"n":{"v":1}}"""), ("b", "{}"));
        (await alice.Query("user", """{"count":"exact","limit":1}""")).Json.GetProperty("pagination").ShouldBeJson("""{"limit":1,"next_cursor":"*","count":2,"count_is":"exact"}""");
        (await alice.Query("user", """{"count":"estimated","filter":{"path":"/n/v","eq":1}}""")).Json.GetProperty("pagination").ShouldBeJson("""{"limit":20,"next_cursor":null,"count":1,"count_is":"exact"}""");
    }

    [Fact]
    public async Task How_it_is_done_is_explained_to_administrators()
    {
        var alice = await Holding(("a", "{}"));
        (await alice.Query("user", """{"explain":true}""")).ShouldBeProblem(403, "forbidden");
        var plan = (await server.As("root", "admin").Query("user", """{"explain":true,"filter":{"path":"/n/v","eq":1}}""")).Json.GetProperty("plan");
        plan.GetRawText().ShouldContain("search_document");
        plan.GetRawText().ShouldNotContain("Plan Rows");
    }

    [Fact]
    public async Task What_a_position_names_is_included()
    {
        var alice = server.NewUser();
        for (var i = 0; i < 20; i++)
        {
            var written = await alice.Post($"user/d{i}", """{"collections":{"n":{"v":1}}}""");
            var position = Uri.EscapeDataString(written.Header("X-Position")!);
            (await alice.Post($"user/_query?min_position={position}", """{"filter":{"path":"/n/v","eq":1}}""")).Names().Length.ShouldBe(i + 1);
            (await alice.Get($"user/_search?q=v:1&min_position={position}")).Names().Length.ShouldBe(i + 1);
            (await alice.Get($"user?limit=500&min_position={position}")).Names().Length.ShouldBe(i + 1);
        }
        (await alice.Post("user/_query?min_position=nonsense", "{}")).ShouldBeProblem(400, "invalid_position");
        (await alice.Query("user", """{"min_position":"nonsense"}""")).ShouldBeProblem(400, "invalid_position");
    }

    [Fact]
    public async Task Nothing_of_what_the_caller_may_not_read_shows()
    {
        var app = await TestApp.Register(server);
        foreach (var (owner, name, value) in new[] { ("alice", "own", 1), ("bob", "hidden", 1), ("bob", "shown", 1), ("carol", "hers", 9) })
            await app.As(owner).Holding($"user/{name}", $$"""{"n":{"v":{{value}},"text":"secret words of {{owner}}"} }""");
        (await app.As("bob").Post("user/shown/_share", """{"user_id":"alice"}""")).Status.ShouldBe(201);
        var alice = app.As("alice");
        (await alice.Query("user", """{"filter":{"path":"/n/v","eq":1},"count":"exact"}""")).Names().ShouldBe(["own", "shown"]);
        (await alice.Query("user", """{"filter":{"path":"/n/v","gt":0},"count":"exact"}""")).Json.GetProperty("pagination").GetProperty("count").GetInt32().ShouldBe(2);
        (await alice.Query("user", """{"filter":{"field":"owner","eq":"carol"}}""")).Names().ShouldBeEmpty();
        (await alice.Query("user", """{"filter":{"not":{"path":"/n/v","eq":1}}}""")).Names().ShouldBeEmpty();
        (await alice.Get("user/_search?q=secret")).Names().ShouldBe(["own", "shown"], ignoreOrder: true);
        (await alice.Get("user/_search?q=carol")).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(0);
        (await alice.Get("user/_search?q=-nothing")).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(2);
        (await alice.Post("user/_aggregate", """{"group_by":"owner","sum":"/n/v"}""")).ShouldBeJson("""
            {"count":2,"sum":2,"groups":[{"value":"alice","count":1,"sum":1},{"value":"bob","count":1,"sum":1}],"more":false}
            """);
        // As the list of one owner's: what that owner shares.
        (await alice.Post("user/_query?owner=carol", "{}")).Names().ShouldBeEmpty();
        (await alice.Post("user/_query?owner=bob", "{}")).Names().ShouldBe(["shown"]);
        (await app.As("bob").Delete("user/shown/_share/alice")).Status.ShouldBe(204);
        (await alice.Query("user", """{"count":"exact"}""")).Names().ShouldBe(["own"]);
        (await alice.Post("user/_query?owner=bob", "{}")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Query("user", "{}")).Names().ShouldBe(["hers", "hidden", "own", "shown"]);
        (await app.Admin.Query("user", """{"filter":{"field":"owner","eq":"bob"}}""")).Names().ShouldBe(["hidden", "shown"]);
        (await app.Admin.Post("user/_query?owner=bob", "{}")).Names().ShouldBe(["hidden", "shown"]);
    }

    [Fact]
    public async Task A_deleted_document_is_found_no_more_until_it_is_back()
    {
        var alice = await Holding(("d", """{"n":{"v":1}}"""));
        (await alice.Delete("user/d?version=1")).Status.ShouldBe(204);
        (await alice.Query("user", "{}")).Names().ShouldBeEmpty();
        (await alice.Get("user/_search?q=v:1")).Names().ShouldBeEmpty();
        (await alice.Post("user/d/_restore", "{}")).Status.ShouldBe(200);
        (await alice.Query("user", """{"filter":{"path":"/n/v","eq":1}}""")).Names().ShouldBe(["d"]);
    }
}
