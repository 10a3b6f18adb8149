using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PropsDb.Events.Values;

/// <summary>
/// The door for JSON bytes: after <see cref="Check"/> a text is valid UTF-8 and RFC 8259, has no duplicate member names, no lone
/// surrogates and no number out of range, so everything behind it may read without looking again. System.Text.Json alone accepts
/// lone surrogates and invalid UTF-8 when parsing and throws later.
/// </summary>
public static class JsonText
{
    public static JsonFault? Check(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        if (!Utf8.IsValid(utf8)) return At(JsonFault.Json("The text is not valid UTF-8."), utf8, FirstInvalid(utf8));
        // The reader's own depth limit is off: its refusal could not be told from malformed JSON.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var names = new MemberNames();
        try
        {
            while (reader.Read())
            {
                var detail = Fault(ref reader, names, maxDepth, out var code);
                if (detail is not null) return At(new JsonFault(code, detail), utf8, (int)reader.TokenStartIndex);
            }
            return null;
        }
        catch (JsonException e)
        {
            return At(JsonFault.Json("The text is not JSON as RFC 8259 defines it."), utf8, OffsetOf(utf8, (int)(e.LineNumber ?? 0)) + (int)(e.BytePositionInLine ?? 0));
        }
    }

    private static string? Fault(ref Utf8JsonReader reader, MemberNames names, int maxDepth, out string code)
    {
        code = "invalid_json";
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= maxDepth:
                code = "invalid_value";
                return $"The nesting is deeper than {maxDepth} levels.";
            case JsonTokenType.StartObject:
                names.Open();
                return null;
            case JsonTokenType.EndObject:
                names.Close();
                return null;
            case JsonTokenType.String:
                return reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan) ? "A string has a lone surrogate." : null;
            case JsonTokenType.PropertyName:
                if (reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan)) return "A member name has a lone surrogate.";
                return names.Add(ref reader) ? null : "An object has two members of one name.";
            case JsonTokenType.Number:
                code = "invalid_value";
                return JsonNumber.Fault(reader.ValueSpan);
            default:
                return null;
        }
    }

    private static JsonFault At(JsonFault fault, ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..Math.Min(offset, utf8.Length)];
        return fault with { Line = before.Count((byte)'\n') + 1, Column = offset - before.LastIndexOf((byte)'\n'), Offset = offset };
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == OperationStatus.Done) at += length;
        return at;
    }

    private static int OffsetOf(ReadOnlySpan<byte> utf8, int line)
    {
        var at = 0;
        for (; line > 0; line--) at += utf8[at..].IndexOf((byte)'\n') + 1;
        return at;
    }

    // The reader has already checked that every escape is well formed; only the pairing is left to see.
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> escaped)
    {
        for (var i = escaped.IndexOf((byte)'\\'); i < escaped.Length; i++)
        {
            if (escaped[i] != '\\') continue;
            if (escaped[++i] != 'u') continue;
            var unit = Hex(escaped.Slice(i + 1, 4));
            i += 4;
            if (!char.IsSurrogate((char)unit)) continue;
            if (!char.IsHighSurrogate((char)unit) || i + 6 >= escaped.Length || escaped[i + 1] != '\\' || escaped[i + 2] != 'u') return true;
            if (!char.IsLowSurrogate((char)Hex(escaped.Slice(i + 3, 4)))) return true;
            i += 6;
        }
        return false;
    }

    private static int Hex(ReadOnlySpan<byte> four) =>
        (Convert.FromHexString(Encoding.ASCII.GetString(four)) is [var high, var low]) ? (high << 8) | low : 0;

    /// <summary>The text without insignificant white space; spelling of numbers and strings stays. Expects checked JSON.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        var compact = new byte[utf8.Length];
        var inString = false;
        for (var i = 0; i < utf8.Length; i++)
        {
            var c = utf8[i];
            if (inString)
            {
                compact[length++] = c;
                if (c == '\\') compact[length++] = utf8[++i];
                else if (c == '"') inString = false;
            }
            else if (c is not ((byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                compact[length++] = c;
                inString = c == '"';
            }
        }
        return length == compact.Length ? compact : compact[..length];
    }

    /// <summary>A string as a JSON string in UTF-8, with only those characters escaped that RFC 8259 wants escaped.</summary>
    public static byte[] Quote(string text)
    {
        var quoted = new byte[QuotedLength(text)];
        Quote(text, quoted);
        return quoted;
    }

    /// <summary>Writes the same.</summary>
    public static void WriteQuoted(IBufferWriter<byte> output, string text) =>
        output.Advance(Quote(text, output.GetSpan((Encoding.UTF8.GetMaxByteCount(text.Length) * 2) + 2)));

    private static int Quote(string text, Span<byte> quoted)
    {
        var at = 0;
        quoted[at++] = (byte)'"';
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= ' ' && text[i] is not ('"' or '\\')) continue;
            at += Encoding.UTF8.GetBytes(text.AsSpan(start, i - start), quoted[at..]);
            at += Encoding.UTF8.GetBytes(text[i] < ' ' ? $"\\u{(int)text[i]:x4}" : $"\\{text[i]}", quoted[at..]);
            start = i + 1;
        }
        at += Encoding.UTF8.GetBytes(text.AsSpan(start), quoted[at..]);
        quoted[at++] = (byte)'"';
        return at;
    }

    /// <summary>How many bytes <see cref="Quote"/> makes of a text.</summary>
    public static int QuotedLength(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text) + 2;
        foreach (var c in text) length += c < ' ' ? 5 : c is '"' or '\\' ? 1 : 0;
        return length;
    }

    /// <summary>The member names seen so far, one set for each open object.</summary>
    private sealed class MemberNames
    {
        private readonly Stack<HashSet<string>?> _open = new();
        private HashSet<string>? _current;

        public void Open()
        {
            _open.Push(_current);
            _current = null;
        }

        public void Close() => _current = _open.Pop();

        public bool Add(ref Utf8JsonReader reader) => (_current ??= new(StringComparer.Ordinal)).Add(reader.GetString()!);
    }
}
