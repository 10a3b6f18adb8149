namespace PropsDb.Events.Values;

/// <summary>A place in a document: the document itself, one collection, or one property.</summary>
public readonly record struct PropertyPath
{
    private PropertyPath(string? collection, string? property) => (Collection, Property) = (collection, property);

    public static PropertyPath Document { get; }

    public string? Collection { get; }
    public string? Property { get; }

    public static PropertyPath OfCollection(string collection) => new(collection, null);
    public static PropertyPath Of(string collection, string property) => new(collection, property);

    /// <summary>Null for good names, else the reason one is refused.</summary>
    public static string? TryCreate(string? collection, string? property, out PropertyPath path)
    {
        path = new(collection, property);
        return (collection is null ? null : Names.CollectionFault(collection)) ?? (property is null ? null : Names.Fault(property));
    }

    /// <summary>The path as it is stored and shown, a JSON pointer of no, one or two tokens.</summary>
    public static PropertyPath Parse(string pointer) =>
        JsonPointer.TryParse(pointer, out var p) && p.Tokens.Length <= 2
            ? new(p.Tokens.Length > 0 ? p.Tokens[0] : null, p.Tokens.Length > 1 ? p.Tokens[1] : null)
            : throw new FormatException($"'{pointer}' is no path of a collection or property.");

    public JsonPointer ToPointer() => new(Collection is null ? [] : Property is null ? [Collection] : [Collection, Property]);

    public override string ToString() => Collection is null ? "" : Property is null
        ? "/" + JsonPointer.Escape(Collection)
        : "/" + JsonPointer.Escape(Collection) + "/" + JsonPointer.Escape(Property);
}
