using System.Globalization;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Groups;

/// <summary>Reads of documents and properties, from memory and from the store, and pages of histories and lists.</summary>
public sealed class ReadSteps(Steps steps)
{
    public async Task<IEnumerable<Step>> Rounds()
    {
        List<Step> reads = [];
        if (steps.Bed.Options.Has("reads"))
        {
            reads.AddRange([steps.Bare(Steps.BareShort, "/short"), steps.Bare(Steps.BareLong, "/long"), steps.Pgbench(Steps.ReadOne, "read_one.sql")]);
            foreach (var connections in steps.Bed.Options.IsShort ? new[] { 64 } : [64, 16])
            {
                reads.Add(Read("read of a document", connections, Steps.BareLong, "", false, connections == 64 ? [Target.Ratio(0.8)] : []));
                reads.Add(Read("read of a document that the client has (304)", connections, Steps.BareShort, "", true));
                reads.Add(Read("read of a property", connections, Steps.BareShort, "/collection1/property3", false));
                reads.Add(Read("read of a property that the client has (304)", connections, Steps.BareShort, "/collection1/property3", true));
            }
        }
        if (steps.Bed.Options.Has("store"))
        {
            var (service, documents) = await steps.Bed.Uncached();
            reads.Add(steps.BareRow());
            reads.Add(new(new Figure("read of a document from the store, 64 connections", "/s", Steps.Row) { Targets = [Target.Ratio(0.9)] },
                () => Task.FromResult(steps.Drive(service, 64, new Reads(documents, steps.Bed.Headers)))));
        }
        if (steps.Bed.Options.Has("pages"))
        {
            var bed = steps.Bed;
            reads.Add(steps.Drive(new Figure("page of a history, 10 commits with changes, 16 connections", "/s"), 16, () => new Reads(bed.Small, bed.Headers, "/_history?limit=10&changes=true", hasETag: false)));
            reads.Add(steps.Drive(new Figure("page of a list, 20 documents, 16 connections", "/s"), 16, () => new Constant($"/api/v1/{Bed.App}/{Bed.Tier}?limit=20", bed.Headers)));
        }
        return reads;
    }

    private Step Read(string what, int connections, string yardstick, string path, bool isKnown, params Target[] targets) =>
        steps.Drive(new Figure(string.Create(CultureInfo.InvariantCulture, $"{what}, {connections} connections"), "/s", yardstick) { Targets = targets }, connections, () => new Reads(steps.Bed.Small, steps.Bed.Headers, path, isKnown));
}
