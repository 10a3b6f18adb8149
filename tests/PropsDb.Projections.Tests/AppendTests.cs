using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

public sealed class AppendTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Of_many_writers_at_one_version_exactly_one_wins_on_two_nodes_as_on_one()
    {
        await using var queue = new CommitQueue(store.Source, NullLogger<CommitQueue>.Instance);
        var other = store.NewStreams(queue);
        for (var round = 0; round < 20; round++)
        {
            var key = StoreFixture.Key($"contested-{round}");
            await store.Set(key, "/c/p", "0", 0);
            var outcomes = await Task.WhenAll(Enumerable.Range(1, 64).Select(i => store.Write(key,
                new SetProperty(PropertyPath.Parse("/c/p"), StoreFixture.Json($"{i}")), Precondition.At(1), i % 2 == 0 ? other : store.Streams)));
            outcomes.OfType<Outcome.Accepted>().ShouldHaveSingleItem();
            outcomes.OfType<Outcome.Rejected>().ShouldAllBe(r => ((VersionConflict)r.Rejection).Actual == 2);
            (await store.Load(key)).Version.ShouldBe(2);
        }
    }

    [Fact]
    public async Task The_pace_counts_the_events_of_a_batch_and_not_its_commit()
    {
        const int Steps = 50;
        var started = System.Diagnostics.Stopwatch.StartNew();
        // What is counted is told after some moments, and not during a pause of the machine.
        for (var commits = 1; ; commits++)
        {
            var value = StoreFixture.Json($"{commits}");
            await store.Accepted(StoreFixture.Key("pace"), new ApplyBatch([.. Enumerable.Range(0, Steps).Select(i => new BatchStep("set", JsonPointer.TryParse($"/c/p{i}", out var path) ? path : default, value))]), Precondition.At(commits - 1));
            if (store.Queue.EventsPerSecond > Steps / 2 * commits / started.Elapsed.TotalSeconds) return;
            started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public async Task A_refused_commit_costs_its_neighbours_in_the_group_nothing()
    {
        var (stale, fresh) = (StoreFixture.Key("stale"), StoreFixture.Key("fresh"));
        var before = await store.Set(stale, "/c/p", "1", 0);
        await store.Set(stale, "/c/p", "2", 1);
        var lost = Pending(stale, before, new PropertySet(2, PropertyPath.Parse("/c/p"), StoreFixture.Json("3"), 2));
        var good = Pending(fresh, Document.Unborn, new DocumentCreated(1, "shared", null, "fresh"));
        var appends = new[] { new PendingAppend([lost]), new PendingAppend([good]) };
        await Task.WhenAll(appends.Select(a => store.Queue.Append(a)));
        (await appends[0].Done).ShouldBeNull();
        (await appends[1].Done).ShouldNotBeNull();
        (await store.Load(fresh)).Exists.ShouldBeTrue();
        (await store.Scalar<long>($"select count(*) from propsdb.mt_events where stream_id = '{stale.StreamId}'")).ShouldBe(3);
    }

    [Fact]
    public async Task A_commit_s_position_is_that_of_its_last_event_also_beside_one_that_is_refused()
    {
        var stale = StoreFixture.Key("refused-between");
        var before = await store.Set(stale, "/c/p", "1", 0);
        await store.Set(stale, "/c/p", "2", 1);
        DocumentKey[] fresh = [StoreFixture.Key("positions-a"), StoreFixture.Key("positions-b"), StoreFixture.Key("positions-c")];
        // The first may be on its way already when the others come, which then share a group.
        PendingCommit[] commits =
        [
            Begun(fresh[0], 1), Begun(fresh[1], 2), Pending(stale, before, new PropertySet(2, PropertyPath.Parse("/c/p"), StoreFixture.Json("3"), 2)), Begun(fresh[2], 3),
        ];
        var positions = await Task.WhenAll(commits.Select(c => store.Queue.Append(new PendingAppend([c]))));
        positions[2].ShouldBeNull();
        foreach (var (key, at) in fresh.Zip(new[] { positions[0], positions[1], positions[3] }))
            at.ShouldBe([await store.Scalar<long>($"select max(seq_id) from propsdb.mt_events where stream_id = '{key.StreamId}'")]);
    }

    [Fact]
    public async Task Commits_that_stand_or_fall_together_fall_together()
    {
        var (stale, fresh) = (StoreFixture.Key("stale-of-two"), StoreFixture.Key("fresh-of-two"));
        var before = await store.Set(stale, "/c/p", "1", 0);
        await store.Set(stale, "/c/p", "2", 1);
        var append = new PendingAppend(
        [
            Pending(fresh, Document.Unborn, new DocumentCreated(1, "shared", null, "fresh-of-two")),
            Pending(stale, before, new PropertySet(2, PropertyPath.Parse("/c/p"), StoreFixture.Json("3"), 2)),
        ]);
        (await store.Queue.Append(append)).ShouldBeNull();
        (await store.Load(fresh)).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Positions_are_in_the_order_of_commits_and_a_commit_is_one_block()
    {
        var versions = new SortedDictionary<long, string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async w =>
        {
            for (var i = 0; i < 20; i++)
            {
                var document = await store.Accepted(StoreFixture.Key($"ordered-{w}-{i}"), new CreateDocument(
                    [new("a", [new("x", StoreFixture.Json($"{i}"))]), new("b", [])]), Precondition.None);
                lock (versions) versions.Add(document.Position, $"{w}-{i}");
            }
        }));
        versions.Count.ShouldBe(160);
        // Within each stream the sequence numbers follow one another without another stream's between them.
        (await store.Scalar<long>("select count(*) from (select max(seq_id) - min(seq_id) + 1 <> count(*) as broken from propsdb.mt_events where data ->> 'version' = '1' group by stream_id) s where broken")).ShouldBe(0);
    }

    [Fact]
    public async Task A_backend_that_is_killed_costs_no_write_and_doubles_none()
    {
        var key = StoreFixture.Key("killed");
        await store.Set(key, "/c/n", "0", 0);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var acknowledged = new List<long>();
        var killing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(150);
                await store.Execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%append_commits%' and pid <> pg_backend_pid()");
            }
        });
        var unknown = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var outcome = await store.Write(key, new SetProperty(PropertyPath.Parse("/c/n"), StoreFixture.Json($"{acknowledged.Count + 1}")), new Precondition(Demand.Present));
                acknowledged.Add(outcome.ShouldBeOfType<Outcome.Accepted>().After.Version);
            }
            catch (Exception e) when (e is NotCommittedException or Npgsql.NpgsqlException)
            {
                unknown++;
            }
        }
        await killing;
        store.Source.Clear();
        acknowledged.ShouldBeUnique();
        acknowledged.Count.ShouldBeGreaterThan(20);
        unknown.ShouldBeGreaterThan(0, "no backend was killed while it worked");
        var history = await store.Scalar<long>($"select count(*) from propsdb.mt_events where stream_id = '{key.StreamId}' and type = 'property_set'");
        history.ShouldBe(acknowledged.Count);
    }

    private PendingCommit Begun(DocumentKey key, int collections) =>
        Pending(key, Document.Unborn, [new DocumentCreated(1, "shared", null, key.Name), .. Enumerable.Range(0, collections).Select(c => new CollectionSet(1, $"c{c}", []))]);

    private PendingCommit Pending(DocumentKey key, Document before, params DocumentEvent[] events)
    {
        var commit = new Commit(before.Version + 1, store.Time.GetUtcNow(), "bob");
        return PendingCommit.Of(key, before, events.Aggregate(before, (state, e) => Document.Evolve(state, e, commit)), events, commit, new Author("bob"));
    }
}
