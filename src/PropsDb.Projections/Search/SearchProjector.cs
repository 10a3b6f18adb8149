using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Search;

/// <summary>
/// Brings the search index up to date behind the commit. One node of a database does so, the one that holds a lock of the database; if it dies
/// another takes over. Writes come first: it rests in proportion to its work, and less so the further it is behind.
/// </summary>
public sealed partial class SearchProjector : IAsyncDisposable
{
    private const long Key = 0x50726F7073444204;

    // Commits of other nodes are found by looking, those of this one are signalled.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    // One round takes along what the next moments bring: several commits to one document cost one row.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    // Behind by this much it does not rest any more.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _source;
    private readonly CommitQueue _queue;
    private readonly DocumentReader _documents;
    private readonly AppDirectory _apps;
    private readonly SearchProgress _progress;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _committed = new(0, 1);
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _looked;
    private bool _hasMore;

    public SearchProjector(NpgsqlDataSource source, CommitQueue queue, DocumentReader documents, AppDirectory apps, SearchProgress progress, TimeProvider time, ILogger<SearchProjector> log)
    {
        (_source, _queue, _documents, _apps, _progress, _time, _log) = (source, queue, documents, apps, progress, time, log);
        _queue.Committed += SignalCommitted;
        _progress.Wanted += SignalWanted;
        _running = Run(_stopping.Token);
    }

    private void SignalCommitted(object? sender, EventArgs e) => Signal(_committed);

    private void SignalWanted(object? sender, EventArgs e)
    {
        Signal(_wanted);
        Signal(_committed);
    }

    private static void Signal(SemaphoreSlim semaphore)
    {
        try
        {
            if (semaphore.CurrentCount == 0) semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another has just signalled the same.
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
            var round = await SearchRound.Begin(connection, _documents, stop);
            var indexes = new DeclaredIndexes(connection);
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var isFull = await Step(round, stop);
                var isBusy = !isFull && await DoWhatCanWait(round, indexes, stop);
                await Rest(Stopwatch.GetElapsedTime(started), Lag(round), stop);
                if (!isFull && !isBusy && await _committed.WaitAsync(Look, stop)) await _wanted.WaitAsync(Gather, stop);
            }
        }
        finally
        {
            _progress.IsMadeHere = _progress.IsBehind = false;
            await Release(connection);
        }
    }

    private async Task<bool> Step(SearchRound round, CancellationToken stop)
    {
        try
        {
            var isFull = await round.Run(stop);
            _progress.Reached(round.Position, round.IsBuilt);
            (_progress.IsMadeHere, _progress.IsBehind) = (true, isFull);
            Measures.SearchLag.Record(Lag(round).TotalSeconds);
            return isFull;
        }
        catch (NpgsqlException)
        {
            Measures.SearchLag.Record(Lag(round).TotalSeconds);
            throw;
        }
    }

    private async Task<bool> DoWhatCanWait(SearchRound round, DeclaredIndexes indexes, CancellationToken stop)
    {
        if (!_hasMore && Stopwatch.GetElapsedTime(_looked) < Look) return false;
        _looked = Stopwatch.GetTimestamp();
        if (round.Rebuilding is null) await round.Look(stop);
        if (round.Rebuilding is not null) await round.Rebuild(stop);
        var isBuilding = await indexes.Build(_apps.All, stop);
        return _hasMore = isBuilding || round.Rebuilding is not null;
    }

    private static Task Rest(TimeSpan worked, TimeSpan lag, CancellationToken stop) =>
        lag >= Late ? Task.CompletedTask : Task.Delay(worked * (1 - (lag / Late)), stop);

    private TimeSpan Lag(SearchRound round) =>
        round.OldestWaiting is { } oldest && _time.GetUtcNow() - oldest is { Ticks: > 0 } lag ? lag : TimeSpan.Zero;

    private static async Task Release(NpgsqlConnection connection)
    {
        try
        {
            // A connection that goes back to its pool keeps its locks until its next use.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is broken, and the lock went with it.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search index could not be carried on; it is tried again.")]
    private static partial void LogAgain(ILogger log, Exception e);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _queue.Committed -= SignalCommitted;
        _progress.Wanted -= SignalWanted;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _committed.Dispose();
        _wanted.Dispose();
    }
}
