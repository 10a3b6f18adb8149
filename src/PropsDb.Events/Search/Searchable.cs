using System.Numerics;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>
/// What of a document can be asked for: its collections as one JSON object. PostgreSQL's jsonb cannot hold U+0000, nor numbers however
/// small: they are left out here, and with them nothing else. In an array their place holds null, so that the other indexes stay.
/// </summary>
public static class Searchable
{
    /// <summary>Decimal places beyond which a number is left out.</summary>
    public const int MaxPlaces = 1_000;

    public static JsonValue Of(Content content) => JsonValue.Object(content.Collections.Select(c => new JsonMember(c.Key, Of(c.Value))));

    private static JsonValue Of(Collection collection) =>
        JsonValue.Object(collection.Properties.Select(p => (p.Key, Value: Of(p.Value.Value))).Where(p => p.Value is not null).Select(p => new JsonMember(p.Key, p.Value!)));

    /// <summary>A value as it can be compared; null: not at all.</summary>
    public static JsonValue? Of(JsonValue value) => value.Kind switch
    {
        JsonKind.String => Holds(value) ? value : null,
        JsonKind.Number => Number(value),
        JsonKind.Array or JsonKind.Object when IsWhole(value.Utf8.Span) => value,
        JsonKind.Array => JsonValue.Array(value.Items.Select(i => Of(i) ?? JsonValue.Null)),
        JsonKind.Object => JsonValue.Object(value.Members.Where(m => !m.Name.Contains('\0', StringComparison.Ordinal))
            .Select(m => (m.Name, Value: Of(m.Value))).Where(m => m.Value is not null).Select(m => new JsonMember(m.Name, m.Value!))),
        _ => value,
    };

    // Without exponents and U+0000 there is nothing to leave out. What looks like either inside a text is only looked at longer.
    private static bool IsWhole(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("\\u0000"u8) >= 0) return false;
        for (int at = 0, next; (next = text[at..].IndexOfAny((byte)'e', (byte)'E')) >= 0; at += next + 1)
            if (at + next > 0 && char.IsAsciiDigit((char)text[at + next - 1])) return false;
        return true;
    }

    private static bool Holds(JsonValue text) => text.Utf8.Span.IndexOf("\\u0000"u8) < 0 || !text.AsText().Contains('\0', StringComparison.Ordinal);

    // Exponents may have any length, also where the number is zero.
    private static JsonValue? Number(JsonValue number)
    {
        var text = number.Utf8.Span;
        if (text.IndexOfAny((byte)'e', (byte)'E') < 0) return number;
        var canonical = JsonNumber.Canonical(text, out var exponent);
        return exponent < new BigInteger(-MaxPlaces) ? null : JsonValue.FromChecked(canonical);
    }

    /// <summary>What stands at a pointer that has at least one token, without a look at the rest.</summary>
    public static JsonValue? At(Content content, JsonPointer pointer) => pointer.Tokens switch
    {
        [var collection] => content[collection] is { } found ? Of(found) : null,
        [var collection, var property, ..] => content[collection]?.Properties[property] is { } found ? Of(found.Value)?.At(new JsonPointer(pointer.Tokens[2..])) : null,
        _ => Of(content),
    };

    /// <summary>What stands at a pointer; indexes of arrays as RFC 6901 spells them.</summary>
    public static JsonValue? At(this JsonValue value, JsonPointer pointer)
    {
        var at = value;
        foreach (var token in pointer.Tokens)
        {
            var next = at.Kind == JsonKind.Array
                ? JsonPointer.TryIndex(token, out var index) && index < at.Items.Count ? at.Items[index] : null
                : at.Member(token);
            if (next is null) return null;
            at = next;
        }
        return at;
    }
}
