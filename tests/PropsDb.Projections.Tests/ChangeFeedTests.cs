using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Projections.Changes;

namespace PropsDb.Projections.Tests;

/// <summary>Commits come to the feed twice, out of the store and out of memory, in any order of the two: everybody is told of each once.</summary>
public sealed class ChangeFeedTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static async Task<List<string>> Read(FeedReader reader) => [.. (await reader.Next(100)).Changes.Select(c => $"{c.Key.Name} {c.Version}")];

    private async Task<(PendingCommit Commit, long Position)> Commit(string name)
    {
        var key = StoreFixture.Key(name);
        var before = await store.Load(key);
        var after = await store.Set(key, "/c/p", "1", before.Version);
        var set = new PropertySet(after.Version, PropertyPath.Parse("/c/p"), StoreFixture.Json("1"), before.StreamVersion);
        return (PendingCommit.Of(key, before, after, [set], after.Updated, new Author("alice")), after.Position);
    }

    [Fact]
    public async Task Who_has_read_ahead_of_the_feed_is_not_told_again_when_it_comes_there()
    {
        await store.Set(StoreFixture.Key("ahead"), "/c/p", "0", 0);
        await using var feed = new ChangeFeed(new ChangeReader(store.Source, store.Reader, store.Apps), NullLogger<ChangeFeed>.Instance);
        feed.Start(null);
        var (keeping, head) = await feed.Join(ChangeScope.All, null, null, CancellationToken.None);
        using var kept = keeping;
        var (late, _) = await feed.Join(new ChangeScope("jam", "shared", null, "ahead"), 0, null, CancellationToken.None);
        using var follower = late;
        var (other, own) = (await Commit("beside"), await Commit("ahead"));
        // So far back only the store reaches, and that has both already.
        (await Read(late)).ShouldBe(["ahead 1", "ahead 2"]);

        feed.Committed([other.Commit], [other.Position], head);
        feed.Committed([own.Commit], [own.Position], other.Position);

        (await Read(late)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_of_which_the_feed_has_read_a_part_adds_the_rest()
    {
        await using var feed = new ChangeFeed(new ChangeReader(store.Source, store.Reader, store.Apps), NullLogger<ChangeFeed>.Instance);
        feed.Start(null);
        var (reader, head) = await feed.Join(ChangeScope.All, null, null, CancellationToken.None);
        using var follower = reader;
        var (first, second) = (await Commit("part1"), await Commit("part2"));
        feed.Committed([first.Commit], [first.Position], head);

        feed.Committed([first.Commit, second.Commit], [first.Position, second.Position], head);

        (await Read(reader)).ShouldBe(["part1 1", "part2 1"]);
    }
}
