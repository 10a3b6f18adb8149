using System.Globalization;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Groups;

/// <summary>Conditional writes of one property, and batches of a hundred.</summary>
public sealed class Writes(Steps steps)
{
    private readonly Documents _batched = steps.Bed.Create(steps.Bed.Service, "batched", steps.Bed.Options.Kept);

    public IEnumerable<Step> Rounds()
    {
        List<Step> writes = [];
        if (steps.Bed.Options.Has("writes"))
        {
            writes.Add(steps.Pgbench(Steps.WriteOne, "write_one.sql"));
            foreach (var (connections, targets) in new (int, Target[])[] { (1, []), (16, [Target.Ratio(0.6)]), (64, [Target.Ratio(1.2), Target.P99(12)]), (256, [Target.Ratio(2.0), Target.P99(25)]) })
                writes.Add(Write(string.Create(CultureInfo.InvariantCulture, $"conditional write of one property, {connections} connections"), Steps.WriteOne, steps.Bed.Small, connections, 1, targets));
        }
        if (steps.Bed.Options.Has("batches"))
        {
            writes.Add(steps.Pgbench(Steps.WriteHundred, "write_100.sql"));
            writes.Add(Write("batch of 100 properties, 16 connections", Steps.WriteHundred, _batched, 16, 100, Target.Ratio(0.6)));
        }
        return writes;
    }

    private Step Write(string name, string yardstick, Documents documents, int connections, int events, params Target[] targets) =>
        new(new Figure(name, "/s", yardstick) { Targets = targets }, () =>
        {
            var (accepted, refused) = (documents.AcceptedWrites, documents.Refused);
            return Task.FromResult(steps.Drive(steps.Bed.Service, connections, new ConditionalWrites(documents, steps.Bed.Headers, connections, events), () => Share(documents.AcceptedWrites - accepted, documents.Refused - refused)));
        });

    /// <summary>A benchmark of refusals would be worthless.</summary>
    public static string Share(long accepted, long refused)
    {
        var share = 100.0 * accepted / (accepted + refused);
        if (share < 99.9) throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"Only {share:0.0} % of the writes were accepted: each document has one writer, so all must be."));
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 10) / 10:0.#} % accepted");
    }
}
