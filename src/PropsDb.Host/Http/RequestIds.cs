using System.Collections;
using System.Security.Cryptography;

namespace PropsDb.Host.Http;

/// <summary>Every answer and every log line of a request carries one id: the client's own if it sent a usable one.</summary>
public static class RequestIds
{
    private const int MaxLength = 128;

    // An id is unique and no secret: the start of the process by chance, and a count.
    private static readonly string s_process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));
    private static long s_count;

    public static string Of(HttpContext http) => http.TraceIdentifier;

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("PropsDb.Host.Requests");
        return app.Use(async (http, next) =>
        {
            http.TraceIdentifier = http.Request.Headers["X-Request-Id"] is [{ } sent] && IsUsable(sent)
                ? sent
                : $"{s_process}{Interlocked.Increment(ref s_count):x12}";
            using (log.BeginScope(new Scope(http.TraceIdentifier))) await next(http);
        });
    }

    // What the log's formatters take from a scope, without a dictionary for each request.
    private sealed class Scope(string id) : IReadOnlyList<KeyValuePair<string, object>>
    {
        public int Count => 1;
        public KeyValuePair<string, object> this[int index] => new("request_id", id);
        public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => Enumerable.Repeat(this[0], 1).GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        public override string ToString() => $"request {id}";
    }

    private static bool IsUsable(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
