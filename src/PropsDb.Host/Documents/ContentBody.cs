using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

/// <summary>Reads collections and properties out of a body, in either shape: lists of named entries, or objects by name.</summary>
public static class ContentBody
{
    public static IReadOnlyList<NamedCollection> Collections(JsonValue collections, Limits limits) =>
        [.. Entries(collections, "/collections", "properties").Select(c =>
        {
            Refuse(Names.CollectionFault(c.Name), c.Pointer);
            return new NamedCollection(c.Name, c.Value is null ? [] : Properties(c.Value, c.ValuePointer, limits));
        })];

    public static IReadOnlyList<NamedValue> Properties(JsonValue properties, string pointer, Limits limits) =>
        [.. Entries(properties, pointer, "value").Select(p =>
        {
            Refuse(Names.Fault(p.Name), p.Pointer);
            return new NamedValue(p.Name, Value(p.Value ?? throw Invalid("A property has no value.", p.Pointer), p.ValuePointer, limits));
        })];

    /// <summary>A merge patch on collections: what is wrong with it on any document is refused before one is looked at.</summary>
    public static JsonValue CollectionsPatch(JsonValue patch, Limits limits)
    {
        foreach (var (name, collection, pointer) in Sets(patch, ""))
        {
            Refuse(Names.CollectionFault(name), pointer);
            PropertiesPatch(collection, pointer, limits);
        }
        return patch;
    }

    public static JsonValue PropertiesPatch(JsonValue patch, string pointer, Limits limits)
    {
        foreach (var (name, value, at) in Sets(patch, pointer))
        {
            Refuse(Names.Fault(name), at);
            if (ValueLimits.Fault(value, limits, at) is { } fault) throw new ProblemException(Replies.Of(fault));
        }
        return patch;
    }

    // The members that a merge patch sets; null removes.
    private static IEnumerable<(string Name, JsonValue Value, string Pointer)> Sets(JsonValue patch, string pointer) =>
        patch.Kind != JsonKind.Object ? throw Invalid("A merge patch here is an object.", pointer)
        : patch.Members.Where(m => m.Value.Kind != JsonKind.Null).Select(m => (m.Name, m.Value, $"{pointer}/{JsonPointer.Escape(m.Name)}"));

    public static JsonValue Value(JsonValue value, string pointer, Limits limits) =>
        ValueLimits.Fault(value, limits, pointer) is { } fault ? throw new ProblemException(Replies.Of(fault)) : Own(value);

    // A value that is kept must not keep the whole body it was cut from.
    private static JsonValue Own(JsonValue value) => JsonValue.FromChecked(value.Utf8.ToArray());

    private readonly record struct Entry(string Name, string Pointer, JsonValue? Value, string ValuePointer);

    private static IEnumerable<Entry> Entries(JsonValue json, string pointer, string member)
    {
        if (json.Kind == JsonKind.Object)
        {
            foreach (var (name, value) in json.Members)
            {
                var at = $"{pointer}/{JsonPointer.Escape(name)}";
                yield return new Entry(name, at, value, at);
            }
            yield break;
        }
        if (json.Kind != JsonKind.Array) throw Invalid("This is an object by name, or a list of named entries.", pointer);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < json.Items.Count; i++)
        {
            var at = $"{pointer}/{i}";
            if (json.Items[i].Kind != JsonKind.Object) throw Invalid("An entry of a list is an object.", at);
            if (json.Items[i].Member("name") is not { Kind: JsonKind.String } name) throw Invalid("An entry of a list has a name.", at + "/name");
            if (!seen.Add(name.AsText())) throw Invalid("A name stands twice.", at + "/name");
            yield return new Entry(name.AsText(), at + "/name", json.Items[i].Member(member), $"{at}/{member}");
        }
    }

    private static void Refuse(string? nameFault, string pointer)
    {
        if (nameFault is not null) throw new ProblemException(new Problem("invalid_name", nameFault, [new(pointer, nameFault)]));
    }

    public static ProblemException Invalid(string detail, string pointer) => new(new Problem("invalid_value", detail, [new(pointer, detail)]));
}
