using System.Globalization;
using System.Runtime.InteropServices;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Groups;
using PropsDb.Bench.Load;

namespace PropsDb.Bench;

/// <summary>A whole run: what is compared in rounds, then what is measured by itself, then the proof that the work was done.</summary>
public sealed class Run(Bed bed, Table table)
{
    public static async Task<int> All(Options options)
    {
        var table = new Table();
        var circumstances = new List<string>();
        await using (var bed = await Bed.Make(options))
        {
            circumstances.Add(Machine(bed));
            await new Run(bed, table).Measure();
            circumstances.Add(await bed.Proof.Complete());
        }
        await Write(options, table, circumstances);
        return table.Failures.Count == 0 ? 0 : 1;
    }

    private async Task Measure()
    {
        var options = bed.Options;
        var (steps, lifetimes) = (new Steps(bed), new Lifetimes(bed));
        await Rounds([.. new Writes(steps).Rounds(), .. await new ReadSteps(steps).Rounds()]);
        var extents = new Extents(steps);
        if (options.Has("sizes")) await Rounds([.. extents.Sizes()]);
        if (options.Has("streams")) await Rounds([.. extents.Streams()]);
        var push = new PushSteps(bed);
        if (options.Has("push")) await Rounds([.. push.Rounds()]);
        if (options.Has("stalled")) await Alone("a listener that stalls", 1, push.Stalled);
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
        try
        {
            await measure();
        }
        catch (BenchException e)
        {
            table.Fail(what, e.Message);
            await bed.Proof.GoOnFromWhatIsThere();
        }
    }

    private static async Task Write(Options options, Table table, IReadOnlyList<string> circumstances)
    {
        var markdown = table.Markdown(circumstances);
        Directory.CreateDirectory(options.Artifacts);
        await File.WriteAllTextAsync(Path.Combine(options.Artifacts, "results.md"), markdown);
        await File.WriteAllTextAsync(Path.Combine(options.Artifacts, "results.json"), table.AsJson(circumstances));
        Console.WriteLine($"\n{markdown}");
    }

    private static string Machine(Bed bed) => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the start, PostgreSQL {bed.Postgres.Version}, .NET {Environment.Version}; {bed.Options.Rounds} rounds of {bed.Options.Seconds} s.");
}
