using System.Collections.Immutable;

namespace PropsDb.Events.Values;

/// <summary>A JSON pointer (RFC 6901): the empty text is the whole, <c>~1</c> stands for <c>/</c> and <c>~0</c> for <c>~</c>.</summary>
public readonly record struct JsonPointer(ImmutableArray<string> Tokens)
{
    public static JsonPointer Root { get; } = new([]);

    public static bool TryParse(string text, out JsonPointer pointer)
    {
        pointer = Root;
        if (text.Length == 0) return true;
        if (text[0] != '/') return false;
        var tokens = text[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            if (!IsWellFormed(tokens[i])) return false;
            tokens[i] = tokens[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }
        pointer = new(ImmutableArray.Create(tokens));
        return true;
    }

    private static bool IsWellFormed(string token)
    {
        for (var i = token.IndexOf('~', StringComparison.Ordinal); i >= 0 && i < token.Length; i++)
            if (token[i] == '~' && (i + 1 == token.Length || token[i + 1] is not ('0' or '1'))) return false;
        return true;
    }

    public JsonPointer Then(string token) => new(Tokens.Add(token));

    public bool StartsWith(JsonPointer prefix) =>
        Tokens.Length >= prefix.Tokens.Length && Tokens.AsSpan()[..prefix.Tokens.Length].SequenceEqual(prefix.Tokens.AsSpan());

    public bool Equals(JsonPointer other) => Tokens.AsSpan().SequenceEqual(other.Tokens.AsSpan());

    public override int GetHashCode() => Tokens.IsEmpty ? 0 : HashCode.Combine(Tokens.Length, string.GetHashCode(Tokens[^1], StringComparison.Ordinal));

    public override string ToString() => string.Concat(Tokens.Select(t => "/" + Escape(t)));

    private const int MaxShown = 80;

    /// <summary>A pointer in a sentence: a long one is cut, so that no answer is as long as what was sent.</summary>
    public static string Shown(string pointer)
    {
        if (pointer.Length <= MaxShown) return pointer;
        var length = char.IsHighSurrogate(pointer[MaxShown - 1]) ? MaxShown - 1 : MaxShown;
        return pointer[..length] + "…";
    }

    /// <summary>The pointer itself, or the nearest place around it that can be named shortly.</summary>
    public static string Nearest(string pointer) =>
        pointer.Length <= MaxShown ? pointer : pointer[..pointer.LastIndexOf('/', MaxShown)];

    public static string Escape(string token) =>
        token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>An array index as RFC 6901 spells one: digits without a leading zero.</summary>
    public static bool TryIndex(string token, out int index)
    {
        index = 0;
        return token.Length is > 0 and <= 9 && (token.Length == 1 || token[0] != '0') && token.All(char.IsAsciiDigit)
            && int.TryParse(token, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out index);
    }
}
