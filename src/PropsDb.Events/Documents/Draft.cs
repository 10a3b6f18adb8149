using PropsDb.Events.Values;

namespace PropsDb.Events.Documents;

/// <summary>
/// A document being edited by one write. It remembers what was touched, so that <see cref="Events"/> finds the smallest set of events
/// without looking at the rest of the document.
/// </summary>
public sealed class Draft(Document before)
{
    private enum Lifecycle { Stays, Begins, Ends, Returns }

    // Null in place of the set: any property of the collection may have changed, and their order.
    private readonly Dictionary<string, HashSet<string>?> _touched = new(StringComparer.Ordinal);
    private Lifecycle _lifecycle = Lifecycle.Stays;
    private bool _mayBeReordered;
    private long? _rolledBackTo;
    private DocumentAdministration? _administration;

    public Document Before { get; } = before;
    public Content Now { get; private set; } = before.Visible;
    public bool Exists { get; private set; } = before.Exists;

    public IEnumerable<string> TouchedCollections => _touched.Keys;

    // What the edits are compared with: a document that returns had its content all along.
    private Content Old => _lifecycle == Lifecycle.Returns ? Before.Content : Before.Visible;

    /// <summary>The document begins, without collections.</summary>
    public void Create()
    {
        _lifecycle = Lifecycle.Begins;
        Exists = true;
        Now = Content.Empty;
    }

    public void Delete()
    {
        _lifecycle = Lifecycle.Ends;
        Exists = false;
    }

    /// <summary>The document returns as it was when it was deleted.</summary>
    public void Restore()
    {
        _lifecycle = Lifecycle.Returns;
        Exists = true;
        Now = Before.Content;
    }

    public void SetStrategy(string? strategy) =>
        _administration = strategy == Before.Strategy ? null : new DocumentSettingsChanged(Before.Version, strategy);

    /// <summary>What is done is a fact about the document's use, and nothing else of it changes.</summary>
    public void Administer(DocumentAdministration fact) => _administration = fact;

    public void MarkRolledBack(long toVersion) => _rolledBackTo = toVersion;

    /// <summary>Sets a property, and adds its collection if that is missing.</summary>
    public void SetProperty(PropertyPath path, JsonValue value)
    {
        if (Now[path] is { } old && old.Value.Equals(value)) return;
        var collection = Now[path.Collection!] ?? Collection.Empty;
        // A name that was taken away in this write and comes back stands at the end now.
        if (!Now.Collections.Contains(path.Collection!) && Old[path.Collection!] is not null) _mayBeReordered = true;
        if (!collection.Properties.Contains(path.Property!) && Old[path] is not null) Touch(path.Collection!, wholly: true);
        Now = Now.With(path.Collection!, collection.With(path.Property!, new Property(SameAsBefore(path, value), Commit.None, 0)));
        Touch(path);
    }

    public bool RemoveProperty(PropertyPath path)
    {
        if (Now[path] is null) return false;
        Now = Now.With(path.Collection!, Now[path.Collection!]!.Without(path.Property!));
        Touch(path);
        return true;
    }

    /// <summary>The collection has exactly these properties in this order; it stands where it stood, or at the end.</summary>
    public void SetCollection(string name, IEnumerable<NamedValue> properties)
    {
        if (!Now.Collections.Contains(name) && Old[name] is not null) _mayBeReordered = true;
        Now = Now.With(name, Collection.From(properties.Select(p =>
            KeyValuePair.Create(p.Name, new Property(SameAsBefore(PropertyPath.Of(name, p.Name), p.Value), Commit.None, 0))), Commit.None, 0));
        Touch(name, wholly: true);
    }

    public bool RemoveCollection(string name)
    {
        if (!Now.Collections.Contains(name)) return false;
        Now = Now.Without(name);
        Touch(name, wholly: true);
        return true;
    }

    /// <summary>The document has exactly these collections in this order.</summary>
    public void SetContent(IEnumerable<KeyValuePair<string, IEnumerable<NamedValue>>> collections)
    {
        foreach (var name in Now.Collections.Names) Touch(name, wholly: true);
        Now = Content.Empty;
        _mayBeReordered = true;
        foreach (var (name, properties) in collections) SetCollection(name, properties);
    }

    public void OrderCollections(IEnumerable<string> names)
    {
        Now = Now.InOrder(names);
        _mayBeReordered = true;
    }

    public void OrderProperties(string collection, IEnumerable<string> names)
    {
        Now = Now.With(collection, Now[collection]!.InOrder(names));
        Touch(collection, wholly: true);
    }

