using System.Security.Cryptography;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>The only way to write: load the state, decide, append at the version decided on, and again if another writer was faster.</summary>
public sealed class DocumentStreams(DocumentReader reader, CommitQueue queue, Limits limits, TimeProvider time)
{
    private const int MaxAttempts = 100;

    // Writers of one document on this node go one after the other, so that none of them loses races against the others for ever.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    /// <param name="isRehearsal">Answers as the write would, and appends nothing.</param>
    /// <exception cref="OutcomeUnknownException">Repeating the write may apply it twice.</exception>
    public async Task<Outcome> Transact(Write write, Author author, bool isRehearsal, CancellationToken cancel)
    {
        var turn = _turns[(write.Key.StreamId.GetHashCode() & int.MaxValue) % _turns.Length];
        await turn.WaitAsync(cancel);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var current = await reader.Load(write.Key, cancel);
                var (decision, ancestor) = await Decide(write, current, cancel);
                switch (decision)
                {
                    case Decision.Rejected(var rejection):
                        if (rejection is VersionConflict) Measures.Conflicts.Add(1);
                        return new Outcome.Rejected(rejection);
                    case Decision.Accepted { Events: [] } accepted:
                        return new Outcome.Accepted(current, current, [], accepted.Merged ? ancestor : null);
                    case Decision.Accepted accepted:
                        var after = Evolve(current, accepted.Events, author);
                        if (isRehearsal) return new Outcome.Accepted(current, after, accepted.Events, accepted.Merged ? ancestor : null);
                        var commit = new PendingCommit(write.Key, current, after, accepted.Events, author, new Guid(RandomNumberGenerator.GetBytes(16)));
                        if (await queue.Commit(commit) is { } position)
                            return new Outcome.Accepted(current, after with { Position = position }, accepted.Events, accepted.Merged ? ancestor : null);
                        if (attempt == MaxAttempts) throw new TimeoutException($"The document was changed by others {MaxAttempts} times in a row.");
                        break;
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<(Decision Decision, Document? Ancestor)> Decide(Write write, Document current, CancellationToken cancel)
    {
        var decision = write.Decide(current, ancestor: null, limits);
        if (decision is not Decision.NeedsAncestor(var version)) return (decision, null);
        var ancestor = await reader.LoadAt(write.Key, version, cancel) ?? Document.Unborn;
        return (write.Decide(current, ancestor, limits), ancestor);
    }

    private Document Evolve(Document current, IReadOnlyList<DocumentEvent> events, Author author)
    {
        // What PostgreSQL keeps of a time are microseconds; a document's times never go back, whatever the clock does.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var at = now < current.Updated.At ? current.Updated.At : now;
        var commit = new Commit(current.Version + 1, at, author.By, author.Device, author.Message);
        return events.Aggregate(current, (state, e) => Document.Evolve(state, e, commit));
    }
}
