using OpenTelemetry.Metrics;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Ops;

/// <summary>
/// <c>/metrics</c> in Prometheus's format, for whoever runs the service: on the public port with a service administrator's token, on a
/// port of its own without.
/// </summary>
public static class Metrics
{
    public static ServiceRoute Route { get; } = new("/metrics", "getMetrics", "Metrics for Prometheus; for the service's administrators.", Handle)
    {
        MediaType = "text/plain",
        Problems = ["unauthenticated", "forbidden"],
    };

    public static void AddMetrics(this IServiceCollection services) => services.AddSingleton<Scrape>().AddOpenTelemetry().WithMetrics(metrics => metrics
        .AddMeter(Measures.MeterName, "Npgsql", "System.Runtime")
        .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
        .AddPrometheusExporter());

    /// <summary>Nothing but the metrics is answered on their own port.</summary>
    public static IApplicationBuilder UseMetricsPort(this IApplicationBuilder app)
    {
        var port = app.ApplicationServices.GetRequiredService<Settings>().MetricsPort;
        return port is null ? app : app.Use((http, next) =>
            http.Connection.LocalPort != port || http.Request.Path == Route.Pattern ? next(http) : throw new ProblemException(Problem.NotFound()));
    }

    private static async Task Handle(HttpContext http)
    {
        if (http.Connection.LocalPort != http.RequestServices.GetRequiredService<Settings>().MetricsPort)
        {
            var caller = await Callers.Of(http);
            if (!caller.IsSignedIn) throw new ProblemException(new Problem("unauthenticated", "Sign in as an administrator of the service."));
            if (!caller.IsServiceAdmin) throw new ProblemException(new Problem("forbidden", "Metrics are for administrators of the service."));
        }
        await http.RequestServices.GetRequiredService<Scrape>().Answer(http);
    }

    // The exporter comes as a middleware only.
    private sealed class Scrape(IServiceProvider services)
    {
        public RequestDelegate Answer { get; } = new ApplicationBuilder(services).UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
    }
}
