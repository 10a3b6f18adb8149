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
    private readonly Dictionary<string, List<Range>> _places = new(StringComparer.Ordinal);

    public Template(string method, string target, string headers, string body)
    {
        // Places have the width they announce, so the length is known before they are filled.
        var filled = Places(body, new(StringComparer.Ordinal));
        var length = body.Length == 0 && method is "GET" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(filled)}\r\n");
        _bytes = Encoding.UTF8.GetBytes(Places($"{method} {target} HTTP/1.1\r\nHost: bench\r\n{headers}{length}\r\n{body}", _places));
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Zeros before it.</summary>
    public void Digits(string place, long number)
    {
        foreach (var range in _places[place])
        {
            var at = _bytes.AsSpan(range);
            var left = number;
            for (var i = at.Length - 1; i >= 0; i--, left /= 10) at[i] = (byte)('0' + left % 10);
        }
    }

    /// <summary>Blanks before it and quotes around it, as in the value of a header.</summary>
    public void Quoted(string place, long number)
    {
        Span<byte> text = stackalloc byte[24];
        Utf8Formatter.TryFormat(number, text[1..], out var length);
        (text[0], text[length + 1]) = ((byte)'"', (byte)'"');
        foreach (var range in _places[place])
        {
            var at = _bytes.AsSpan(range);
            at[..^(length + 2)].Fill((byte)' ');
            text[..(length + 2)].CopyTo(at[^(length + 2)..]);
        }
    }

    public void Text(string place, ReadOnlySpan<byte> text)
    {
        foreach (var range in _places[place]) text.CopyTo(_bytes.AsSpan(range));
    }

    private static string Places(string text, Dictionary<string, List<Range>> places)
    {
        var filled = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var colon = text[at] == '{' ? text.IndexOf(':', at) : -1;
            if (colon > at + 1 && text[(at + 1)..colon].All(char.IsLetterOrDigit) && text.IndexOf('}', at) is var end
                && int.TryParse(text.AsSpan(colon + 1, Math.Max(0, end - colon - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var width))
            {
                var name = text[(at + 1)..colon];
                if (!places.TryGetValue(name, out var same)) places[name] = same = [];
                same.Add(filled.Length..(filled.Length + width));       // all of it is ASCII
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
