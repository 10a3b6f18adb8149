using System.Runtime.CompilerServices;
using PropsDb.Events.Values;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>One message to a follower.</summary>
/// <param name="Change">The change that it is as a whole, for who writes it in another form; null: it is none.</param>
/// <param name="Resume">The position from which a follower goes on who has come so far; null: the message says nothing of that.</param>
public readonly record struct Told(ReadOnlyMemory<byte> Json, CommittedChange? Change = null, string? Resume = null);

/// <summary>
/// Tells a subscription what it asks for, in order and without a gap: what the documents are, what was committed after a position, and what is
/// committed from then on. Each follower reads the feed at the pace at which it takes the messages.
/// </summary>
public sealed class Follower(ChangeFeed feed, DocumentLists lists, Seal seal, TimeProvider time)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(15);

    // How long a permission that ended by the clock can go unnoticed while nothing happens.
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(500);

    private readonly Func<CommittedChange, byte[]> _text = ChangeJson.Writer(seal);

    /// <param name="from">The position to go on from; null: from now.</param>
    /// <param name="snapshot">Begin with the documents as they are.</param>
    public async IAsyncEnumerable<Told> Follow(Subscription subscription, long? from, bool snapshot, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var joined = feed.Join();
        var app = subscription.App;
        // What was committed before somebody came is told before they are told that all else is live.
        var head = await feed.Reach(cancel);
        var position = from ?? head;
        var shown = new Dictionary<DocumentKey, long>();
        if (snapshot)
        {
            await foreach (var (key, document) in subscription.Documents(lists, head, cancel))
            {
                shown[key] = document.Position;
                yield return new(ChangeJson.Snapshot(key, document, seal));
            }
        }
        var (isReady, marked) = (false, time.GetTimestamp());
        while (true)
        {
            var batch = await feed.After(position, subscription.Scope, BatchSize, cancel);
            if (subscription.Ended() is { } reason)
            {
                yield return new(ChangeJson.Mark("ended", reason: reason));
                yield break;
            }
            foreach (var key in subscription.Left()) yield return new(ChangeJson.Left(key));
            foreach (var change in batch.Changes)
            {
                // What a snapshot has shown already is not told again.
                if ((shown.TryGetValue(change.Key, out var at) && change.Position <= at) || !subscription.MayBeToldOf(change)) continue;
                if (subscription.Narrow(change) is { } narrowed) yield return new(narrowed.Text(_text), narrowed, seal.Position(app, change.Position));
            }
            position = batch.Reached;
            var isCaughtUp = batch.Changes.Count < BatchSize && position >= feed.Head;
            if (isCaughtUp && (!isReady || time.GetElapsedTime(marked) >= Progress))
            {
                var here = seal.Position(app, position);
                if (isReady || from is not null) yield return new(ChangeJson.Mark("progress", here), Resume: here);
                if (!isReady) yield return new(ChangeJson.Mark("ready", here));
                (isReady, marked) = (true, time.GetTimestamp());
            }
            if (isCaughtUp) await Wait(feed.MoreThan(position), cancel);
            cancel.ThrowIfCancellationRequested();
        }
    }

    // The clock is let go of with the wait: many followers of many changes would leave very many of them running.
    private static async Task Wait(Task more, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(more, Task.Delay(Check, patience.Token));
        await patience.CancelAsync();
    }
}
