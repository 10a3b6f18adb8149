using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>A place of a document that a search has found, and what stands there.</summary>
public sealed record Snippet(string Path, string Text);

/// <summary>Shows why a document was found: the names and values that its terms hit.</summary>
public static class Snippets
{
    private const int Most = 3;
    private const int Around = 60;
    private const int Longest = 160;

    /// <param name="content">As <see cref="Searchable.Of(Documents.Content)"/> makes it.</param>
    public static IReadOnlyList<Snippet> Of(SearchQuery query, string? collection, string name, JsonValue content)
    {
        var terms = query.Terms.Where(t => !t.IsNegated).ToList();
        return [.. Places(name, content).Where(p => collection is null || p.Collection == collection)
            .Select(p => terms.Find(t => Hits(t, p)) is { } hit ? new Snippet(p.Path.ToString(), Cut(p.Text, hit)) : null).OfType<Snippet>().Take(Most)];
    }

    /// <param name="Property">The property whose value it is in; null: it is a name.</param>
    private readonly record struct FoundPlace(JsonPointer Path, string Text, string? Collection, string? Property, JsonValue? Value);

    private static IEnumerable<FoundPlace> Places(string name, JsonValue content)
    {
        yield return new(JsonPointer.Root, name, null, null, null);
        foreach (var (collection, properties) in content.Members)
        {
            var at = JsonPointer.Root.Then(collection);
            yield return new(at, collection, collection, null, null);
            foreach (var (property, value) in properties.Members)
            {
                yield return new(at.Then(property), property, collection, null, null);
                foreach (var (path, scalar) in Scalars(at.Then(property), value))
                    yield return new(path, scalar.Kind == JsonKind.String ? scalar.AsText() : scalar.ToString(), collection, property, scalar);
            }
        }
    }

    private static IEnumerable<(JsonPointer Path, JsonValue Scalar)> Scalars(JsonPointer path, JsonValue value) => value.Kind switch
    {
        JsonKind.Object => value.Members.SelectMany(m => Scalars(path.Then(m.Name), m.Value)),
        JsonKind.Array => value.Items.SelectMany((item, i) => Scalars(path.Then(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), item)),
        _ => [(path, value)],
    };

    private static bool Hits(SearchTerm term, FoundPlace place) => term switch
    {
        SearchTerm.Phrase(var words, _) => place.Value is null or { Kind: JsonKind.String } && Holds(place.Text, words),
        SearchTerm.Has(var property, _) => place.Property == property,
        SearchTerm.Says(var property, var words, var scalar, _) => place.Property == property
            && (place.Value!.Equals(scalar) || (place.Value.Kind == JsonKind.String && Holds(place.Text, words))),
        SearchTerm.Compares(var property, _, var operand, _) => place.Property == property && place.Value!.Kind == operand.Kind,
        _ => false,
    };

    /// <summary>Whether the words stand in a text one after the other.</summary>
    public static bool Holds(string text, IReadOnlyList<string> words) =>
        $" {string.Join(' ', Words.Of(text))} ".Contains($" {string.Join(' ', words)} ", StringComparison.Ordinal);

    private static string Cut(string text, SearchTerm term)
    {
        if (text.Length <= Longest) return text;
        var word = term switch { SearchTerm.Phrase p => p.Words[0], SearchTerm.Says s => s.Words[0], _ => "" };
        var from = Math.Max(0, text.IndexOf(word, StringComparison.OrdinalIgnoreCase) - Around);
        var to = Math.Min(text.Length, from + Longest);
        if (from > 0 && char.IsLowSurrogate(text[from])) from++;
        if (to < text.Length && char.IsHighSurrogate(text[to - 1])) to--;
        return $"{(from > 0 ? "…" : "")}{text[from..to]}{(to < text.Length ? "…" : "")}";
    }
}
