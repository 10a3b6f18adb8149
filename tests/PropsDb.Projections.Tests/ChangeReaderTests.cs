using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Projections.Changes;

namespace PropsDb.Projections.Tests;

/// <summary>Changes as they are read from the store.</summary>
public sealed class ChangeReaderTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Who_reads_a_change_knows_all_that_was_revoked_before_it()
    {
        var key = StoreFixture.Key("revoked");
        await store.Set(key, "/c/p", "1", 0);
        await store.Write(key, new ShareDocument(key, "bob", true, false, false, null, store.Time.GetUtcNow()), Precondition.None);
        // Another node's copy, which nobody has told of anything since.
        await using var elsewhere = await AppDirectory.Open(store.Source, listens: false, NullLogger<AppDirectory>.Instance, CancellationToken.None);
        var reader = new ChangeReader(store.Source, store.Reader, elsewhere);
        var position = await reader.Head(CancellationToken.None);
        await store.Write(key, new RevokeShare("bob", store.Time.GetUtcNow()), Precondition.None);
        await store.Set(key, "/c/p", "2", 1);
        elsewhere.Find("jam")!.ShareOf(key.StreamId, "bob", store.Time.GetUtcNow()).ShouldNotBeNull();

        var batch = await reader.After(position, ChangeScope.All, 10, CancellationToken.None);

        batch.Changes.ShouldHaveSingleItem().Version.ShouldBe(2);
        elsewhere.Find("jam")!.ShareOf(key.StreamId, "bob", store.Time.GetUtcNow()).ShouldBeNull();
    }

    [Fact]
    public async Task Who_reads_of_a_commit_of_their_own_node_finds_it_in_memory_as_well()
    {
        var (key, underWay, cache) = (StoreFixture.Key("remembered"), new CommitsUnderWay(), new DocumentCache(1_000_000, () => true));
        var reader = new ChangeReader(store.Source, store.Reader, store.Apps, underWay);
        await using var feed = new ChangeFeed(reader, NullLogger<ChangeFeed>.Instance);
        await using var queue = new CommitQueue(store.Source, NullLogger<CommitQueue>.Instance, new AfterCommit(store.Apps, cache, feed), underWay);
        var streams = store.NewStreams(queue);
        await store.Write(key, new SetProperty(PropertyPath.Parse("/c/p"), StoreFixture.Json("1")), Precondition.At(0), streams);
        await using var holding = await store.Source.OpenConnectionAsync();
        await using var order = await holding.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AppendFunction.OrderLock})", holding)) await locking.ExecuteNonQueryAsync();

        var writing = store.Write(key, new SetProperty(PropertyPath.Parse("/c/p"), StoreFixture.Json("2")), Precondition.At(1), streams);
        while (underWay.Known(CancellationToken.None).IsCompleted) await Task.Delay(5);
        var reading = reader.Head(CancellationToken.None);
        (await Task.WhenAny(reading, Task.Delay(300))).ShouldNotBe(reading);
        cache.Find(key)!.State.Version.ShouldBe(1);
        await order.RollbackAsync();
        await reading;

        cache.Find(key)!.State.Version.ShouldBe(2);
        (await writing).ShouldBeOfType<Outcome.Accepted>();
        await reader.Head(CancellationToken.None);
    }

    [Fact]
    public async Task Nobody_waits_for_a_commit_that_is_lost_from_sight()
    {
        var underWay = new CommitsUnderWay();
        // Nothing listens there, so what became of the commit is looked for until patience ends.
        await using var gone = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody");
        await using var queue = new CommitQueue(gone, NullLogger<CommitQueue>.Instance, underWay: underWay);
        var writing = store.Write(StoreFixture.Key("lost"), new SetProperty(PropertyPath.Parse("/c/p"), StoreFixture.Json("1")), Precondition.At(0), store.NewStreams(queue));

        await Task.Delay(500);
        writing.IsCompleted.ShouldBeFalse();
        underWay.Known(CancellationToken.None).IsCompleted.ShouldBeTrue();
        await Should.ThrowAsync<OutcomeUnknownException>(() => writing);
    }

    [Fact]
    public async Task A_page_ends_behind_a_whole_commit_and_the_next_goes_on_there()
    {
        var key = StoreFixture.Key("paged");
        var reader = new ChangeReader(store.Source, store.Reader, store.Apps);
        var start = await reader.Head(CancellationToken.None);
        for (var version = 0; version < 5; version++) await store.Set(key, "/c/p", $"{version}", version);
        var scope = new ChangeScope("jam", "shared", null, "paged");

        var first = await reader.After(start, scope, 2, CancellationToken.None);
        var second = await reader.After(first.Reached, scope, 2, CancellationToken.None);
        var third = await reader.After(second.Reached, scope, 2, CancellationToken.None);

        new[] { first, second, third }.SelectMany(b => b.Changes).Select(c => c.Version).ShouldBe([1L, 2L, 3L, 4L, 5L]);
        first.Reached.ShouldBe(first.Changes[^1].Position);
        third.Reached.ShouldBe(await reader.Head(CancellationToken.None));
    }

    [Theory]
    [InlineData(4)]
    // So that the windows behind the first are looked through for the little that is wanted.
    [InlineData(400)]
    public async Task A_user_s_scope_holds_their_own_and_what_may_be_shared_with_them(int others)
    {
        var (alice, reader) = ($"alice{others}", new ChangeReader(store.Source, store.Reader, store.Apps));
        var shared = OfBob(others / 2);
        var start = await reader.Head(CancellationToken.None);
        await store.Set(new DocumentKey("jam", "user", alice, "first"), "/c/p", "1", 0);
        for (var i = 0; i < others; i++) await store.Set(OfBob(i), "/c/p", "1", 0);
        await store.Set(new DocumentKey("jam", "shared", null, $"all{others}"), "/c/p", "1", 0);
        await store.Set(new DocumentKey("jam", "user", alice, "last"), "/c/p", "1", 0);
        var scope = new ChangeScope("jam", Audience: () => new Audience(alice, new HashSet<Guid> { shared.StreamId }));

        var told = new List<string>();
        for (var batch = await reader.After(start, scope, 2, CancellationToken.None); ; batch = await reader.After(batch.Reached, scope, 2, CancellationToken.None))
        {
            told.AddRange(batch.Changes.Select(c => c.Key.Name));
            if (!batch.HasMore) break;
        }

        told.ShouldBe(["first", shared.Name, $"all{others}", "last"]);

        DocumentKey OfBob(int i) => new("jam", "user", $"bob{others}", $"b{i}");
    }
}
