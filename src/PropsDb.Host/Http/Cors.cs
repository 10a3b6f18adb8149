using Microsoft.AspNetCore.Cors.Infrastructure;
using PropsDb.Host.Legacy;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Http;

/// <summary>Which other sites' pages may call the service from a browser: exactly those that the operator lists.</summary>
public static class Cors
{
    private const string WithCookies = "with cookies";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] RequestHeaders =
    [
        "Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Prefer",
        "X-Api-Version", "X-App-ID", "X-App-Key", "X-Change-Message", "X-Request-Id",
        // SignalR's client sends it with its negotiation.
        "X-Requested-With", "X-SignalR-User-Agent",
    ];

    private static readonly string[] AnswerHeaders =
    [
        "ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed", "Preference-Applied", "X-Document-Version", "X-Position", "X-Request-Id",
    ];

    public static void AddOrigins(this IServiceCollection services, Settings settings) => services.AddCors(cors =>
    {
        cors.AddDefaultPolicy(policy => Allow(policy, settings));
        cors.AddPolicy(WithCookies, policy => Allow(policy, settings).AllowCredentials());
    });

    private static CorsPolicyBuilder Allow(CorsPolicyBuilder policy, Settings settings) => policy
        .WithOrigins([.. settings.CorsOrigins])
        .WithMethods(Methods)
        .WithHeaders(RequestHeaders)
        .WithExposedHeaders(AnswerHeaders)
        .SetPreflightMaxAge(TimeSpan.FromHours(1));

    public static IApplicationBuilder UseOrigins(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<Settings>().CorsOrigins;
        // Browsers apply no CORS to WebSockets, but they say whose page opens one.
        app.Use((http, next) => !IsWebSocket(http) || IsWelcome(http, origins) ? next(http)
            : new Problem("forbidden", "Pages of this origin may not connect.").Write(http));
        if (origins.Count == 0) return app;
        // Cookies sign in on the older routes alone.
        return app.UseWhen(LegacyRoutes.AreMeantBy, legacy => legacy.UseCors(WithCookies)).UseWhen(http => !LegacyRoutes.AreMeantBy(http), others => others.UseCors());
    }

    internal static bool IsWebSocket(HttpContext http) =>
        http.Request.Headers.Upgrade is [{ } upgrade] && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase) || http.Request.Method == "CONNECT";

    private static bool IsWelcome(HttpContext http, IReadOnlyList<string> origins) => http.Request.Headers.Origin.ToString() is var origin
        && (origin.Length == 0 || origin == $"{http.Request.Scheme}://{http.Request.Host}" || origins.Contains(origin, StringComparer.OrdinalIgnoreCase));
}
