using System.Text.Json;

namespace PropsDb.Host.Tests;

public sealed class FilterTests(PropsDbServer server)
{
    [Theory]
    [InlineData("%", "%a")]
    [InlineData("100%", "100% 100%x")]
    [InlineData("a_", "a_b")]
    [InlineData("a\\", "a\\b a\\\\b")]
    [InlineData("a\\\\", "a\\\\b")]
    [InlineData("a\\_", "")]
    [InlineData("A", "")]
    [InlineData("é", "éa")]
    [InlineData("😀", "😀x")]
    [InlineData("'", "'q")]
    [InlineData("", "%a 100% 100%x 100x 'q a\\\\b a\\b a_b axb éa 😀x")]
    public async Task A_prefix_is_taken_as_it_stands(string prefix, string names)
    {
        var alice = server.NewUser();
        foreach (var name in new[] { "100%", "100%x", "100x", "%a", "a_b", "axb", "a\\b", "a\\\\b", "éa", "😀x", "'q" }) await alice.Holding("user/" + Uri.EscapeDataString(name), "{}");
        var page = (await alice.Get("user?prefix=" + Uri.EscapeDataString(prefix))).Json;
        Names(page).ShouldBe(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true);
        page.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(Names(page).Count);
    }

    [Fact]
    public async Task Deleted_documents_are_listed_apart()
    {
        var alice = await (await server.NewUser().Holding("user/gone", """{"ui":{"a":1}}""")).Holding("user/here", "{}");
        (await alice.Delete("user/gone?version=1")).ShouldBeAt(204, 2);
        Names((await alice.Get("user")).Json).ShouldBe(["here"]);
        Names((await alice.Get("user?deleted=false")).Json).ShouldBe(["here"]);
        var deleted = (await alice.Get("user?deleted=true")).Json;
        Names(deleted).ShouldBe(["gone"]);
        deleted.GetProperty("documents")[0].GetProperty("version").GetInt32().ShouldBe(2);
        (await alice.Post("user/gone", "{}")).ShouldBeAt(201, 3);
        Names((await alice.Get("user?deleted=true")).Json).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", """[{"name":"ui","properties":[{"name":"a","value":1.10}]},{"name":"e","properties":[]}]""")]
    [InlineData("&shape=object", """{"ui":{"a":1.10},"e":{}}""")]
    public async Task Content_comes_along_where_it_is_asked_for(string shape, string collections)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1.10},"e":{}}""");
        (await alice.Get("user?include=content" + shape)).Json.GetProperty("documents")[0].GetProperty("collections").ShouldBeJson(collections);
    }

    [Fact]
    public async Task Users_see_their_own_and_administrators_everyones()
    {
        var prefix = server.New("p");
        var (alice, bob, admin) = (server.NewUser(), server.NewUser(), server.NewUser("admin"));
        foreach (var user in new[] { alice, bob, admin }) await user.Holding($"user/{prefix}", "{}");

        Owners(await alice.Get($"user?prefix={prefix}")).ShouldBe([alice.User]);
        Owners(await alice.Get($"user?prefix={prefix}&owner={alice.User}")).ShouldBe([alice.User]);
        (await alice.Get($"user?prefix={prefix}&owner={bob.User}")).ShouldBeProblem(404, "not_found");
        Owners(await admin.Get($"user?prefix={prefix}")).ShouldBe([alice.User, bob.User, admin.User], ignoreOrder: true);
        Owners(await admin.Get($"user?prefix={prefix}&owner={bob.User}")).ShouldBe([bob.User]);
        Owners(await admin.Get($"user?prefix={prefix}&owner=nobody")).ShouldBeEmpty();
        (await server.Anonymous.Get("user")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task Equal_names_of_several_owners_are_paged_without_loss()
    {
        var prefix = server.New("p");
        var users = Enumerable.Range(0, 5).Select(_ => server.NewUser()).ToList();
        foreach (var user in users) await user.Holding($"user/{prefix}", "{}");
        var admin = server.NewUser("admin");
        var seen = new List<string?>();
        for (string? cursor = ""; cursor is not null && seen.Count < 9;)
        {
            var page = await admin.Get($"user?prefix={prefix}&limit=2{cursor}");
            seen.AddRange(Owners(page));
            cursor = page.Json.GetProperty("pagination").GetProperty("next_cursor").GetString() is { } next ? "&cursor=" + next : null;
        }
        seen.ShouldBe(users.Select(u => u.User), ignoreOrder: true);
    }

    [Fact]
    public async Task A_list_holds_what_was_written_at_the_position_it_names()
    {
        var alice = server.NewUser();
        for (var i = 0; i < 10; i++)
        {
            var position = (await alice.Post($"user/d{i}", "{}")).Header("X-Position");
            (await alice.Get($"user?min_position={position}")).Json.GetProperty("documents").GetArrayLength().ShouldBe(i + 1);
        }
    }

    [Theory]
    [InlineData("limit", "1")]
    [InlineData("limit", "500")]
    [InlineData("offset", "0")]
    [InlineData("offset", "100000")]
    public async Task Parameters_in_their_range_are_good(string name, string value) => (await server.NewUser().Get($"user?{name}={value}")).Status.ShouldBe(200);

    [Theory]
    [InlineData("limit", "0")]
    [InlineData("limit", "501")]
    [InlineData("limit", "-1")]
    [InlineData("limit", "1.5")]
    [InlineData("limit", "ten")]
    [InlineData("limit", "")]
    [InlineData("limit", "99999999999999999999")]
    [InlineData("limit", "1&limit=2")]
    [InlineData("offset", "-1")]
    [InlineData("offset", "x")]
    [InlineData("sort", "owner")]
    [InlineData("sort", "")]
    [InlineData("order", "up")]
    [InlineData("deleted", "yes")]
    [InlineData("include", "everything")]
    [InlineData("shape", "tree")]
    public async Task A_malformed_parameter_is_refused(string name, string value) =>
        (await server.NewUser().Get($"user?{name}={value}")).ShouldBeProblem(400, "invalid_query");

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("not~a~position")]
    public async Task A_position_that_was_not_given_out_is_refused(string position) =>
        (await server.NewUser().Get($"user?min_position={position}")).ShouldBeProblem(400, "invalid_position");

    private static List<string> Names(JsonElement page) => [.. page.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("name").GetString()!)];

    private static List<string?> Owners(Answer page) => [.. page.Json.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("owner").GetString())];
}
