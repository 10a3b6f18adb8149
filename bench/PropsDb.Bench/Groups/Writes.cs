using System.Globalization;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Groups;

/// <summary>Conditional writes of one property, and batches of a hundred.</summary>
public sealed class Writes(Steps steps)
{
    private readonly Documents _batched = steps.Bed.Create(steps.Bed.Service, "batched", 1_000);
    private double _storedBefore = -1;

    public async Task<IEnumerable<Step>> Rounds()
    {
        _storedBefore = await steps.Bed.StoredEvents(Bed.Main, "property_set");
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

    /// <summary>What was acknowledged is in the database, each fact once, and each document is at the version that its writer was told.</summary>
    public async Task<string> Proof()
    {
        var bed = steps.Bed;
        var acknowledged = bed.Small.AcceptedEvents + _batched.AcceptedEvents;
        Require(acknowledged, await bed.StoredEvents(Bed.Main, "property_set") - _storedBefore);
        foreach (var documents in new[] { bed.Small, _batched }) Driver.Run(bed.Service.Address, 16, new EachOnce(documents, bed.Headers), TimeSpan.Zero, duration: null);
        return string.Create(CultureInfo.InvariantCulture, $"{acknowledged:#,0} acknowledged property changes are {acknowledged:#,0} events in the database, and all {bed.Small.Count + _batched.Count:#,0} documents are at the versions that were acknowledged.");
    }

    /// <summary>After a step that failed it is not known which of its writes were made: what is there now is what counts from here.</summary>
    public async Task GoOnFromWhatIsThere()
    {
        // What was under way when the connections were cut is still being decided.
        await Task.Delay(TimeSpan.FromSeconds(3));
        foreach (var documents in new[] { steps.Bed.Small, _batched })
        {
            documents.AcceptedEvents = 0;
            Driver.Run(steps.Bed.Service.Address, 16, new EachOnce(documents, steps.Bed.Headers, learns: true), TimeSpan.Zero, duration: null);
        }
        _storedBefore = await steps.Bed.StoredEvents(Bed.Main, "property_set");
    }

    public static void Require(long acknowledged, double stored)
    {
        if (Math.Abs(stored - acknowledged) > 0.5)
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{acknowledged:#,0} property changes were acknowledged, but {stored:#,0} events were added to the database."));
    }
}

/// <summary>Reads each document once and compares its version.</summary>
/// <param name="learns">Takes the version instead, whatever it is.</param>
public sealed class EachOnce(Documents documents, string headers, bool learns = false) : ITraffic
{
    private readonly Template _request = new("GET", documents.Target, headers, "");
    private readonly Dictionary<int, int> _underWay = [];
    private int _next;

    public ReadOnlySpan<byte> Next(int connection)
    {
        if (_next == documents.Count) return default;
        _underWay[connection] = _next;
        _request.Digits("document", _next++);
        return _request.Bytes;
    }

    public void Answered(int connection, in Answer answer)
    {
        if (learns && answer.Status == 200) documents.Versions[_underWay[connection]] = answer.Version;
        var version = documents.Versions[_underWay[connection]];
        if (answer.Status != 200 || answer.Version != version) throw new BenchException($"A document should be at version {version}: {answer.ToString()}");
    }
}
