namespace PropsDb.Host.Http;

/// <summary>
/// Refuses requests whose end two servers might see in two places, and with them the connection: behind a proxy, what follows could be
/// taken for another caller's request (RFC 9112, section 11.2).
/// </summary>
public static class Framing
{
    public static IApplicationBuilder UseFraming(this IApplicationBuilder app) => app.Use((http, next) =>
        IsAmbiguous(http.Request.Headers) ? throw new ProblemException(Ambiguous()) : next(http));

    // Kestrel lets Transfer-Encoding win over a Content-Length, which it renames, and takes "chunked" twice.
    private static bool IsAmbiguous(IHeaderDictionary headers) => headers.TransferEncoding.Count > 0
        && (headers.ContainsKey("X-Content-Length") || headers.ContentLength is not null
            || headers.TransferEncoding is not [{ } coding] || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase));

    private static Problem Ambiguous() => new("invalid_header", "A request has either a Content-Length or, once, Transfer-Encoding: chunked.")
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Connection"] = "close" },
    };
}
