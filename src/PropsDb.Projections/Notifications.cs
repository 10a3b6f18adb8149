using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections;

/// <summary>A connection that waits for what other nodes have to say, and finds another one where it breaks.</summary>
internal static partial class Notifications
{
    /// <param name="lookAgain">A notification can be lost with its connection: after this time it is acted in any case.</param>
    /// <param name="act">Looks for what is new; the first time at once.</param>
    public static async Task Listen(NpgsqlDataSource source, string channel, TimeSpan lookAgain, Func<CancellationToken, Task> act, ILogger log, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                await using (var listen = new NpgsqlCommand($"LISTEN {channel}", connection)) await listen.ExecuteNonQueryAsync(stop);
                while (true)
                {
                    await act(stop);
                    await connection.WaitAsync(lookAgain, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException)
            {
                LogAway(log, e);
                await Task.WhenAny(Task.Delay(lookAgain, stop));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What other nodes commit cannot be followed while the database is away; trying again.")]
    private static partial void LogAway(ILogger log, Exception e);
}
