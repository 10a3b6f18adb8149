using System.Globalization;
using System.Runtime.InteropServices;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Groups;
using PropsDb.Bench.Load;

namespace PropsDb.Bench;

/// <summary>A whole run: what is compared in rounds, then what is measured by itself, then the proof that the work was done.</summary>
public static class Run
{
    public static async Task<int> All(Options options)
    {
        var table = new Table();
        var circumstances = new List<string>();
        await using (var bed = await Bed.Make(options))
        {
            circumstances.Add(Machine(bed));
            var steps = new Steps(bed);
            await Rounds(options, table, steps, circumstances);
        }
        await Write(options, table, circumstances);
        return table.Failures.Count == 0 ? 0 : 1;
    }

    private static async Task Rounds(Options options, Table table, Steps steps, List<string> circumstances)
    {
        var writes = new Writes(steps);
        List<Step> rounds = [.. await writes.Rounds(), .. await new ReadSteps(steps).Rounds()];
        // Round 0 is not counted: in it the runtime compiles and the caches fill.
        for (var round = options.IsShort ? 1 : 0; round <= options.Rounds; round++)
        {
            Console.WriteLine(round == 0 ? "warming up" : string.Create(CultureInfo.InvariantCulture, $"round {round}"));
            foreach (var step in rounds)
            {
                try
                {
                    var sample = await step.Measure();
                    if (round > 0) table.Add(round, step.Figure, sample);
                }
                catch (BenchException e)
                {
                    // The others are still worth knowing; the run fails at its end.
                    table.Fail(step.Figure.Name, e.Message);
                    await writes.GoOnFromWhatIsThere();
                }
            }
        }
        circumstances.Add(await writes.Proof());
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
