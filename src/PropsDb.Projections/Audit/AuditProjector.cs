using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Audit;

/// <summary>
/// Links every event into its app's chain, behind the commit. One node of a database does so, the one that holds a lock of the database; if
/// it dies another takes over.
/// </summary>
public sealed partial class AuditProjector : IAsyncDisposable
{
    private const long Key = 0x50726F7073444203;

    // Commits of other nodes are found by looking, those of this one are signalled.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    // One round takes along what the next moments bring: a round is a transaction of its own.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(40);

    private readonly NpgsqlDataSource _source;
    private readonly CommitQueue _queue;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _committed = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public AuditProjector(NpgsqlDataSource source, CommitQueue queue, TimeProvider time, ILogger<AuditProjector> log)
    {
        (_source, _queue, _time, _log) = (source, queue, time, log);
        _queue.Committed += Signal;
        _running = Run(_stopping.Token);
    }

    private void Signal(object? sender, EventArgs e)
    {
        try
        {
            if (_committed.CurrentCount == 0) _committed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another commit has just signalled the same.
        }
    }

    private async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(stop);
                if (await IsLeader(connection, stop)) await Lead(connection, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogAgain(_log, e);
            }
            await Task.WhenAny(Task.Delay(Look, stop));
        }
    }

    private static async Task<bool> IsLeader(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Key})", connection);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task Lead(NpgsqlConnection connection, CancellationToken stop)
    {
        try
        {
            var round = await AuditRound.Begin(_source, connection, stop);
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var isFull = await round.Run(_time, stop);
                // Catching up, it rests as long as it works: writes come first.
                if (isFull) await Task.Delay(Stopwatch.GetElapsedTime(started), stop);
                else if (await _committed.WaitAsync(Look, stop)) await Task.Delay(Gather, stop);
            }
        }
        finally
        {
            // A connection that goes back to its pool keeps its locks until its next use.
            await Release(connection);
        }
    }

    private static async Task Release(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is broken, and the lock went with it.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit chain could not be carried on; it is tried again.")]
    private static partial void LogAgain(ILogger log, Exception e);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _queue.Committed -= Signal;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _committed.Dispose();
    }
}
