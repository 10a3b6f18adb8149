using System.Text;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>
/// Reads the language of searches. <c>query = term *(blank term)</c>, <c>term = ["-"] (text | text ":" test)</c>,
/// <c>test = "*" | [">" | ">=" | "&lt;" | "&lt;="] text</c>, <c>text = quoted | run of characters without blanks</c>; the first colon outside quotes
/// ends the name. In quotes a backslash stands before a quote or a backslash.
/// </summary>
public sealed class SearchParser
{
    public const int MaxLength = 1_000;
    public const int MaxTerms = 32;

    private readonly string _text;
    private int _at;

    private SearchParser(string text) => _text = text;

    public static SearchFault? TryParse(string text, out SearchQuery query)
    {
        query = new SearchQuery([]);
        if (text.Length > MaxLength) return new(MaxLength + 1, $"A search has at most {MaxLength} characters.");
        var parser = new SearchParser(text);
        var terms = new List<SearchTerm>();
        while (parser.SkipBlanks())
        {
            var start = parser._at;
            if (parser.Term(out var term) is { } fault) return fault;
            if (term is not null) terms.Add(term);
            if (terms.Count > MaxTerms) return new(start + 1, $"A search has at most {MaxTerms} terms.");
        }
        if (terms.Count == 0) return new(1, "There is no word to search for: a word has a letter or a digit.");
        query = new SearchQuery(terms);
        return null;
    }

    private bool SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length;
    }

    // A bare run of signs is no word and asks for nothing.
    private SearchFault? Term(out SearchTerm? term)
    {
        term = null;
        var isNegated = _text[_at] == '-' && _at + 1 < _text.Length && !char.IsWhiteSpace(_text[_at + 1]);
        if (isNegated) _at++;
        var start = _at;
        if (Text(stopsAtColon: true, out var name, out _) is { } fault) return fault;
        if (_at < _text.Length && _text[_at] == ':')
        {
            if (name.Length == 0) return new(start + 1, "A colon has the name of a property before it. Put a text that has a colon in quotes.");
            _at++;
            return Test(name, isNegated, out term);
        }
        if (Words.Of(name) is { Count: > 0 } words) term = new SearchTerm.Phrase(words, isNegated);
        return null;
    }

    private SearchFault? Test(string name, bool isNegated, out SearchTerm? term)
    {
        term = null;
        var start = _at;
        var comparison = Sign();
        var valueAt = _at;
        if (Text(stopsAtColon: false, out var text, out var isQuoted) is { } fault) return fault;
        if (_at == valueAt) return new(valueAt + 1, "Behind the colon stands a word, a text in quotes, or *.");
        if (!isQuoted && text == "*" && comparison is null)
        {
            term = new SearchTerm.Has(name, isNegated);
            return null;
        }
        var scalar = isQuoted ? null : Scalar(text);
        if (comparison is { } how)
        {
            term = new SearchTerm.Compares(name, how, scalar is { Kind: JsonKind.Number } ? scalar : JsonValue.Text(text), isNegated);
            return null;
        }
        var words = Words.Of(text);
        if (words.Count == 0) return new(start + 1, "There is no word to search for: a word has a letter or a digit.");
        term = new SearchTerm.Says(name, words, scalar, isNegated);
        return null;
    }

    private Comparison? Sign()
    {
        if (_at >= _text.Length || _text[_at] is not ('<' or '>')) return null;
        var isLess = _text[_at++] == '<';
        var isInclusive = _at < _text.Length && _text[_at] == '=';
        if (isInclusive) _at++;
        return isLess ? (isInclusive ? Comparison.AtMost : Comparison.Less) : isInclusive ? Comparison.AtLeast : Comparison.Greater;
    }

    private SearchFault? Text(bool stopsAtColon, out string text, out bool isQuoted)
    {
        var (start, read) = (_at, new StringBuilder());
        isQuoted = _at < _text.Length && _text[_at] == '"';
        text = "";
        if (!isQuoted)
        {
            while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && !(stopsAtColon && _text[_at] == ':')) _at++;
            text = _text[start.._at];
            return null;
        }
        for (_at++; ; _at++)
        {
            if (_at >= _text.Length) return new(start + 1, "These quotes are not closed.");
            if (_text[_at] == '"') break;
            if (_text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '"' or '\\') _at++;
            read.Append(_text[_at]);
        }
        _at++;
        text = read.ToString();
        return null;
    }

    private static JsonValue? Scalar(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return JsonText.Check(utf8, 0) is null && JsonValue.FromChecked(JsonText.Compact(utf8)) is { Kind: JsonKind.Null or JsonKind.Boolean or JsonKind.Number } scalar
            ? Searchable.Of(scalar) : null;
    }
}
