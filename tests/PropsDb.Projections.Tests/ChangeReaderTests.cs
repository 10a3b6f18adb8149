using Microsoft.Extensions.Logging.Abstractions;
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
