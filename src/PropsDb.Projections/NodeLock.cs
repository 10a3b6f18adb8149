using Npgsql;

namespace PropsDb.Projections;

/// <summary>
/// Says on the database itself whether its nodes are one or many: a node alone holds a lock that no other node can share, the nodes of a
/// cluster share it among themselves.
/// </summary>
public sealed class NodeLock : IAsyncDisposable
{
    private const long Key = 0x50726F7073444201;
    private readonly NpgsqlConnection _connection;

    private NodeLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>The server process that holds the lock while the connection lives.</summary>
    public int Backend => _connection.ProcessID;

    /// <summary>Null where another node is in the way. A node that was killed a moment ago is given time to be noticed.</summary>
    public static async Task<NodeLock?> Take(NpgsqlDataSource source, bool isCluster, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        var started = time.GetTimestamp();
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock{(isCluster ? "_shared" : "")}({Key})", connection);
        while (!(bool)(await command.ExecuteScalarAsync(cancel))!)
        {
            if (time.GetElapsedTime(started) > patience)
            {
                await connection.DisposeAsync();
                return null;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancel);
        }
        return new NodeLock(connection);
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
    }
}
