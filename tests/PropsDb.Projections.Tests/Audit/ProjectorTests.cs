using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace PropsDb.Projections.Tests.Audit;

/// <summary>The chain follows the commits: soon, whole, and whichever node links it.</summary>
public sealed class ProjectorTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Claimed = TimeSpan.FromSeconds(1);
    private readonly AuditFixture _store = new();

    public ValueTask InitializeAsync() => _store.InitializeAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task<TimeSpan> UntilLinked(long seq)
    {
        var waiting = Stopwatch.StartNew();
        while ((await _store.Log.Head(AuditFixture.App, CancellationToken.None)).Seq < seq)
        {
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(2);
        }
        return waiting.Elapsed;
    }

    [Fact]
    public async Task A_commit_is_in_the_chain_within_a_second()
    {
        await _store.Set(StoreFixture.Key("first"), "/c/p", "1", 0);
        await UntilLinked(2);
        var lags = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            await _store.Set(StoreFixture.Key($"d{i}"), "/c/p", "1", 0);
            lags.Add(await UntilLinked(4 + 2 * i));
        }
        output.WriteLine($"in the chain after {lags.Min().TotalMilliseconds:0} to {lags.Max().TotalMilliseconds:0} ms");
        lags.Max().ShouldBeLessThan(Claimed);
    }

    [Fact]
    public async Task What_another_node_commits_is_found_without_a_signal()
    {
        await using var elsewhere = new CommitQueue(_store.Source, NullLogger<CommitQueue>.Instance);
        await _store.Write(StoreFixture.Key("d"), new Events.Operations.CreateDocument([]), Events.Operations.Precondition.None, _store.NewStreams(elsewhere));
        (await UntilLinked(1)).ShouldBeLessThan(Claimed);
    }

    [Fact]
    public async Task Of_two_nodes_one_links_and_the_other_takes_over_when_it_is_gone()
    {
        await _store.Set(StoreFixture.Key("d"), "/c/p", "0", 0);
        await UntilLinked(2);
        await using var second = _store.StartProjector(_store.Queue);
        var holder = await Holder();
        for (var version = 1; version <= 50; version++) await _store.Set(StoreFixture.Key("d"), "/c/p", $"{version}", version);
        await UntilLinked(52);
        (await Holder()).ShouldBe(holder);
        // As if the node had died: its connection is gone, and with it the lock. Either node may be the next.
        await _store.Execute($"select pg_terminate_backend({holder})");
        for (var version = 51; version <= 100; version++) await _store.Set(StoreFixture.Key("d"), "/c/p", $"{version}", version);
        output.WriteLine($"taken over after {(await UntilLinked(102)).TotalMilliseconds:0} ms");
        // And when it leaves in order.
        await _store.Projector.DisposeAsync();
        for (var version = 101; version <= 150; version++) await _store.Set(StoreFixture.Key("d"), "/c/p", $"{version}", version);
        await UntilLinked(152);
        (await _store.Verify()).ShouldBe(new(152, null));
        _store.Source.Clear();
    }

    private Task<int> Holder() => _store.Scalar<int>($"""
        select l.pid from pg_locks l where l.locktype = 'advisory' and l.granted and l.classid = {0x50726F7073444203 >> 32} and l.objid = {0x50726F7073444203 & uint.MaxValue}
            and l.database = (select oid from pg_database where datname = current_database())
        """);

    [Fact]
    public async Task Many_writers_and_several_apps_end_in_one_chain_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async w =>
        {
            for (var i = 0; i < 25; i++)
                await _store.Set(new Events.Values.DocumentKey(w % 2 == 0 ? AuditFixture.App : "other", "shared", null, $"d{w}-{i}"), "/c/p", "1", 0);
        }));
        (await _store.Head()).Seq.ShouldBe(8 * 25 * 2);
        (await _store.Log.Head("other", CancellationToken.None)).Seq.ShouldBe(8 * 25 * 2);
        (await _store.Verify()).ShouldBe(new(400, null));
        (await _store.Verification.Of("other", null, CancellationToken.None)).ShouldBe(new(400, null));
    }

    [Fact]
    public async Task How_far_it_is_behind_is_measured()
    {
        var lags = new List<double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "propsdb.audit.lag") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, lag, _, _) => { lock (lags) lags.Add(lag); });
        listener.Start();
        await _store.Projector.DisposeAsync();
        await _store.Set(StoreFixture.Key("d"), "/c/p", "1", 0);
        _store.Time.Advance(TimeSpan.FromSeconds(7));
        await using var late = _store.StartProjector(_store.Queue);
        await UntilLinked(2);
        for (var i = 0; ; i++)
        {
            lock (lags) if (lags.Contains(7) && lags[^1] == 0) break;
            i.ShouldBeLessThan(200, string.Join(' ', lags));
            await Task.Delay(10);
        }
    }
}
