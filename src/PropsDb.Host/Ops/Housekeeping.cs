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
        while (await timer.WaitForNextTickAsync(stoppingToken))
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
