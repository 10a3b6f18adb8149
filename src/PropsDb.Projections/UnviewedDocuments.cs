using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// The documents that this node has committed to since their views were last written, each as the last commit left it. Whoever takes them gets
/// all of them as they were at one position, so that of commits to several documents no view shows a half.
/// </summary>
public sealed class UnviewedDocuments
{
    private const int MaxDocuments = 10_000;
    private const int ManyDocuments = MaxDocuments / 2;

    private readonly Lock _lock = new();
    private Dictionary<Guid, UnviewedDocument> _documents = [];
    private long _from = long.MaxValue;
    private long _upTo;
    private volatile bool _isDue;

    /// <summary>They are to be taken soon: one had so many events that its old versions want a snapshot to begin with, or they are many.</summary>
    internal bool IsDue => _isDue;

    /// <param name="previous">Nothing lies between this position and the commits.</param>
    internal void Committed(List<PendingCommit> commits, long?[] positions, long previous)
    {
        lock (_lock)
        {
            // What another node committed is not here, and too much is not kept: the store has all of it.
            if (previous > _upTo || _documents.Count > MaxDocuments)
            {
                _documents.Clear();
                _from = previous;
            }
            for (var i = 0; i < commits.Count; i++)
            {
                if (positions[i] is not { } position) continue;
                _upTo = Math.Max(_upTo, position);
                if (commits[i].View is not { } view) continue;
                var before = _documents.GetValueOrDefault(view.Key.StreamId);
                var document = new UnviewedDocument(view.Key, view.At(position), (before?.Events ?? 0) + commits[i].Events.Count, (before?.Bytes ?? 0) + commits[i].Bytes);
                _documents[view.Key.StreamId] = document;
                if (document.Events >= DocumentViewRow.EventsBetweenSnapshots || _documents.Count >= ManyDocuments) _isDue = true;
            }
        }
    }

    /// <summary>Nothing is known of what was committed last.</summary>
    internal void Forget()
    {
        lock (_lock)
        {
            _documents.Clear();
            _from = long.MaxValue;
        }
    }

    /// <returns>All that was committed to behind the first position, as at the second.</returns>
    internal (long From, long UpTo, IReadOnlyCollection<UnviewedDocument> Documents) Take()
    {
        lock (_lock)
        {
            var taken = (_from, _upTo, _documents.Values);
            if (_from != long.MaxValue) _from = _upTo;
            _documents = [];
            _isDue = false;
            return taken;
        }
    }
}

/// <param name="Events">How many events it had since, and <paramref name="Bytes"/> about how much of them.</param>
internal sealed record UnviewedDocument(DocumentKey Key, Document State, long Events, long Bytes);
