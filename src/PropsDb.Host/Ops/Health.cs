using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Ops;

/// <summary>
/// Two questions of whoever runs the service: is the process alive (else restart it), can it write (else send it no requests). Strangers
/// may ask, so the answers have no details; the log has them.
/// </summary>
public static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static ServiceRoute Live { get; } = new("/health/live", "getLiveness", "Answers while the process is alive.", http => Send(http, "live"));

    public static ServiceRoute Ready { get; } = new("/health/ready", "getReadiness", "Answers with 200 while the service can write.", async http =>
    {
        var report = await http.RequestServices.GetRequiredService<HealthCheckService>().CheckHealthAsync(http.RequestAborted);
        if (report.Status != HealthStatus.Healthy) throw new ProblemException(new Problem("unavailable", "The service cannot write now."));
        await Send(http, "ready");
    })
    { Problems = ["unavailable"] };

    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<WriteCheck>("write", timeout: Patience);

    private static Task Send(HttpContext http, string status) =>
        Reply.Send(http, 200, Encoding.UTF8.GetBytes($$"""{"status":"{{status}}"}"""), "application/json");

    private sealed class WriteCheck(Store store, IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("The service is stopping.");
            return await store.CanWrite(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The database takes no writes, or no longer counts this node's lock as held.");
        }
    }
}
