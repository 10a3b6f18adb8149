using Microsoft.Net.Http.Headers;

namespace PropsDb.Host.Http;

/// <summary>Conditional reads: whether the client has what it would be sent.</summary>
public static class Conditions
{
    public static bool IsFresh(HttpRequest request, string etag)
    {
        if (!request.Headers.TryGetValue("If-None-Match", out var header)) return false;
        if (header is ["*"]) return true;
        if (!EntityTagHeaderValue.TryParseList(header, out var tags)) return false;
        // Reads compare weakly: a proxy that compressed the answer has made the tag weak.
        return tags.Any(t => t.Tag.Equals(etag, StringComparison.Ordinal));
    }
}
