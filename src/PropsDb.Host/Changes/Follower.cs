using System.Runtime.CompilerServices;
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
public sealed class Follower(ChangeFeed feed, DocumentLists lists, Seal seal, TimeProvider time)
{
    private const int BatchSize = 1_000;
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
        var shown = new Dictionary<DocumentKey, long>();
        if (snapshot)
        {
            await foreach (var (key, document) in subscription.Documents(lists, head, cancel))
            {
                shown[key] = document.Position;
                yield return new(ChangeJson.Snapshot(key, document, seal));
            }
        }
        while (true)
        {
            var batch = await reader.Next(BatchSize);
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
                if (subscription.Narrow(change) is { } narrowed) yield return new(narrowed.Text(_text), narrowed, change.Position);
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

        bool NeedsLook() => time.GetElapsedTime(marked) >= Progress || subscription.Ended() is not null || subscription.HasLeft();
    }
}
