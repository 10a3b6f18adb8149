using System.Runtime.CompilerServices;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>One message to a follower.</summary>
/// <param name="Change">The change that it is as a whole, for who writes it in another form; null: it is none.</param>
/// <param name="Resume">The position from which a follower goes on who has come so far; null: the message says nothing of that.</param>
public readonly record struct Told(ReadOnlyMemory<byte> Json, CommittedChange? Change = null, long? Resume = null);

/// <summary>
/// Tells a subscription what it asks for, in order and without a gap: what the documents are, what was committed after a position, and what is
/// committed from then on. Each follower reads the feed at the pace at which it takes the messages, and sleeps while nothing concerns it.
/// </summary>
public sealed class Follower(ChangeFeed feed, Snapshots snapshots, DocumentVersions versions, Seal seal, TimeProvider time)
{
    // What a follower who does not read keeps in memory, twice at most.
    private const int BatchSize = 250;
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(15);

    private readonly Func<CommittedChange, byte[]> _text = ChangeJson.Writer(seal);

    /// <param name="from">The position to go on from; null: from now.</param>
    /// <param name="snapshot">Begin with the documents as they are.</param>
    public async IAsyncEnumerable<Told> Follow(Subscription subscription, long? from, bool snapshot, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (app, marked, isReady) = (subscription.App, time.GetTimestamp(), false);
        // What was committed before somebody came is told before they are told that all else is live.
        var (reader, head) = await feed.Join(subscription.Scope, from, NeedsLook, cancel);
        using var place = reader;
        Dictionary<DocumentKey, long>? shown = null;
        if (snapshot)
        {
            shown = [];
            await foreach (var held in snapshots.Of(subscription, head, cancel))
            {
                shown[held.Key] = held.State.Position;
                yield return new(ChangeJson.Whole("snapshot", held, seal));
            }
        }
        Task<ChangeBatch>? ahead = null;
        try
        {
            while (true)
            {
                var batch = ahead is null ? await reader.Next(BatchSize) : await ahead;
                // What comes after it is read while it is told.
                ahead = batch.HasMore ? reader.Next(BatchSize).AsTask() : null;
                if (subscription.Ended() is { } reason)
                {
                    yield return new(ChangeJson.Mark("ended", reason: reason));
                    yield break;
                }
                foreach (var key in subscription.Left()) yield return new(ChangeJson.Left(key, seal));
                foreach (var change in batch.Changes)
                {
                    // What a snapshot has shown already is not told again.
                    var at = shown?.GetValueOrDefault(change.Key) ?? 0;
                    if (change.Position <= at || !subscription.MayBeToldOf(change, out var isNew)) continue;
                    if (await Tell(subscription, change, isNew && at == 0, cancel) is { } told) yield return told;
                }
                if (batch.HasMore) continue;
                if (!isReady || time.GetElapsedTime(marked) >= Progress)
                {
                    var here = seal.Position(app, batch.Reached);
                    if (isReady || from is not null) yield return new(ChangeJson.Mark("progress", here), Resume: batch.Reached);
                    if (!isReady) yield return new(ChangeJson.Mark("ready", here));
                    (isReady, marked) = (true, time.GetTimestamp());
                }
                await reader.Wait();
            }
        }
        finally
        {
            // The place is given up once nothing is read for it.
            if (ahead is not null) await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        bool NeedsLook() => time.GetElapsedTime(marked) >= Progress || subscription.Ended() is not null || subscription.HasLeft();
    }

    // Null: nothing that is followed has changed.
    private async ValueTask<Told?> Tell(Subscription subscription, CommittedChange change, bool isNew, CancellationToken cancel)
    {
        if (subscription.Filter is { } filter)
        {
            var (before, after) = await versions.Around(change, cancel);
            var (held, holds) = (!isNew && Holds(filter, before), Holds(filter, after));
            if (!held && !holds) return null;
            if (!holds) return new(ChangeJson.Left(change.Key, seal, change), Resume: change.Position);
            if (!held) return new(ChangeJson.Whole("entered", after, seal), Resume: change.Position);
        }
        return subscription.Narrow(change) is { } narrowed ? new(narrowed.Text(_text), narrowed, change.Position) : null;
    }

    private static bool Holds(Filter filter, HeldDocument held) => held.State.Exists && filter.Matches(Subject.Of(held.Key, held.State));
}
