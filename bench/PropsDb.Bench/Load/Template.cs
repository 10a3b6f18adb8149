using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PropsDb.Bench.Load;

/// <summary>
/// A request, encoded once; what differs from one to the next is written into places of a fixed width. <c>{name:7}</c> in the text is a
/// place of 7 bytes.
/// </summary>
public sealed class Template
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, Range> _places = new(StringComparer.Ordinal);

    public Template(string method, string target, string headers, string body)
    {
        // Places have the width they announce, so the length is known before they are filled.
        var filled = Places(body, 0, new(StringComparer.Ordinal));
        var length = body.Length == 0 && method is "GET" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(filled)}\r\n");
        _bytes = Encoding.UTF8.GetBytes(Places($"{method} {target} HTTP/1.1\r\nHost: bench\r\n{headers}{length}\r\n{body}", 0, _places));
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Zeros before it.</summary>
    public void Digits(string place, long number)
    {
        var at = _bytes.AsSpan(_places[place]);
        for (var i = at.Length - 1; i >= 0; i--, number /= 10) at[i] = (byte)('0' + number % 10);
    }

    /// <summary>Blanks before it, which neither a header's value nor JSON minds.</summary>
    public void Number(string place, long number, bool isQuoted)
    {
        var at = _bytes.AsSpan(_places[place]);
        Span<byte> text = stackalloc byte[24];
        Utf8Formatter.TryFormat(number, text[1..], out var length);
        if (isQuoted) (text[0], text[length + 1]) = ((byte)'"', (byte)'"');
        var written = isQuoted ? text[..(length + 2)] : text[1..(length + 1)];
        at[..^written.Length].Fill((byte)' ');
        written.CopyTo(at[^written.Length..]);
    }

    private static string Places(string text, int from, Dictionary<string, Range> places)
    {
        var filled = new StringBuilder();
        for (var at = from; at < text.Length; at++)
        {
            var colon = text[at] == '{' ? text.IndexOf(':', at) : -1;
            if (colon > at + 1 && text[(at + 1)..colon].All(char.IsLetterOrDigit) && text.IndexOf('}', at) is var end
                && int.TryParse(text.AsSpan(colon + 1, Math.Max(0, end - colon - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var width))
            {
                places[text[(at + 1)..colon]] = filled.Length..(filled.Length + width);     // all of it is ASCII
                filled.Append('0', width);
                at = end;
            }
            else
            {
                filled.Append(text[at]);
            }
        }
        return filled.ToString();
    }
}
