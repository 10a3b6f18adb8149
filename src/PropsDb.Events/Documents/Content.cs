using PropsDb.Events.Values;

namespace PropsDb.Events.Documents;

/// <param name="Number">Number in the stream of the event that gave the property this value.</param>
public sealed record Property(JsonValue Value, Commit Commit, long Number);

/// <summary>A named, ordered set of properties, with the commit that last changed anything in it.</summary>
public sealed class Collection
{
    // What the members take as compact JSON: each its name, colon, value and one comma.
    private readonly int _memberBytes;

    private Collection(NamedList<Property> properties, int memberBytes, Commit commit, long number) =>
        (Properties, _memberBytes, Commit, Number) = (properties, memberBytes, commit, number);

    public static Collection Empty { get; } = new(NamedList<Property>.Empty, 0, Commit.None, 0);

    public NamedList<Property> Properties { get; }
    public Commit Commit { get; }

    /// <summary>Number in the stream of the event that last touched the collection.</summary>
    public long Number { get; }

    /// <summary>Bytes of the collection as a compact JSON object.</summary>
    public int Bytes => Properties.Count == 0 ? 2 : _memberBytes + 1;

    public Collection With(string name, Property property)
    {
        var old = Properties[name];
        var bytes = _memberBytes + property.Value.Utf8.Length - (old is null ? -MemberOverhead(name) : old.Value.Utf8.Length);
        return new(Properties.With(name, property), bytes, Commit, Number);
    }

    public Collection Without(string name) => Properties[name] is { } old
        ? new(Properties.Without(name), _memberBytes - old.Value.Utf8.Length - MemberOverhead(name), Commit, Number)
        : this;

    public Collection InOrder(IEnumerable<string> names) => new(Properties.InOrder(names), _memberBytes, Commit, Number);

    public Collection TouchedBy(Commit commit, long number) => new(Properties, _memberBytes, commit, number);

    public static Collection From(IEnumerable<KeyValuePair<string, Property>> properties, Commit commit, long number)
    {
        var list = NamedList<Property>.From(properties);
        return new(list, list.Sum(p => p.Value.Value.Utf8.Length + MemberOverhead(p.Key)), commit, number);
    }

    internal static int MemberOverhead(string name) => JsonText.QuotedLength(name) + 2;
}

/// <summary>The collections of a document.</summary>
public sealed class Content
{
    private readonly int _memberBytes;

    private Content(NamedList<Collection> collections, int memberBytes, int propertyCount) =>
        (Collections, _memberBytes, PropertyCount) = (collections, memberBytes, propertyCount);

    public static Content Empty { get; } = new(NamedList<Collection>.Empty, 0, 0);

    public NamedList<Collection> Collections { get; }
    public int PropertyCount { get; }

    /// <summary>Bytes of the collections as compact JSON objects in UTF-8: what a document's size means.</summary>
    public int Bytes => Collections.Count == 0 ? 2 : _memberBytes + 1;

    public Collection? this[string collection] => Collections[collection];

    public Property? this[PropertyPath path] => Collections[path.Collection!]?.Properties[path.Property!];

    public bool Holds(PropertyPath path) =>
        path.Collection is null || (path.Property is null ? this[path.Collection] is not null : this[path] is not null);

    public Content With(string name, Collection collection)
    {
        var old = Collections[name];
        return new(
            Collections.With(name, collection),
            _memberBytes + collection.Bytes - (old is null ? -Collection.MemberOverhead(name) : old.Bytes),
            PropertyCount + collection.Properties.Count - (old?.Properties.Count ?? 0));
    }

    public Content Without(string name) => Collections[name] is { } old
        ? new(Collections.Without(name), _memberBytes - old.Bytes - Collection.MemberOverhead(name), PropertyCount - old.Properties.Count)
        : this;

    public Content InOrder(IEnumerable<string> names) => new(Collections.InOrder(names), _memberBytes, PropertyCount);

    public static Content From(IEnumerable<KeyValuePair<string, Collection>> collections)
    {
        var list = NamedList<Collection>.From(collections);
        return new(list, list.Sum(c => c.Value.Bytes + Collection.MemberOverhead(c.Key)), list.Sum(c => c.Value.Properties.Count));
    }
}
