using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>What a writer asks beside the write itself.</summary>
/// <param name="IsRehearsal">Answer as the write would, and append nothing.</param>
/// <param name="Once">Answer a repetition with the first answer.</param>
/// <param name="Place">Which of its device's batches this is, where the device counts them.</param>
/// <param name="Device">The device that sends it, kept with the commit.</param>
public sealed record WriteOptions(bool IsRehearsal = false, Once? Once = null, DeviceSequence? Place = null, string? Device = null)
{
    /// <summary>The instant from which the writer may no longer: a write that waited until then is refused.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>The only way to write: load the state, decide, append at the version decided on, and again if another writer was faster.</summary>
public sealed class DocumentStreams(
    DocumentReader reader, CommitQueue queue, Receipts receipts, DeviceSequences devices, AppDirectory apps, Limits limits, TimeProvider time)
{
    private const int MaxAttempts = 100;

    // Writers of one document on this node go one after the other, so that none of them loses races against the others for ever.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    /// <exception cref="OutcomeUnknownException">Repeating the write may apply it twice.</exception>
    public async Task<Outcome> Transact(Write write, Author author, WriteOptions options, CancellationToken cancel)
    {
        var outcomes = await Transact([write], author, options, cancel);
        return outcomes[0];
    }

    /// <summary>Several writes, of one document each, that stand or fall together.</summary>
    /// <returns>An outcome for each write; if any is rejected, nothing of any was done.</returns>
    public async Task<IReadOnlyList<Outcome>> Transact(IReadOnlyList<Write> writes, Author author, WriteOptions options, CancellationToken cancel)
    {
        var turns = writes.Select(w => (w.Key.GetHashCode() & int.MaxValue) % _turns.Length).Distinct().Order().ToList();
        var taken = 0;
        try
        {
            // In one order, whoever comes: two that want the same turns cannot wait for each other.
            for (; taken < turns.Count; taken++) await _turns[turns[taken]].WaitAsync(cancel);
            for (var attempt = 1; ; attempt++)
            {
                if (await Attempt(writes, author, options, cancel) is { } outcomes) return outcomes;
                if (attempt == MaxAttempts) throw new TimeoutException($"Others were faster {MaxAttempts} times in a row.");
            }
        }
        finally
        {
            while (taken > 0) _turns[turns[--taken]].Release();
        }
    }

    // Null where another writer was faster.
    private async Task<IReadOnlyList<Outcome>?> Attempt(IReadOnlyList<Write> writes, Author author, WriteOptions options, CancellationToken cancel)
    {
        var outcomes = new List<Outcome>();
        var commits = new List<PendingCommit>();
        foreach (var write in writes)
        {
            var held = await reader.Hold(write.Key, cancel);
            if (options.Place is { } place && await Standing(write.Key, author.By, place, options.Once, held.State, cancel) is { } standing) return [standing];
            // The key that is held knows its id already.
            outcomes.Add(await Decide(write with { Key = held.Key }, held.State, author, options, commits, cancel));
        }
        if (options.IsRehearsal || outcomes.Exists(o => o is Outcome.Rejected)) return outcomes;
        var receipt = options.Once is { } once ? once.Answer([.. outcomes.Cast<Outcome.Accepted>()]) : null;
        if (commits.Count == 0)
        {
            if (receipt is not null) await receipts.Keep(receipt with { Position = outcomes.Cast<Outcome.Accepted>().Max(a => a.After.Position) }, time.GetUtcNow(), cancel);
            if (options.Place is { } device) await devices.Advance(writes[0].Key, author.By, device, cancel);
            return outcomes;
        }
        commits[^1] = commits[^1] with { Receipt = receipt, Place = options.Place };
        return await Append(commits, outcomes, options, cancel);
    }

    private async Task<Outcome> Decide(Write write, Document current, Author author, WriteOptions options, List<PendingCommit> commits, CancellationToken cancel)
    {
        // Asked before anything is told of the document, and again at the time that the commit bears.
        if (options.Until <= time.GetUtcNow()) return PermissionEnded;
        var decision = write.Decide(current, ancestor: null, limits);
        Document? ancestor = null;
        if (decision is Decision.NeedsAncestor(var version))
        {
            ancestor = await reader.At(write.Key, version, cancel) ?? Document.Unborn;
            decision = write.Decide(current, ancestor, limits);
        }
        if (decision is Decision.Rejected { Rejection: VersionConflict }) Measures.Conflicts.Add(1);
        if (decision is Decision.Rejected(var rejection)) return new Outcome.Rejected(rejection, Lost(write, ancestor, rejection));
        var accepted = (Decision.Accepted)decision;
        var mergedFrom = accepted.Merged ? ancestor : null;
        if (accepted.Events.Count == 0) return new Outcome.Accepted(current, current, [], mergedFrom);
        var commit = NextCommit(current, author, options.Device);
        if (options.Until <= commit.At) return PermissionEnded;
        var after = accepted.Events.Aggregate(current, (state, e) => Document.Evolve(state, e, commit));
        commits.Add(PendingCommit.Of(write.Key, current, after, accepted.Events, commit, author));
        return new Outcome.Accepted(current, after, accepted.Events, mergedFrom);
    }

    private static Outcome.Rejected PermissionEnded => new(new Rejection("forbidden", "The writer's permission ended while the write waited."));

    // What a losing writer wanted, kept so that it can still be had.
    private Draft? Lost(Write write, Document? ancestor, Rejection rejection)
    {
        if (rejection is not VersionConflict) return null;
        var draft = new Draft(ancestor ?? Document.Unborn);
        if (!draft.Exists && write.Operation.CreatesDocument) draft.Create();
        return write.Operation.Apply(draft, limits) is null ? draft : null;
    }

    private Commit NextCommit(Document current, Author author, string? device)
    {
        // What PostgreSQL keeps of a time are microseconds; a document's times never go back, whatever the clock does.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        return new Commit(current.Version + 1, now < current.Updated.At ? current.Updated.At : now, author.By, device, author.Message);
    }

    private async Task<IReadOnlyList<Outcome>?> Append(List<PendingCommit> commits, List<Outcome> outcomes, WriteOptions options, CancellationToken cancel)
    {
        IReadOnlyList<long>? positions;
        try
        {
            positions = await queue.Append(new PendingAppend(commits));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && options.Once is not null)
        {
            // Another node was given the same request at the same time.
            var once = options.Once;
            var first = await receipts.Find(commits[0].App, once.Caller, once.Key, cancel);
            return first is null ? null : [new Outcome.Repeated(first, commits[0].View!.Before)];
        }
        if (positions is null) return null;
        // Before anyone is told: whoever was given or denied something finds it so.
        if (commits.Exists(c => c.Events.Any(AppDirectory.Concerns))) await apps.CatchUpWithCommit();
        var at = 0;
        return outcomes.ConvertAll(o => o is Outcome.Accepted { Events.Count: > 0 } a ? a with { After = Placed(a, positions[at++]) } : o);
    }

    // Settings are no commit, so they leave the position of the last one.
    private static Document Placed(Outcome.Accepted accepted, long position) =>
        accepted.After.Version == accepted.Before.Version ? accepted.After : accepted.After with { Position = position };

    // Null where this batch is the device's next one.
    private async Task<Outcome?> Standing(DocumentKey key, string caller, DeviceSequence place, Once? once, Document current, CancellationToken cancel)
    {
        var last = (await devices.Vector(key, caller, cancel)).GetValueOrDefault(place.Device);
        if (place.Sequence == last + 1) return null;
        if (place.Sequence > last) return new Outcome.Rejected(new SequenceGap(last + 1));
        return new Outcome.Repeated(once is null ? null : await receipts.Find(key.App, once.Caller, once.Key, cancel), current);
    }
}

/// <summary>A device left out a number.</summary>
public sealed record SequenceGap(long Expected) : Rejection("sequence_gap", $"The device's next sequence is {Expected}.");
