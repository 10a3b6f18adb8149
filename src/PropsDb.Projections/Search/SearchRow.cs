using System.Text;
using PropsDb.Events.Documents;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>One document as the index holds it.</summary>
internal sealed record SearchRow(DocumentKey Key, Document Document)
{
    /// <summary>Raised when rows of the same document come out otherwise: every row is made anew then.</summary>
    public const int Format = 3;

    /// <summary>Beyond so many, values of a document are looked at and not looked up.</summary>
    public const int MaxValueTerms = 20_000;

    /// <summary>So many different words of a document are found, the first ones.</summary>
    public const int MaxWords = 10_000;

    // A property's value of more words is found by its words and looked at.
    private const int FewWords = 4;

    /// <summary>The one word of a text; null: it has none, or several, which others may have as well.</summary>
    public static string? OnlyWord(JsonValue text) => Words.Of(text.AsText()) is [var only] ? only : null;

    // About how many a property has.
    private const int TermsOfOne = 4;

    private readonly HashSet<long> _terms = new(TermsOfOne * Document.Content.PropertyCount);

    public string Content { get; private init; } = "{}";
    public string Searchable { get; private init; } = "{}";
    public string NameWords { get; private init; } = "";
    public int WordCount { get; private set; }
    public string Texts { get; private set; } = "";
    public IReadOnlyCollection<long> Terms => _terms;
    public bool IsWhole { get; private set; } = true;

    /// <summary>About how many bytes it takes.</summary>
    public int Bytes => Content.Length + Searchable.Length + Texts.Length + (8 * _terms.Count);

    public static SearchRow Of(DocumentKey key, Document document)
    {
        var content = WrittenForm(document.Content);
        if (!document.Exists) return new SearchRow(key, document) { Content = content };
        var searchable = Events.Search.Searchable.Of(document.Content);
        var row = new SearchRow(key, document) { Content = content, Searchable = IsAllOf(document.Content, searchable) ? content : Text(searchable), NameWords = $" {string.Join(' ', Words.Of(key.Name))} " };
        var space = new TermSpace(key.App, key.Tier, remembers: true);
        if (key.Owner is { } owner) row._terms.Add(space.Owner(owner));
        row.AddWords(space, searchable);
        var limit = row._terms.Count + MaxValueTerms;
        foreach (var (name, collection) in searchable.Members)
        {
            var pointer = "/" + JsonPointer.Escape(name);
            row._terms.Add(space.Kind(pointer, JsonKind.Object));
            foreach (var (property, value) in collection.Members) row.AddValues(space, $"{pointer}/{JsonPointer.Escape(property)}", value, limit, isOwn: true);
        }
        return row;
    }

    public static string WrittenForm(Content content) => Text(JsonValue.Object(content.Collections.Select(c => new JsonMember(c.Key,
        JsonValue.Object(c.Value.Properties.Select(p => new JsonMember(p.Key, p.Value.Value)))))));

    // As ToString does, in a buffer that is there already.
    private static string Text(JsonValue value)
    {
        var text = ThreadBuffer.Empty();
        value.WriteTo(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static bool IsAllOf(Content content, JsonValue searchable) => content.Collections.Zip(searchable.Members).All(c =>
        c.First.Value.Properties.Count == c.Second.Value.Members.Count
        && c.First.Value.Properties.Zip(c.Second.Value.Members).All(p => ReferenceEquals(p.First.Value.Value, p.Second.Value)));

    private void AddWords(TermSpace space, JsonValue searchable)
    {
        var (words, lines) = (0, new List<string>());
        foreach (var line in TextLine.Of(Key.Name, searchable))
        {
            foreach (var word in line.Words) if (_terms.Add(space.Word(word))) words++;
            if (words > MaxWords)
            {
                IsWhole = false;
                break;
            }
            WordCount += line.Words.Count;
            lines.Add(line.Text);
            if (line is not { Property: { } property, IsValue: true }) continue;
            if (line.Words.Count > FewWords) _terms.Add(space.SaysMuch(property));
            else foreach (var word in line.Words) _terms.Add(space.Says(property, word));
        }
        Texts = string.Join('\n', lines);
        foreach (var (_, properties) in searchable.Members)
        {
            foreach (var (property, value) in properties.Members)
            {
                _terms.Add(space.Property(property, value.Kind));
                if (IsSaid(value)) _terms.Add(space.Says(property, value));
                foreach (var item in value.Items.Where(IsSaid).Take(MaxWords)) _terms.Add(space.Says(property, item));
            }
        }
    }

    private static bool IsSaid(JsonValue value) => value.Kind is JsonKind.Null or JsonKind.Boolean or JsonKind.Number;

    /// <summary>Whether a property's own value has the terms of what it says, and needs none beside them.</summary>
    public static bool IsFoundByName(JsonValue value) => IsSaid(value) || (value.Kind == JsonKind.String && OnlyWord(value) is not null);

    private void AddValues(TermSpace space, string pointer, JsonValue value, int limit, bool isOwn = false)
    {
        if (!IsWhole || (IsWhole = _terms.Count < limit) is false) return;
        if (!isOwn) _terms.Add(space.Kind(pointer, value.Kind));
        switch (value.Kind)
        {
            case JsonKind.Object:
                foreach (var (name, member) in value.Members) AddValues(space, $"{pointer}/{JsonPointer.Escape(name)}", member, limit);
                break;
            case JsonKind.Array:
                for (var i = 0; i < value.Items.Count && IsWhole; i++)
                {
                    if (value.Items[i].Kind < JsonKind.Array) _terms.Add(space.Item(pointer, value.Items[i]));
                    AddValues(space, $"{pointer}/{i}", value.Items[i], limit);
                }
                break;
            default:
                // Most values are a property's own: those are found by its name.
                if (!isOwn || !IsFoundByName(value)) _terms.Add(space.Value(pointer, value));
                break;
        }
    }
}
