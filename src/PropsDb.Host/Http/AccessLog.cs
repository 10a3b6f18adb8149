using System.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using PropsDb.Host.Access;

namespace PropsDb.Host.Http;

/// <summary>One line for each request: never its path or query, which hold names and whatever a client puts there.</summary>
public static partial class AccessLog
{
    public const string Category = "PropsDb.Host.Access";

    public static IApplicationBuilder UseAccessLog(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        return !log.IsEnabled(LogLevel.Information) ? app : app.Use(async (http, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await next(http);
            }
            finally
            {
                Answered(log, Method(http.Request.Method), RouteOf(http), http.Response.StatusCode,
                    Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 3), (http.Features.Get<Admission>()?.App ?? http.Features.Get<AppAdmission>()?.App)?.Id);
            }
        });
    }

    /// <summary>The pattern that the request matched.</summary>
    public static string RouteOf(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route ?? "none";

    // A method is the client's text like any other; only those that mean something are written down.
    private static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" => method,
        _ => "other",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} {Status} in {Milliseconds} ms, app {App}")]
    private static partial void Answered(ILogger log, string method, string route, int status, double milliseconds, string? app);
}
