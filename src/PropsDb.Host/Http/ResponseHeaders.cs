using PropsDb.Host.Legacy;

namespace PropsDb.Host.Http;

/// <summary>Headers that every answer carries.</summary>
public static class ResponseHeaders
{
    public static void Apply(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers["X-Request-Id"] = RequestIds.Of(http);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        // Over TLS only, which a trusted proxy may have ended; a developer's localhost is not to be locked into it.
        if (http.Request.IsHttps && !string.Equals(http.Request.Host.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            headers.StrictTransportSecurity = "max-age=31536000";
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            headers.Vary = LegacyRoutes.AreMeantBy(http) ? "Authorization, Cookie" : "Authorization, X-App-Key, X-App-ID, Accept, Prefer";
    }

    public static IApplicationBuilder UseResponseHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        Apply(http);
        return next(http);
    });
}
