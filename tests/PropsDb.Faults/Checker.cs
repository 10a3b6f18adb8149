using System.Globalization;

namespace PropsDb.Faults;

/// <summary>
/// What must hold of any run, however it was disturbed. Each write was answered with a version, so the order is known and need not be searched
/// for: every check is a pass over sorted lists.
/// </summary>
public static class Checker
{
    /// <param name="minRate">Acknowledged operations a second before the first fault, below which a run proves nothing.</param>
    /// <param name="minDisturbed">Operations without a definite or with no good answer during the faults, below which nothing was disturbed.</param>
    public static IReadOnlyList<Violation> Check(Run run, double minRate = 0, int minDisturbed = 0) =>
        [.. Writes(run), .. Documents(run), .. RealTime(run), .. Reads(run), .. Batches(run), .. Sessions(run), .. FeedChecker.Check(run), .. Worth(run, minRate, minDisturbed)];

    private static IEnumerable<Violation> Writes(Run run)
    {
        var written = run.Histories.Values.SelectMany(h => h).SelectMany(c => c.Ids.Select(id => (Id: id, Commit: c))).ToLookup(w => (w.Id, w.Commit.Document), w => w.Commit);
        foreach (var op in run.Ops.Where(o => !o.IsRead))
        {
            var commits = written[(op.Id, op.Document)].ToList();
            if (op.Outcome == Outcome.Ok && commits.Count == 0) yield return new("C1", $"{op} is in no history");
            if (op.Outcome == Outcome.Ok && commits.Count > 1) yield return new("C2", $"{op} is there as {Versions(commits)}");
            if (op.Outcome == Outcome.Refused && commits.Count > 0) yield return new("C3", $"{op} is there as {Versions(commits)}");
            if (op.Outcome == Outcome.Unknown && commits.Count > 1) yield return new("C4", $"{op} is there as {Versions(commits)}");
            if (op.Outcome == Outcome.Ok && op.IfMatch is { } expected && op.Version != expected + 1) yield return new("C8", $"{op} was to follow {expected}");
            if (op.Outcome == Outcome.Ok && commits.Count == 1 && commits[0].Version != op.Version) yield return new("C1", $"{op} is there as {Versions(commits)}");
        }
    }

    private static string Versions(IEnumerable<Commit> commits) => string.Join(", ", commits.Select(c => c.Version));

    private static IEnumerable<Violation> Documents(Run run)
    {
        foreach (var (document, history) in run.Histories)
            for (var i = 0; i < history.Count; i++)
                if (history[i].Version != i + 1)
                {
                    yield return new("C5", $"{document} has version {history[i].Version} where {i + 1} should be");
                    break;
                }
    }

    // What had been answered when another operation was sent lies before it.
    private static IEnumerable<Violation> RealTime(Run run)
    {
        foreach (var ops in run.Ops.Where(o => o is { Outcome: Outcome.Ok, Version: not null }).GroupBy(o => o.Document))
        {
            var (bySent, byReceived) = (ops.OrderBy(o => o.Sent).ToList(), ops.OrderBy(o => o.Received).ToList());
            var (done, latest) = (0, (Op?)null);
            foreach (var op in bySent)
            {
                for (; done < byReceived.Count && byReceived[done].Received < op.Sent; done++)
                    if (latest is null || byReceived[done].Version > latest.Version) latest = byReceived[done];
                if (latest is not null && (op.IsRead ? op.Version < latest.Version : op.Version <= latest.Version)) yield return new("C6", $"{op}, but before it was sent there was {latest}");
            }
        }
    }

    /// <summary>A document's content as one text, to compare what is read with what was written.</summary>
    public static string Content(IEnumerable<KeyValuePair<string, string?>> values) =>
        string.Join(' ', values.Where(v => v.Value is not null).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}"));

    private static IEnumerable<Violation> Reads(Run run)
    {
        var contents = new Dictionary<(string, long), string>();
        foreach (var (document, history) in run.Histories)
        {
            var values = new Dictionary<string, string?>();
            foreach (var commit in history)
            {
                foreach (var (path, value) in commit.Changes) values[path] = value;
                contents[(document, commit.Version)] = Content(values);
            }
        }
        foreach (var read in run.Ops.Where(o => o is { IsRead: true, Outcome: Outcome.Ok }))
            if (!contents.TryGetValue((read.Document, read.Version!.Value), out var content) || content != read.Value) yield return new("C7", $"{read} saw {read.Value} and not {content}");
    }

    private static IEnumerable<Violation> Batches(Run run)
    {
        var there = run.Histories.Values.SelectMany(h => h).SelectMany(c => c.Ids.Select(id => (id, c.Document))).ToHashSet();
        foreach (var batch in run.Ops.Where(o => o.Batch is not null).GroupBy(o => o.Batch))
        {
            var parts = batch.Count(o => there.Contains((o.Id, o.Document)));
            if (parts > 0 && parts < batch.Count()) yield return new("C9", $"{parts} of {batch.Count()} documents have the batch {batch.Key}");
        }
    }

    private static IEnumerable<Violation> Sessions(Run run)
    {
        foreach (var reads in run.Ops.Where(o => o is { IsRead: true, Outcome: Outcome.Ok }).GroupBy(o => (o.Client, o.Document)))
        {
            var seen = 0L;
            foreach (var read in reads)
            {
                if (read.Version < seen) yield return new("C10", $"{read} had seen {seen} already");
                seen = Math.Max(seen, read.Version!.Value);
            }
        }
    }

    private static IEnumerable<Violation> Worth(Run run, double minRate, int minDisturbed)
    {
        if (run.FaultAt is not { } at || run.Ops.Count == 0) yield break;
        var rate = run.Ops.Count(o => o.Outcome == Outcome.Ok && o.Received >= run.Begun && o.Received < at) / Math.Max(1e-3, (at - run.Begun) / 1e9);
        if (rate < minRate) yield return new("H1", string.Create(CultureInfo.InvariantCulture, $"INVALID: {rate:0} operations a second before the fault, and not {minRate:0}"));
        var disturbed = run.Ops.Count(o => (o.WasDisturbed || o.Outcome == Outcome.Unknown) && o.Received >= at && o.Sent <= (run.FaultOver ?? long.MaxValue));
        if (disturbed < minDisturbed) yield return new("H1", $"INVALID: {disturbed} operations were disturbed by the faults, and not {minDisturbed}");
    }
}
