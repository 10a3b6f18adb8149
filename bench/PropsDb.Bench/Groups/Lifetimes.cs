using System.Diagnostics;
using System.Globalization;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;
using PropsDb.Bench.Push;

namespace PropsDb.Bench.Groups;

/// <summary>Starts, a crash, and memory: of the service with its own PostgreSQL, as it runs on one machine.</summary>
public sealed class Lifetimes(Bed bed)
{
    private Embedded New() => new(bed.Options.Host, bed.Scratch);

    public async Task<IEnumerable<(Figure, Sample)>> Starts()
    {
        await using var embedded = New();
        embedded.Start();
        var first = await embedded.Service.Ready();
        var document = embedded.Create("start", 1, bed.Headers);
        await embedded.Service.DisposeAsync();

        embedded.Start();
        var later = await embedded.Service.Ready();
        Driver.Run(embedded.Service.Address, 1, new Limited(new ConditionalWrites(document, bed.Headers, 1), 5), TimeSpan.Zero, duration: null);

        var killedAt = Stopwatch.GetTimestamp();
        await embedded.Service.Kill();
        embedded.Start();
        await embedded.Service.First("/api/v1/default/shared/start-0000000", bed.UserToken);
        var firstRead = Stopwatch.GetElapsedTime(killedAt);
        // And it is the state that was acknowledged.
        Driver.Run(embedded.Service.Address, 1, new EachOnce(document, bed.Headers), TimeSpan.Zero, duration: null);
        return
        [
            (new Figure("start in an empty data directory, to ready", "s") { Targets = [Target.Value(3)] }, new Sample(first.TotalSeconds)),
            (new Figure("a later start, to ready", "s") { Targets = [Target.Value(1.5)] }, new Sample(later.TotalSeconds)),
            (new Figure("kill -9, to the first read", "s") { Targets = [Target.Value(1)] }, new Sample(firstRead.TotalSeconds, Remark: "every acknowledged write was there")),
        ];
    }

    public async Task<IEnumerable<(Figure, Sample)>> Memory()
    {
        await using var embedded = New();
        await embedded.Start().Ready();
        await Settle();
        var (idle, idleDatabase) = Now(embedded);
        var documents = embedded.Create("memory", bed.Options.Kept, bed.Headers);
        using var over = new CancellationTokenSource();
        var watching = Task.Run(() => Peak(embedded, over.Token));
        var load = TimeSpan.FromSeconds(bed.Options.Seconds);
        Driver.Run(embedded.Service.Address, 256, new ConditionalWrites(documents, bed.Headers, 256), TimeSpan.Zero, load);
        Driver.Run(embedded.Service.Address, 256, new Reads(documents, bed.Headers), TimeSpan.Zero, load);
        await over.CancelAsync();
        var (loaded, loadedDatabase) = await watching;
        return
        [
            (new Figure("memory of the service, idle", "MiB") { Targets = [Target.Value(120)] }, new Sample(idle)),
            (new Figure("memory of its PostgreSQL, idle", "MiB"), new Sample(idleDatabase)),
            (new Figure("memory of the service, 256 connections write and read", "MiB") { Targets = [Target.Value(300)] }, new Sample(loaded, Remark: "the peak")),
            (new Figure("memory of its PostgreSQL, 256 connections write and read", "MiB"), new Sample(loadedDatabase, Remark: "the peak; of its buffers what was touched")),
        ];
    }

    public async Task<IEnumerable<(Figure, Sample)>> Subscribers()
    {
        await using var embedded = New();
        await embedded.Start().Ready();
        List<Listener> listeners = [];
        try
        {
            // What the first few cost once is not what each costs.
            Follow(50);
            await Settle();
            var (before, _) = Now(embedded);
            Follow(bed.Options.Subscribers);
            foreach (var listener in listeners) listener.SendPing();
            await Settle();
            var (after, _) = Now(embedded);
            var name = string.Create(CultureInfo.InvariantCulture, $"memory of the service for each of {bed.Options.Subscribers:#,0} idle subscribers");
            return [(new Figure(name, "KiB") { Targets = [Target.Value(40)] }, new Sample((after - before) * 1024 / bed.Options.Subscribers))];
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }

        void Follow(int count)
        {
            for (var i = 0; i < count; i++) listeners.Add(Listener.Follow(embedded.Service.Address, bed.UserToken, """{"app":"default","tier":"shared"}"""));
            FanOut.WaitUntilReady(listeners);
        }
    }

    private Task Settle() => Task.Delay(TimeSpan.FromSeconds(bed.Options.IsShort ? 1 : 5));

    private static (double Service, double Database) Now(Embedded embedded) => (ProcessUse.Memory(embedded.Service.ProcessId), ProcessUse.MemoryOfTree(embedded.Postgres));

    private static async Task<(double Service, double Database)> Peak(Embedded embedded, CancellationToken over)
    {
        var peak = (Service: 0.0, Database: 0.0);
        while (!over.IsCancellationRequested)
        {
            var now = Now(embedded);
            peak = (Math.Max(peak.Service, now.Service), Math.Max(peak.Database, now.Database));
            await Task.Delay(250, CancellationToken.None);
        }
        return peak;
    }
}
