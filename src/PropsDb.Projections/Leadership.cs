using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections;

/// <summary>
/// Work behind the commits that one node of a database does for all, the one that holds a lock of the database; if it dies another takes over.
/// </summary>
/// <param name="lockKey">The advisory lock that stands for the work.</param>
/// <param name="gather">One round takes along what the next moments bring.</param>
/// <param name="rest">After a round it rests for at least so many times as long as that took: writes come first.</param>
/// <param name="begin">Finds out how far the work is, and returns what does one round of it: whether there may be more to do at once.</param>
internal sealed partial class Leadership(
    NpgsqlDataSource source, long lockKey, TimeSpan gather, Func<double> rest, Func<NpgsqlConnection, CancellationToken, Task<Func<CancellationToken, Task<bool>>>> begin, ILogger log) : IAsyncDisposable
{
    // Commits of other nodes are found by looking, those of this one are signalled.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    // What is behind is read in the order of an index, and what is written is looked up in one, a little of much at a time. On tables that are new
    // or were never analysed the planner would rather go through all there is and sort it, and keeps to that when they have grown.
    private const string ByIndex = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _isUrgent;

    public void Start() => _running = Run(_stopping.Token);

    /// <summary>There is something to do.</summary>
    public void Signal()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    /// <summary>Somebody waits for it.</summary>
    public void Hurry()
    {
        _isUrgent = true;
        Signal();
    }

    private async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                if (await Holds(connection, stop)) await Lead(connection, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogAgain(log, e);
            }
            await Task.WhenAny(Task.Delay(Look, stop));
        }
    }

    private async Task<bool> Holds(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({lockKey})", connection);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task Lead(NpgsqlConnection connection, CancellationToken stop)
    {
        try
        {
            await using (var command = new NpgsqlCommand(ByIndex, connection)) await command.ExecuteNonQueryAsync(stop);
            var round = await begin(connection, stop);
            while (true)
            {
                _isUrgent = false;
                var started = TimeProvider.System.GetTimestamp();
                var hasMore = await round(stop);
                var due = TimeProvider.System.GetElapsedTime(started) * rest();
                if (hasMore) await Rest(due, stop);
                else if (await _signal.WaitAsync(Look, stop)) await Rest(gather > due ? gather : due, stop);
            }
        }
        finally
        {
            // A connection that goes back to its pool keeps its locks, and what was set for it, until its next use.
            await Release(connection);
        }
    }

    private async Task Rest(TimeSpan time, CancellationToken stop)
    {
        var until = TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!_isUrgent && TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), until) is { Ticks: > 0 } left) await _signal.WaitAsync(left, stop);
    }

    private static async Task Release(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all(); RESET ALL", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is broken, and the lock went with it.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work behind the commits could not be carried on; it is tried again.")]
    private static partial void LogAgain(ILogger log, Exception e);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _signal.Dispose();
    }
}
