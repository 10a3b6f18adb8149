using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>One commit in a history.</summary>
/// <param name="RolledBackTo">The version that the commit went back to, if that is what it did.</param>
/// <param name="Changes">What it changed, below the path asked for; null where not asked for.</param>
public sealed record HistoryEntry(Commit Commit, long? RolledBackTo, IReadOnlyList<Change>? Changes);

/// <param name="Next">Ask for the versions before this one to go on; null at the end.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, long? Next);

/// <summary>Tells the history of a document, a collection or a property from its stream, newest first.</summary>
public sealed class DocumentHistory(EventReader events, DocumentReader documents, TouchingEvents touching)
{
    /// <param name="before">Only commits older than this version; null: from the newest.</param>
    public async Task<HistoryPage> Page(DocumentKey key, PropertyPath path, long? before, int limit, bool withChanges, CancellationToken cancel)
    {
        var commits = new List<List<RecordedEvent>>();
        var hasMore = false;
        await foreach (var recorded in touching.NewestFirst(key, path, before, cancel))
        {
            if (recorded.Event.Version >= (before ?? long.MaxValue)) continue;
            if (commits.Count > 0 && commits[^1][0].Event.Version == recorded.Event.Version) commits[^1].Insert(0, recorded);
            else if (commits.Count == limit)
            {
                hasMore = true;
                break;
            }
            else commits.Add([recorded]);
        }
        var previous = withChanges ? await Previous(key, commits, cancel) : null;
        var entries = new List<HistoryEntry>();
        foreach (var commit in commits)
        {
            var rolledBackTo = commit.Select(e => e.Event).OfType<DocumentRolledBack>().FirstOrDefault()?.ToVersion;
            IReadOnlyList<Change>? changes = previous is null ? null : [.. await Changes(key, commit, previous, cancel)];
            entries.Add(new HistoryEntry(commit[0].Commit, rolledBackTo, changes is null || path.Collection is null ? changes : [.. changes.Select(c => c.Within(path)).OfType<Change>()]));
        }
        return new HistoryPage(entries, hasMore ? entries[^1].Commit.Version : null);
    }

    // The events that gave the properties of a page their values before, in one round trip.
    private async Task<IReadOnlyDictionary<long, RecordedEvent>> Previous(DocumentKey key, List<List<RecordedEvent>> commits, CancellationToken cancel) =>
        await events.Numbered(key, [.. commits.SelectMany(c => c).Select(e => e.Event switch
        {
            PropertySet set => set.Previous,
            PropertyDeleted deleted => deleted.Previous,
            _ => 0,
        }).Where(n => n > 0).Distinct()], cancel);

    private async Task<IEnumerable<Change>> Changes(
        DocumentKey key, List<RecordedEvent> commit, IReadOnlyDictionary<long, RecordedEvent> previous, CancellationToken cancel)
    {
        var facts = commit.ConvertAll(e => e.Event);
        // What a deletion, a restoration or an order changed, only the state before can tell.
        if (facts.Exists(e => e is DocumentDeleted or DocumentRestored or CollectionDeleted or CollectionsOrdered or PropertiesOrdered))
            return Change.Of(await documents.At(key, commit[0].Event.Version - 1, cancel) ?? Document.Unborn, facts);
        return facts.SelectMany(e => e switch
        {
            PropertySet(_, var path, var value, var number) => [new Change("set", path, value, ValueIn(previous, number, path))],
            PropertyDeleted(_, var path, var number) => [new Change("delete", path, null, ValueIn(previous, number, path))],
            _ => Change.Of(Document.Unborn, [e]),
        });
    }

    private static JsonValue? ValueIn(IReadOnlyDictionary<long, RecordedEvent> previous, long number, PropertyPath path) => number == 0 ? null
        : previous[number].Event switch
        {
            PropertySet set => set.Value,
            CollectionSet set => set.Properties.First(p => p.Name == path.Property).Value,
            _ => null,
        };
}
