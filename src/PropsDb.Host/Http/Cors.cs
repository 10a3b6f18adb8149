using PropsDb.Host.Ops;

namespace PropsDb.Host.Http;

/// <summary>Which other sites' pages may call the service from a browser: exactly those that the operator lists.</summary>
public static class Cors
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] RequestHeaders =
    [
        "Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Prefer",
        "X-App-ID", "X-App-Key", "X-Change-Message", "X-Request-Id",
        // SignalR's client sends it with its negotiation.
        "X-Requested-With", "X-SignalR-User-Agent",
    ];

    private static readonly string[] AnswerHeaders =
    [
        "ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed", "Preference-Applied", "X-Position", "X-Request-Id",
    ];

    public static void AddOrigins(this IServiceCollection services, Settings settings) => services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .WithOrigins([.. settings.CorsOrigins])
        .WithMethods(Methods)
        .WithHeaders(RequestHeaders)
        .WithExposedHeaders(AnswerHeaders)
        .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    public static IApplicationBuilder UseOrigins(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<Settings>().CorsOrigins;
        // Browsers apply no CORS to WebSockets, but they say whose page opens one.
        app.Use((http, next) => !IsWebSocket(http) || IsWelcome(http, origins) ? next(http)
            : new Problem("forbidden", "Pages of this origin may not connect.").Write(http));
        return origins.Count == 0 ? app : app.UseCors();
    }

    private static bool IsWebSocket(HttpContext http) =>
        http.Request.Headers.Upgrade is [{ } upgrade] && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase) || http.Request.Method == "CONNECT";

    private static bool IsWelcome(HttpContext http, IReadOnlyList<string> origins) => http.Request.Headers.Origin.ToString() is var origin
        && (origin.Length == 0 || origin == $"{http.Request.Scheme}://{http.Request.Host}" || origins.Contains(origin, StringComparer.OrdinalIgnoreCase));
}
