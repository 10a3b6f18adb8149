using Npgsql;
using PropsDb.Projections;

namespace PropsDb.Host.Ops;

/// <summary>Throws away what is kept for a time only.</summary>
public sealed partial class Housekeeping(Receipts receipts, Settings settings, TimeProvider time, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        // A disposed host cancels the wait as well as a stopped one, and neither is a failure.
        stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                await receipts.Prune(time.GetUtcNow() - settings.IdempotencyRetention, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogLater(log, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old receipts could not be removed; the next round tries again.")]
    private static partial void LogLater(ILogger log, Exception e);
}
