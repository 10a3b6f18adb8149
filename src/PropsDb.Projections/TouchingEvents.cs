using System.Runtime.CompilerServices;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>Finds the events of a stream that touched a document, a collection or a property, newest first.</summary>
public sealed class TouchingEvents(EventReader events, DocumentReader documents)
{
    public IAsyncEnumerable<RecordedEvent> NewestFirst(DocumentKey key, PropertyPath path, long? before, CancellationToken cancel) => path.Collection is null
        ? OfDocument(key, before, cancel)
        : Effective(path, Merge(Own(key, path, before, cancel), events.Lifecycle(key, cancel)));

    private async IAsyncEnumerable<RecordedEvent> OfDocument(DocumentKey key, long? before, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var recorded in events.Before(key, await Below(key, before, cancel), "", null, cancel)) yield return recorded;
    }

    private async Task<long> Below(DocumentKey key, long? before, CancellationToken cancel) =>
        before is { } version ? await documents.NumberNotBefore(key, version, cancel) : long.MaxValue;

    // The events that name the path itself. A property's point from one to the one before, so that a property which rarely changes is
    // followed without reading what lies between; where the chain ends, an earlier life of the property is looked for.
    private async IAsyncEnumerable<RecordedEvent> Own(DocumentKey key, PropertyPath path, long? before, [EnumeratorCancellation] CancellationToken cancel)
    {
        var below = await Below(key, before, cancel);
        if (path.Property is not null)
        {
            var state = before is { } version ? await documents.At(key, version - 1, cancel) : await documents.Load(key, cancel);
            for (var number = state?.Content[path]?.Number ?? 0; number > 0;)
            {
                var recorded = (await events.Numbered(key, [number], cancel))[number];
                yield return recorded;
                below = number;
                number = recorded.Event is PropertySet { Previous: var previous } ? previous : 0;
            }
        }
        var (condition, values) = Naming(path);
        await foreach (var recorded in events.Before(key, below, condition, values, cancel)) yield return recorded;
    }

    private static (string Condition, object[] Values) Naming(PropertyPath path) => path.Property is null
        ? ("AND (data ->> 'collection' = $4 OR starts_with(data ->> 'path', $5))", [path.Collection!, PropertyPath.OfCollection(path.Collection!) + "/"])
        : ("AND (data ->> 'path' = $4 OR (data ->> 'collection' = $5 AND type <> 'properties_ordered'))", [path.ToString(), path.Collection!]);

    private static async IAsyncEnumerable<RecordedEvent> Merge(IAsyncEnumerable<RecordedEvent> own, Task<IReadOnlyList<RecordedEvent>> lifecycle)
    {
        var others = new Queue<RecordedEvent>(await lifecycle);
        await foreach (var recorded in own)
        {
            while (others.TryPeek(out var other) && other.Number > recorded.Number) yield return others.Dequeue();
            yield return recorded;
        }
        foreach (var other in others) yield return other;
    }

    // A deletion or restoration of what holds the path touched it only if it was there, which the next older event of its own tells.
    private static async IAsyncEnumerable<RecordedEvent> Effective(PropertyPath path, IAsyncEnumerable<RecordedEvent> candidates)
    {
        var undecided = new List<RecordedEvent>();
        await foreach (var recorded in candidates)
        {
            switch (recorded.Event)
            {
                case DocumentDeleted or DocumentRestored:
                case CollectionDeleted when path.Property is not null:
                    undecided.Add(recorded);
                    continue;
                case PropertyDeleted when path.Property is not null:
                case CollectionDeleted:
                    undecided.Clear();
                    yield return recorded;
                    continue;
                case CollectionSet set when path.Property is not null && !set.Properties.Any(p => p.Name == path.Property):
                case DocumentCreated:
                    undecided.Clear();
                    continue;
                default:
                    foreach (var decided in undecided) yield return decided;
                    undecided.Clear();
                    yield return recorded;
                    continue;
            }
        }
    }
}
