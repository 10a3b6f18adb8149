namespace PropsDb.Host.Tests;

/// <summary>Four documents whose names, versions, creations and changes all stand in different orders.</summary>
public sealed class SortTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    [Theory]
    [InlineData("name", "a b c d")]
    [InlineData("version", "d a c b")]
    [InlineData("created_at", "c a d b")]
    [InlineData("updated_at", "d c b a")]
    public async Task A_list_is_sorted_by_what_is_asked_for_in_either_order(string sort, string sorted)
    {
        var alice = server.NewUser();
        foreach (var name in "cadb") await Later(() => alice.Holding($"user/{name}", "{}"));
        foreach (var (name, version) in new[] { ('b', 1), ('b', 2), ('b', 3), ('c', 1), ('c', 2), ('b', 4), ('a', 1) })
            await Later(async () => (await alice.Put($"user/{name}/c/p", $$"""{"version":{{version}},"value":{{version}}}""")).ShouldBeAt(200, version + 1));
        foreach (var (order, expected) in new[] { ("asc", sorted.Split(' ')), ("desc", [.. sorted.Split(' ').Reverse()]) })
        {
            var cursor = "";
            foreach (var name in expected)
            {
                var page = (await alice.Get($"user?sort={sort}&order={order}&limit=1{cursor}")).Json;
                page.GetProperty("documents")[0].GetProperty("name").GetString().ShouldBe(name, order);
                cursor = "&cursor=" + page.GetProperty("pagination").GetProperty("next_cursor").GetString();
            }
        }
    }

    private async Task Later(Func<Task> write)
    {
        server.Time.Advance(TimeSpan.FromMinutes(1));
        await write();
    }
}
