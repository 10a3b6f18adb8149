using Npgsql;

namespace PropsDb.Projections;

/// <summary>
/// Says on the database itself whether its nodes are one or many: a node alone holds a lock that no other node can share, the nodes of a
/// cluster share it among themselves. A lock that is lost with its connection is taken again.
/// </summary>
public sealed class NodeLock : IAsyncDisposable
{
    private const long Key = 0x50726F7073444201;

    // The connection that holds the lock is asked this often, and what it said counts for so long.
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan CertainFor = TimeSpan.FromMilliseconds(1500);

    private readonly NpgsqlDataSource _source;
    private readonly bool _isCluster;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _keeping;
    private NpgsqlConnection _connection;
    private long _certainUntil;

    private NodeLock(NpgsqlDataSource source, NpgsqlConnection connection, bool isCluster)
    {
        (_source, _connection, _isCluster) = (source, connection, isCluster);
        IsCertainFrom(TimeProvider.System.GetTimestamp());
        _keeping = Keep(_stopping.Token);
    }

    /// <summary>The server process that holds the lock while the connection lives.</summary>
    public int Backend => _connection.ProcessID;

    /// <summary>
    /// This node is alone with the database: the lock was held a moment ago, by the machine's clock. Whoever takes it over from a node that was
    /// cut off is given it later than that, since the server notices such an end more slowly.
    /// </summary>
    public bool IsAlone => !_isCluster && TimeProvider.System.GetTimestamp() < Volatile.Read(ref _certainUntil);

    /// <summary>The lock was away for a while, in which others may have written.</summary>
    public Action? Regained { get; set; }

    /// <summary>Null where another node is in the way. A node that was killed a moment ago is given time to be noticed.</summary>
    public static async Task<NodeLock?> Take(NpgsqlDataSource source, bool isCluster, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (await TryTake(source, isCluster, cancel) is { } connection) return new NodeLock(source, connection, isCluster);
            if (time.GetElapsedTime(started) > patience) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancel);
        }
    }

    private static async Task<NpgsqlConnection?> TryTake(NpgsqlDataSource source, bool isCluster, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        try
        {
            await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock{(isCluster ? "_shared" : "")}({Key})", connection);
            if ((bool)(await command.ExecuteScalarAsync(cancel))!) return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    private void IsCertainFrom(long asked) => Volatile.Write(ref _certainUntil, asked + (long)(CertainFor.TotalSeconds * TimeProvider.System.TimestampFrequency));

    private async Task Keep(CancellationToken stop)
    {
        var isHeld = true;
        while (await Rest(stop))
        {
            var asked = TimeProvider.System.GetTimestamp();
            try
            {
                if (isHeld)
                {
                    await using var ask = new NpgsqlCommand("SELECT 1", _connection) { CommandTimeout = 1 };
                    await ask.ExecuteScalarAsync(stop);
                }
                else
                {
                    if (await TryTake(_source, _isCluster, stop) is not { } connection) continue;
                    _connection = connection;
                    isHeld = true;
                    Regained?.Invoke();
                }
                IsCertainFrom(asked);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException or OperationCanceledException)
            {
                Volatile.Write(ref _certainUntil, 0);
                if (isHeld) await _connection.DisposeAsync();
                isHeld = false;
            }
        }
    }

    private static async Task<bool> Rest(CancellationToken stop)
    {
        await Task.WhenAny(Task.Delay(BetweenChecks, stop));
        return !stop.IsCancellationRequested;
    }

    /// <summary>Whether the database takes writes and still counts this lock as held; asked on another connection, since this one may be dead unnoticed.</summary>
    public async Task<bool> IsHeldOn(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT NOT pg_is_in_recovery() AND EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = $1 AND classid = {Key >> 32} AND objid = {Key & uint.MaxValue})
            """);
        command.Parameters.Add(new() { Value = Backend });
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Lets go at once: a connection that goes back to its pool would keep its locks until its next use.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _keeping;
        Volatile.Write(ref _certainUntil, 0);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", _connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is broken, and the lock went with it.
        }
        await _connection.DisposeAsync();
        _stopping.Dispose();
    }
}