    /// <summary>The properties of a collection that may differ from what they were.</summary>
    public IEnumerable<string> TouchedProperties(string collection) => !_touched.TryGetValue(collection, out var names) ? []
        : names ?? (Old[collection]?.Properties.Names ?? []).Union(Now[collection]?.Properties.Names ?? [], StringComparer.Ordinal);

    public bool MayHaveReordered(string collection) => _touched.TryGetValue(collection, out var names) && names is null;

    public bool MayHaveReorderedCollections => _mayBeReordered;

    // The stored spelling stays where the value is equal.
    private JsonValue SameAsBefore(PropertyPath path, JsonValue value) =>
        Old[path] is { } old && old.Value.Equals(value) ? old.Value : value;

    private void Touch(PropertyPath path)
    {
        if (!_touched.TryGetValue(path.Collection!, out var names)) _touched[path.Collection!] = names = new(StringComparer.Ordinal);
        names?.Add(path.Property!);
    }

    private void Touch(string collection, bool wholly)
    {
        if (wholly) _touched[collection] = null;
        else _touched.TryAdd(collection, new(StringComparer.Ordinal));
    }

    /// <summary>What happened, in the fewest events; nothing if all is as it was.</summary>
    public IReadOnlyList<DocumentEvent> Events(DocumentKey key)
    {
        if (_administration is not null) return [_administration];
        var version = Before.Version + 1;
        if (_lifecycle == Lifecycle.Ends) return !Before.Exists ? [] : Before.Shares.IsEmpty ? [new DocumentDeleted(version)] : [new DocumentDeleted(version), new SharesEnded(version)];
        var events = new List<DocumentEvent>();
        if (_lifecycle == Lifecycle.Begins) events.Add(new DocumentCreated(version, key.Tier, key.Owner, key.Name));
        if (_lifecycle == Lifecycle.Returns) events.AddRange(Before.Shares.IsEmpty ? [new DocumentRestored(version)] : [new DocumentRestored(version), new SharesReturned(version)]);
        events.AddRange(ContentEvents(Old, version));
        if (events.Count > 0 && _rolledBackTo is { } to) events.Insert(0, new DocumentRolledBack(version, to));
        return events;
    }

    private IEnumerable<DocumentEvent> ContentEvents(Content old, long version)
    {
        foreach (var name in _touched.Keys.Where(n => old[n] is not null && Now[n] is null))
            yield return new CollectionDeleted(version, name, old[name]!.Number);
        foreach (var name in _touched.Keys.Where(n => old[n] is not null && Now[n] is not null))
            foreach (var e in CollectionEvents(name, old[name]!, Now[name]!, version)) yield return e;
        var added = _touched.Keys.Where(n => old[n] is null && Now[n] is not null).OrderBy(n => Now.Collections.Place(n)).ToList();
        foreach (var name in added)
            yield return new CollectionSet(version, name, [.. Now[name]!.Properties.Select(p => new NamedValue(p.Key, p.Value.Value))]);
        if (_mayBeReordered && IsReordered(old.Collections.Names, Now.Collections.Names, n => Now[n] is not null, added))
            yield return new CollectionsOrdered(version, [.. Now.Collections.Names]);
    }

    private IEnumerable<DocumentEvent> CollectionEvents(string name, Collection old, Collection now, long version)
    {
        var touched = _touched[name] ?? old.Properties.Names.Union(now.Properties.Names, StringComparer.Ordinal);
        var added = new List<string>();
        foreach (var property in touched)
        {
            var (was, current) = (old.Properties[property], now.Properties[property]);
            if (current is null && was is not null) yield return new PropertyDeleted(version, PropertyPath.Of(name, property), was.Number);
            else if (current is not null && was is null) added.Add(property);
            else if (current is not null && !ReferenceEquals(current.Value, was!.Value))
                yield return new PropertySet(version, PropertyPath.Of(name, property), current.Value, was.Number);
        }
        added.Sort((a, b) => now.Properties.Place(a)!.Value.CompareTo(now.Properties.Place(b)!.Value));
        foreach (var property in added)
            yield return new PropertySet(version, PropertyPath.Of(name, property), now.Properties[property]!.Value, 0);
        if (_touched[name] is null && IsReordered(old.Properties.Names, now.Properties.Names, now.Properties.Contains, added))
            yield return new PropertiesOrdered(version, name, [.. now.Properties.Names]);
    }

    // Without an order event the names that stayed keep their places and the added ones follow.
    internal static bool IsReordered(IEnumerable<string> before, IEnumerable<string> now, Func<string, bool> stayed, List<string> added) =>
        !before.Where(stayed).Concat(added).SequenceEqual(now, StringComparer.Ordinal);
}
