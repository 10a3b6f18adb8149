using System.Text.Json;

namespace PropsDb.Host.Tests;

public sealed class PagingTests(PropsDbServer server)
{
    // In the order of their bytes in UTF-8.
    private static readonly string[] Sorted = ["B", "Z", "a", "a b", "b%", "zz", "ä", "é", "日本", "\uFF5E", "😀"];

    private async Task<Client> Owner()
    {
        var alice = server.NewUser();
        foreach (var name in Sorted.Order(StringComparer.CurrentCultureIgnoreCase)) await alice.Holding("user/" + Uri.EscapeDataString(name), "{}");
        return alice;
    }

    [Fact]
    public async Task A_list_shows_each_document_in_short()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        var answer = await alice.Get("user");
        answer.Status.ShouldBe(200);
        answer.Header("Content-Type").ShouldBe("application/json");
        answer.Header("Link").ShouldBeNull();
        answer.Header("Vary").ShouldBe(Expect.Vary);
        answer.ShouldBeJson($$"""
            {"documents":[{"id":"*","name":"d","version":2,"owner":"{{alice.User}}","updated_at":"{{Expect.Now}}","last_modified_by":"{{alice.User}}"}],
             "pagination":{"total":1,"limit":20,"offset":0,"next_cursor":null} }
            """);
        answer.Json.GetProperty("documents")[0].GetProperty("id").GetString()
            .ShouldBe((await alice.Get("user/d")).Json.GetProperty("document").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_list_of_nothing_is_empty() =>
        (await server.NewUser().Get("user")).ShouldBeJson("""{"documents":[],"pagination":{"total":0,"limit":20,"offset":0,"next_cursor":null}}""");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(500)]
    public async Task Pages_by_offset_hold_every_document_once(int limit)
    {
        var alice = await Owner();
        var names = new List<string>();
        for (var offset = 0; offset <= Sorted.Length; offset += limit)
        {
            var page = (await alice.Get($"user?limit={limit}&offset={offset}")).Json;
            page.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(Sorted.Length);
            page.GetProperty("pagination").GetProperty("limit").GetInt32().ShouldBe(limit);
            page.GetProperty("pagination").GetProperty("offset").GetInt32().ShouldBe(offset);
            (page.GetProperty("pagination").GetProperty("next_cursor").ValueKind == JsonValueKind.Null).ShouldBe(offset + limit >= Sorted.Length);
            names.AddRange(Names(page));
        }
        names.ShouldBe(Sorted);
    }

    public static MatrixTheoryData<string, string, int> Orders { get; } = new(["name", "version", "created_at", "updated_at"], ["asc", "desc"], [1, 2, 5, 11]);

    // All documents have the same version and times: equal keys are told apart and none is lost or shown twice.
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Pages_by_cursor_hold_every_document_once_also_where_keys_are_equal(string sort, string order, int limit)
    {
        var alice = await Owner();
        var whole = Names((await alice.Get($"user?sort={sort}&order={order}")).Json);
        var byCursor = await Walk(alice, $"user?sort={sort}&order={order}&limit={limit}", limit);
        byCursor.ShouldBe(whole);
        byCursor.ShouldBe(Sorted, ignoreOrder: true);
        if (sort == "name") byCursor.ShouldBe(order == "asc" ? Sorted : Sorted.Reverse());
    }

    [Fact]
    public async Task A_cursor_goes_on_behind_its_place_whatever_is_added_before_it()
    {
        var alice = await Owner();
        var first = (await alice.Get("user?limit=3")).Json;
        await alice.Holding("user/A", "{}");
        (await alice.Delete("user/B?version=1")).ShouldBeAt(204, 2);
        var second = (await alice.Get($"user?limit=3&cursor={Cursor(first)}")).Json;
        Names(second).ShouldBe(Sorted[3..6]);
    }

    [Fact]
    public async Task The_link_leads_on_with_all_that_was_asked_for()
    {
        var alice = await server.NewUser().Holding("user/p%261", "{}");
        await (await alice.Holding("user/p%262", "{}")).Holding("user/p%263", "{}");
        var names = new List<string>();
        var path = "/api/v1/default/user?prefix=p%26&limit=1&order=desc&include=content&shape=object";
        for (var i = 0; i < 3; i++)
        {
            var answer = await alice.Get(path);
            names.AddRange(Names(answer.Json));
            answer.Json.GetProperty("documents")[0].TryGetProperty("collections", out _).ShouldBeTrue();
            if (i == 2) answer.Header("Link").ShouldBeNull();
            else path = answer.Header("Link").ShouldNotBeNull().Split('>')[0].TrimStart('<');
            if (i < 2) answer.Header("Link")!.ShouldEndWith(">; rel=\"next\"");
        }
        names.ShouldBe(["p&3", "p&2", "p&1"]);
    }

    [Fact]
    public async Task A_cursor_is_good_only_for_the_list_it_was_given_for()
    {
        var alice = await Owner();
        var cursor = Cursor((await alice.Get("user?limit=2")).Json);
        (await alice.Get($"user?limit=5&cursor={cursor}")).Status.ShouldBe(200);
        foreach (var other in new[] { "user?sort=version", "user?order=desc", "user?prefix=a", "user?deleted=true", "shared?limit=2" })
            (await alice.Get($"{other}&cursor={cursor}")).ShouldBeProblem(400, "invalid_query");
        (await server.NewUser().Get($"user?cursor={cursor}")).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task A_forged_or_truncated_cursor_is_refused()
    {
        var alice = await Owner();
        var cursor = Cursor((await alice.Get("user?limit=2")).Json)!;
        var forged = Enumerable.Range(0, cursor.Length - 1).Select(i => cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..]);
        var truncated = new[] { cursor[..^1], cursor[..^4], cursor[1..], cursor[..20], cursor + "AAAA", "A", "", "%00", "null", "*", new string('A', 3000) };
        foreach (var bad in forged.Concat(truncated))
            (await alice.Get($"user?cursor={bad}")).ShouldBeProblem(400, "invalid_query");
    }

    private static async Task<List<string>> Walk(Client client, string path, int limit)
    {
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await client.Get(path + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            Names(page).Count.ShouldBeLessThanOrEqualTo(limit);
            page.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(Sorted.Length);
            names.AddRange(Names(page));
            cursor = Cursor(page);
        }
        while (cursor is not null && names.Count <= Sorted.Length);
        return names;
    }

    private static string? Cursor(JsonElement page) => page.GetProperty("pagination").GetProperty("next_cursor").GetString();

    private static List<string> Names(JsonElement page) => [.. page.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("name").GetString()!)];
}
