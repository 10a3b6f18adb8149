using System.Security.Cryptography;

namespace PropsDb.Host.Http;

/// <summary>Every answer and every log line of a request carries one id: the client's own if it sent a usable one.</summary>
public static class RequestIds
{
    private const int MaxLength = 128;

    public static string Of(HttpContext http) => http.TraceIdentifier;

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        http.TraceIdentifier = http.Request.Headers["X-Request-Id"] is [{ } sent] && IsUsable(sent)
            ? sent
            : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("PropsDb.Host.Requests");
        using (log.BeginScope(new Dictionary<string, object>(StringComparer.Ordinal) { ["request_id"] = http.TraceIdentifier }))
            await next(http);
    });

    private static bool IsUsable(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
