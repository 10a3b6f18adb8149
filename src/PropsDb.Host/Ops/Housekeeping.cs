using Npgsql;
using PropsDb.Projections;

namespace PropsDb.Host.Ops;

/// <summary>Throws away what is kept for a time only.</summary>
public sealed partial class Housekeeping(Receipts receipts, KeyUses keys, Settings settings, TimeProvider time, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private const int RoundsBetweenPrunings = 60;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        // A disposed host cancels the wait as well as a stopped one, and neither is a failure.
        stoppingToken.Register(timer.Dispose);
        for (var round = 1; await timer.WaitForNextTickAsync(CancellationToken.None); round++)
        {
            try
            {
                await keys.Write(stoppingToken);
                if (round % RoundsBetweenPrunings == 0) await receipts.Prune(time.GetUtcNow() - settings.IdempotencyRetention, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogLater(log, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping was not possible; the next round tries again.")]
    private static partial void LogLater(ILogger log, Exception e);
}
