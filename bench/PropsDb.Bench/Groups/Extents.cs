using System.Globalization;
using System.Diagnostics;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Push;

namespace PropsDb.Bench.Groups;

/// <summary>What must not grow with what it is done to: writes of large documents, reads of long histories; and what a commit takes on disk.</summary>
public sealed class Extents(Steps steps)
{
    private readonly Bed _bed = steps.Bed;

    /// <summary>Documents of 2 KB and of 2 MB, each written by a connection of its own; the value is milliseconds a write.</summary>
    public IEnumerable<Step> Sizes()
    {
        var connections = _bed.Options.IsShort ? 4 : 16;
        var (small, large) = ($"write in documents of 2 KB, {connections} connections", $"write in documents of 2 MB, {connections} connections");
        var (few, many) = (_bed.Create(_bed.Service, "small", connections), _bed.Create(_bed.Service, "large", connections, 1_250, 400));
        yield return Each(new Figure(small, "ms each"), () => new ConditionalWrites(few, _bed.Headers, connections), connections);
        yield return Each(new Figure(large, "ms each", small) { Targets = [Target.RatioBelow(1.3)] }, () => new ConditionalWrites(many, _bed.Headers, connections), connections);
    }

    /// <summary>One document with a few hundred events and one with as many as were asked for, alike in everything else.</summary>
    public IEnumerable<Step> Streams()
    {
        var events = _bed.Options.Events;
        var (few, many) = (_bed.Create(_bed.Service, "short", 1), _bed.Create(_bed.Service, "long", 1));
        Fill(few, 100);
        Fill(many, events);
        foreach (var (what, path, hasETag) in new[] { ("page of a history", "/_history?limit=10&changes=true", false), ("read of a document", "", true) })
        {
            var name = $"{what} of 200 events, 16 connections";
            yield return Each(new Figure(name, "ms each"), () => new Reads(few, _bed.Headers, path, hasETag: hasETag));
            yield return Each(new Figure(string.Create(CultureInfo.InvariantCulture, $"{what} of {events:#,0} events, 16 connections"), "ms each", name) { Targets = [Target.RatioBelow(1.5)] },
                () => new Reads(many, _bed.Headers, path, hasETag: hasETag));
        }
    }

    // By the hundred, for speed; the newest hundred one by one, so that the newest page is the same in both.
    private void Fill(Documents document, int events)
    {
        Driver.Run(_bed.Service.Address, 1, new Limited(new ConditionalWrites(document, _bed.Headers, 1, 100), events / 100), TimeSpan.Zero, duration: null);
        Driver.Run(_bed.Service.Address, 1, new Limited(new ConditionalWrites(document, _bed.Headers, 1), 100), TimeSpan.Zero, duration: null);
    }

    private Step Each(Figure figure, Func<ITraffic> traffic, int connections = 16) => new(figure, () =>
    {
        var sample = steps.Drive(_bed.Service, connections, traffic());
        return Task.FromResult(sample with { Value = 1000 / sample.Value });
    });

    public async Task<IEnumerable<(Figure, Sample)>> Disk()
    {
        var (before, logBefore, accepted) = (await Settled(), await Log(), _bed.Small.AcceptedWrites);
        Driver.Run(_bed.Service.Address, 64, new ConditionalWrites(_bed.Small, _bed.Headers, 64), TimeSpan.Zero, TimeSpan.FromSeconds(2 * _bed.Options.Seconds));
        var commits = _bed.Small.AcceptedWrites - accepted;
        var (after, logAfter) = (await Settled(), await Log());
        var remark = string.Create(CultureInfo.InvariantCulture, $"{commits:#,0} commits of one property");
        return
        [
            (new Figure("on disk for each commit: tables and indexes", "bytes"), new Sample((after - before) / commits, Remark: remark)),
            (new Figure("on disk for each commit: write-ahead log, recycled", "bytes"), new Sample((logAfter - logBefore) / commits)),
        ];

        Task<double> Log() => _bed.Postgres.Number(Bed.Main, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')");

        // What follows behind the commits belongs to them.
        async Task<double> Settled()
        {
            for (var size = 0.0; ;)
            {
                var now = await _bed.Postgres.Number(Bed.Main, "SELECT pg_database_size(current_database())");
                if (now == size) return size;
                size = now;
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Changes that one reader is sent from a position of long ago, as fast as it takes them.</summary>
    public async Task<Func<(Figure, Sample)>> Replay()
    {
        var first = _bed.Create(_bed.Service, "replay", 1);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", _bed.UserToken);
        using var answer = await http.GetAsync(new Uri(_bed.Service.Url, $"/api/v1/{first.App}/{first.Tier}/{first.Prefix}-0000000"));
        var position = answer.Headers.GetValues("X-Position").Single();
        var count = _bed.Options.Replayed;
        Driver.Run(_bed.Service.Address, 64, new Limited(new ConditionalWrites(_bed.Small, _bed.Headers, 64), count), TimeSpan.Zero, duration: null);
        return () =>
        {
            var meter = new Machine.CoreMeter(_bed.Service.ProcessId, _bed.Postgres.ProcessId);
            meter.Mark(true);
            var from = Stopwatch.GetTimestamp();
            using var listener = Listener.Follow(_bed.Service.Address, _bed.UserToken, $$"""{"app":"default","tier":"shared","from":"{{position}}"}""");
            FanOut.WaitUntilReady([listener]);
            var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
            meter.Mark(false);
            if (listener.Changes != count) throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"Of {count:#,0} changes {listener.Changes:#,0} were replayed."));
            return (new Figure(string.Create(CultureInfo.InvariantCulture, $"replay of {count:#,0} changes to one reader"), "/s") { Targets = [Target.ValueAbove(50_000)] }, new Sample(count / seconds, Cores: meter.Used));
        };
    }
}
