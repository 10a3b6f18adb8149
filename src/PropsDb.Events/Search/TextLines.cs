using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>A name or a text of a document, as words.</summary>
/// <param name="Collection">Where it is; null: it is the document's own name.</param>
/// <param name="Property">The property whose value has the text, or whose name it is; null: the name of the collection.</param>
public readonly record struct TextLine(string? Collection, string? Property, bool IsValue, IReadOnlyList<string> Words)
{
    public const char Separator = '\t';

    /// <summary>What a line of a place begins with: no name has a control character.</summary>
    public static string Place(string collection, string property) => string.Concat("v", Separator, collection, Separator, property, Separator);

    /// <summary>The words between blanks, so that a sequence of whole words is a part of the text.</summary>
    public string Text => $"{(IsValue ? 'v' : Collection is null ? 'd' : Property is null ? 'c' : 'p')}{Separator}{Collection}{Separator}{Property}{Separator} {string.Join(' ', Words)} ";

    /// <summary>All names and texts of a document.</summary>
    /// <param name="content">As <see cref="Searchable.Of(Content)"/> makes it.</param>
    public static IEnumerable<TextLine> Of(string name, JsonValue content)
    {
        yield return new(null, null, false, Search.Words.Of(name));
        foreach (var (collection, properties) in content.Members)
        {
            yield return new(collection, null, false, Search.Words.Of(collection));
            foreach (var (property, value) in properties.Members)
            {
                yield return new(collection, property, false, Search.Words.Of(property));
                foreach (var text in Texts(value)) yield return new(collection, property, true, Search.Words.Of(text));
            }
        }
    }

    private static IEnumerable<string> Texts(JsonValue value) => value.Kind switch
    {
        JsonKind.String => [value.AsText()],
        JsonKind.Array => value.Items.SelectMany(Texts),
        JsonKind.Object => value.Members.SelectMany(m => Texts(m.Value)),
        _ => [],
    };
}
