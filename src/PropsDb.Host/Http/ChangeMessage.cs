using System.Text;

namespace PropsDb.Host.Http;

/// <summary>The words that a writer leaves with a commit: <c>X-Change-Message</c>, percent-encoded UTF-8.</summary>
public static class ChangeMessage
{
    public const int MaxLength = 500;

    public static string? Of(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("X-Change-Message", out var header)) return null;
        var message = header is [{ } text] ? Decode(text) : null;
        if (message is null) throw Invalid("is percent-encoded UTF-8, once.");
        if (message.EnumerateRunes().Count() > MaxLength) throw Invalid($"has more than {MaxLength} characters.");
        // PostgreSQL's jsonb, in which it is kept, cannot hold U+0000.
        return message.Contains('\0', StringComparison.Ordinal) ? throw Invalid("has the character U+0000.") : message;
    }

    private static string? Decode(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not '%') bytes.AddRange(Encoding.UTF8.GetBytes([text[i]]));
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else return null;
        }
        return System.Text.Unicode.Utf8.IsValid([.. bytes]) ? Encoding.UTF8.GetString([.. bytes]) : null;
    }

    private static ProblemException Invalid(string detail) => new(new Problem("invalid_header", $"X-Change-Message {detail}"));
}
