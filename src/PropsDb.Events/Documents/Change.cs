using PropsDb.Events.Values;

namespace PropsDb.Events.Documents;

/// <summary>What a commit did to one collection or property, as clients see it.</summary>
/// <param name="Op"><c>set</c>, <c>delete</c> or <c>order</c>; the value of an order is the list of names.</param>
/// <param name="Path">A collection or property; for the order of the collections the document.</param>
public sealed record Change(string Op, PropertyPath Path, JsonValue? Value, JsonValue? Previous)
{
    /// <param name="before">The document as it was before the commit.</param>
    public static IEnumerable<Change> Of(Document before, IEnumerable<DocumentEvent> events) => events.SelectMany(e => e switch
    {
        CollectionSet(_, var name, var properties) => [new Change("set", PropertyPath.OfCollection(name), ToJson(properties), null)],
        CollectionDeleted(_, var name, _) => [new Change("delete", PropertyPath.OfCollection(name), null, ToJson(before.Visible[name]))],
        PropertySet(_, var path, var value, _) => [new Change("set", path, value, before.Visible[path]?.Value)],
        PropertyDeleted(_, var path, _) => [new Change("delete", path, null, before.Visible[path]?.Value)],
        CollectionsOrdered(_, var names) => [new Change("order", PropertyPath.Document, ToJson(names), ToJson(before.Visible.Collections.Names))],
        PropertiesOrdered(_, var name, var names) => [new Change("order", PropertyPath.OfCollection(name), ToJson(names), ToJson(before.Visible[name]?.Properties.Names))],
        DocumentDeleted => before.Visible.Collections.Select(c => new Change("delete", PropertyPath.OfCollection(c.Key), null, ToJson(c.Value))),
        DocumentRestored => before.Content.Collections.Select(c => new Change("set", PropertyPath.OfCollection(c.Key), ToJson(c.Value), null)),
        _ => Enumerable.Empty<Change>(),
    });

    /// <summary>The part of the change that lies in a collection or property; null: none of it does.</summary>
    public Change? Within(PropertyPath path)
    {
        if (path.Collection is null || Path == path || (path.Property is null && Path.Collection == path.Collection)) return this;
        if (path.Property is null || Path.Collection != path.Collection || Path.Property is not null || Op == "order") return null;
        var (value, previous) = (Value?.Member(path.Property), Previous?.Member(path.Property));
        return value is null && previous is null && !(Op == "delete" && Previous is null) ? null : new Change(Op, path, value, previous);
    }

    /// <summary>What turns one document into the other, in the terms in which a commit would have done it.</summary>
    public static IEnumerable<Change> Between(DocumentKey key, Document from, Document to)
    {
        var draft = new Draft(from);
        if (to.Exists) draft.SetContent(to.Content.Collections.Select(c =>
            KeyValuePair.Create(c.Key, c.Value.Properties.Select(p => new NamedValue(p.Key, p.Value.Value)))));
        else draft.Delete();
        return Of(from, draft.Events(key));
    }

    private static JsonValue ToJson(IEnumerable<NamedValue> properties) => JsonValue.Object(properties.Select(p => new JsonMember(p.Name, p.Value)));

    private static JsonValue? ToJson(Collection? collection) => collection is null ? null
        : JsonValue.Object(collection.Properties.Select(p => new JsonMember(p.Key, p.Value.Value)));

    private static JsonValue? ToJson(IEnumerable<string>? names) => names is null ? null : JsonValue.Array(names.Select(JsonValue.Text));
}
