using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Groups;
using PropsDb.Bench.Load;

namespace PropsDb.Bench;

/// <summary>A whole run: what is compared in rounds, then what is measured by itself, then the proof that the work was done.</summary>
public sealed class Run(Bed bed, Table table)
{
    /// <param name="growth">How cost grows, instead of what is compared with the yardsticks.</param>
    public static async Task<int> All(Options options, bool growth)
    {
        if (options.IsShort && await Check.Run() != 0) return 1;
        var table = new Table();
        var circumstances = new List<string>();
        await using (var bed = await Bed.Make(options))
        {
            circumstances.Add(Machine(bed));
            var run = new Run(bed, table);
            if (growth) await foreach (var stage in new Growth(new Steps(bed)).Stages()) await run.Rounds(stage);
            else await run.Measure();
            circumstances.Add(await bed.Proof.Complete());
        }
        await Write(options, growth ? "growth" : "results", table, circumstances);
        return table.Failures.Count == 0 ? 0 : 1;
    }

    private async Task Measure()
    {
        var options = bed.Options;
        var (steps, lifetimes) = (new Steps(bed), new Lifetimes(bed));
        var (extents, push) = (new Extents(steps), new PushSteps(bed));
        if (options.Has("generator") && !options.IsShort) await Guarded("generator", () => Rounds([.. new Generators(steps).Rounds()]));
        await Guarded("writes and reads", async () => await Rounds([.. new Writes(steps).Rounds(), .. await new ReadSteps(steps).Rounds()]));
        if (options.Has("index")) await Guarded("index", () => Rounds([.. new IndexSteps(steps).Rounds()]));
        if (options.Has("sizes")) await Guarded("sizes", () => Rounds([.. extents.Sizes()]));
        if (options.Has("streams")) await Guarded("streams", () => Rounds([.. extents.Streams()]));
        if (options.Has("push")) await Guarded("push", () => Rounds([.. push.Rounds()]));
        if (options.Has("stalled")) await Alone("a listener that stalls", Math.Min(3, options.Rounds), push.Stalled);
        if (options.Has("replay")) await Alone("replay", 1, async () =>
        {
            var replay = await extents.Replay();
            for (var round = 1; round < options.Rounds; round++) Add(round, replay());
            return [replay()];
        });
        if (options.Has("disk")) await Alone("disk", 1, extents.Disk);
        if (options.Has("starts")) await Alone("starts", options.Rounds, lifetimes.Starts);
        if (options.Has("memory")) await Alone("memory", Math.Min(3, options.Rounds), lifetimes.Memory);
        if (options.Has("subscribers")) await Alone("subscribers", 1, lifetimes.Subscribers);
    }

    private async Task Rounds(IReadOnlyList<Step> steps)
    {
        // Round 0 is not counted: in it the runtime compiles and the caches fill.
        for (var round = bed.Options.IsShort ? 1 : 0; round <= bed.Options.Rounds && steps.Count > 0; round++)
        {
            Console.WriteLine(round == 0 ? "warming up" : string.Create(CultureInfo.InvariantCulture, $"round {round}"));
            if (round > 0) await bed.Proof.Take();
            foreach (var step in steps)
            {
                await Guarded(step.Figure.Name, async () =>
                {
                    var sample = await step.Measure();
                    if (round > 0) table.Add(round, step.Figure, sample);
                });
            }
        }
    }

    private async Task Alone(string what, int rounds, Func<Task<IEnumerable<(Figure, Sample)>>> measure)
    {
        for (var round = 1; round <= rounds; round++)
        {
            await Guarded(what, async () =>
            {
                foreach (var measured in await measure()) Add(round, measured);
            });
        }
    }

    private void Add(int round, (Figure Figure, Sample Sample) measured) => table.Add(round, measured.Figure, measured.Sample);

    // What fails leaves the others worth knowing; the run as a whole has failed, and says so at its end.
    private async Task Guarded(string what, Func<Task> measure)
    {
        Interruption.Check();
        try
        {
            await measure();
        }
        catch (Exception e) when (e is BenchException or SocketException or NpgsqlException or HttpRequestException)
        {
            var open = await bed.Postgres.Number("postgres", "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
            table.Fail(what, string.Create(CultureInfo.InvariantCulture, $"{e.Message} (PostgreSQL has {open} connections open, of {bed.Options.MaxConnections}.)"));
            await bed.Proof.GoOnFromWhatIsThere();
        }
    }

    private static async Task Write(Options options, string name, Table table, IReadOnlyList<string> circumstances)
    {
        var markdown = table.Markdown(circumstances);
        Directory.CreateDirectory(options.Artifacts);
        await File.WriteAllTextAsync(Path.Combine(options.Artifacts, $"{name}.md"), markdown);
        await File.WriteAllTextAsync(Path.Combine(options.Artifacts, $"{name}.json"), table.AsJson(circumstances));
        Console.WriteLine($"\n{markdown}");
    }

    private static string Machine(Bed bed) => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the start, PostgreSQL {bed.Postgres.Version}, .NET {Environment.Version}; {bed.Options.Rounds} rounds of {bed.Options.Seconds} s.");
}
