using PropsDb.Host.Access;
using PropsDb.Host.Http;

namespace PropsDb.Host.Ops;

/// <summary>The web server's own limits, and what every request passes on its way.</summary>
public static class Web
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static void Configure(WebApplicationBuilder builder, Settings settings)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 20_000;
        });
        // Its request lines have query strings, and with them tokens. Said here because appsettings.json is not found from every directory.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Services.AddRouting();
    }

    public static void Use(WebApplication app)
    {
        app.UseRequestIds();
        app.UseResponseHeaders();
        app.UseProblems();
        app.UseFraming();
        app.UseAddressing();
        app.UseRouting();
        app.Use((http, next) => app.Services.GetRequiredService<Idempotency>().Handle(http, next));
        app.UseAccessGate();
    }
}
