using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>Which documents are meant: a tree of conditions, each true or false of every document.</summary>
public abstract record Filter
{
    public static Filter Everything { get; } = new All([]);

    /// <summary>Every one of these holds; of none at all: everything.</summary>
    public sealed record All(IReadOnlyList<Filter> Of) : Filter;

    /// <summary>At least one of these holds.</summary>
    public sealed record Any(IReadOnlyList<Filter> Of) : Filter;

    public sealed record Not(Filter Of) : Filter;

    /// <summary>A condition on what stands at a path. Where nothing stands there, none but <see cref="Comparison.NotEqual"/> holds.</summary>
    public sealed record AtPath(JsonPointer Path, Comparison Comparison, JsonValue Operand) : Filter;

    public sealed record OfField(DocumentField Field, Comparison Comparison, JsonValue Operand) : Filter;
}

/// <summary>What is known of a document beside its content.</summary>
public enum DocumentField { Name, Owner, Version, UpdatedAt, CreatedAt }

public enum Comparison { Equal, NotEqual, Less, AtMost, Greater, AtLeast, In, Contains, Exists, StartsWith }

/// <summary>A document as filters and sorts see it.</summary>
/// <param name="At">What stands at a path, as it can be asked for: see <see cref="Searchable"/>; null: nothing.</param>
public sealed record Subject(string Name, string? Owner, long Version, DateTimeOffset UpdatedAt, DateTimeOffset CreatedAt, Func<JsonPointer, JsonValue?> At)
{
    public static Subject Of(DocumentKey key, Document document) =>
        new(key.Name, key.Owner, document.Version, document.Updated.At, document.Created.At, path => Searchable.At(document.Content, path));
}
