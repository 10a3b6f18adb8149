using System.Diagnostics.Metrics;

namespace PropsDb.Projections;

/// <summary>What the product counts about itself. An instrument that nobody listens to costs a comparison.</summary>
public static class Measures
{
    public const string MeterName = "PropsDb";

    public static Meter Meter { get; } = new(MeterName);

    internal static readonly Counter<long> Commits = Meter.CreateCounter<long>("propsdb.commits", "{commit}", "Commits that are durable.");
    internal static readonly Counter<long> Events = Meter.CreateCounter<long>("propsdb.events", "{event}", "Events of durable commits.");
    internal static readonly Counter<long> Conflicts = Meter.CreateCounter<long>("propsdb.conflicts", "{write}", "Writes refused because the document had changed.");
    internal static readonly Counter<long> LostRaces = Meter.CreateCounter<long>("propsdb.lost_races", "{commit}", "Commits decided again because another node was faster.");
    internal static readonly UpDownCounter<long> Queue = Meter.CreateUpDownCounter<long>("propsdb.commit.queue", "{commit}", "Commits that wait for their turn.");
    internal static readonly Histogram<int> GroupSize = Meter.CreateHistogram("propsdb.commit.group.size", "{commit}", "Commits made durable by one transaction.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000] });
    internal static readonly Histogram<double> CommitDuration = Meter.CreateHistogram("propsdb.commit.duration", "s", "How long the database took to make a group of commits durable.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    internal static readonly Counter<long> AuditEntries = Meter.CreateCounter<long>("propsdb.audit.entries", "{event}", "Events that this node has linked into the audit chain.");
    internal static readonly Gauge<double> AuditLag = Meter.CreateGauge<double>("propsdb.audit.lag", "s", "How long the oldest event that waits to be linked has waited; on the one node that links them.");
    internal static readonly Gauge<double> SearchLag = Meter.CreateGauge<double>("propsdb.search.lag", "s", "How old the oldest event was that the search index has last taken in; on the one node that makes it.");
}
