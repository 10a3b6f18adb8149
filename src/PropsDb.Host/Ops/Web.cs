using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Host.Legacy;

namespace PropsDb.Host.Ops;

/// <summary>The web server's own limits, and what every request passes on its way.</summary>
public static class Web
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static void Configure(WebApplicationBuilder builder, Settings settings)
    {
        var hasEndpoints = builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!hasEndpoints) builder.WebHost.UseUrls(Urls(builder.Configuration["urls"], settings));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Endpoints in the configuration make Kestrel ignore URLs, and the other way round.
            if (hasEndpoints && settings.MetricsPort is { } port) kestrel.Listen(IPAddress.Parse(settings.MetricsAddress), port);
            kestrel.AddServerHeader = false;
            // The server counts a body's chunks with their framing, up to 6 bytes for one; the exact limit is kept where the body is read.
            kestrel.Limits.MaxRequestBodySize = 6L * settings.Limits.MaxRequestBytes + 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 20_000;
        });
        builder.Services.AddRouting();
        builder.Services.AddOrigins(settings);
        builder.Services.AddSingleton<RateLimiting>();
        builder.Services.AddHealth();
        builder.Services.AddMetrics();
    }

    private static string[] Urls(string? configured, Settings settings)
    {
        var urls = (string.IsNullOrWhiteSpace(configured) ? DefaultUrl : configured).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return settings.MetricsPort is { } port ? [.. urls, $"http://{new IPEndPoint(IPAddress.Parse(settings.MetricsAddress), port)}"] : urls;
    }

    public static void Use(WebApplication app)
    {
        UseProxies(app);
        app.UseRequestIds();
        app.UseAccessLog();
        app.UseResponseHeaders();
        app.UseOrigins();
        app.UseProblems();
        app.UseLegacyErrors();
        app.UseFraming();
        app.UseMetricsPort();
        app.UseFailedSignInLimit();
        app.UseAddressing();
        app.MapWhen(IsOfApi, api =>
        {
            // All that serves these requests lives as long as the application: none has services of its own.
            api.Use((http, next) =>
            {
                http.RequestServices = app.Services;
                return next(http);
            });
            api.UseIdempotency();
            api.UseAccessGate();
            api.UseRateLimits();
            api.Run(Routes.Dispatch);
        });
        app.UseRouting();
    }

    // Its routes are its own: the server's routing cannot tell their names apart. The hub alone is found by that.
    private static bool IsOfApi(HttpContext http) => http.Features.Get<Address>()?.Api is { } api && api is not ["_live", ..];

    // Off, a client could claim any address and scheme; on, only the listed proxies can.
    private static void UseProxies(WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<Settings>().TrustedProxies;
        if (proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address)) options.KnownProxies.Add(address);
            else options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
        app.UseForwardedHeaders(options);
    }
}
