using Npgsql;

namespace PropsDb.Projections;

/// <summary>Commits whose connection broke while they were under way: each is there, or it is not.</summary>
internal static class LostCommits
{
    /// <returns>The position of each; null where it is not there and never will be.</returns>
    public static async Task<long?[]> Find(IReadOnlyList<PendingCommit> commits, NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // Whoever holds the order lock knows that no append is still under way.
        await using (var locking = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AppendFunction.OrderLock})", connection)) await locking.ExecuteNonQueryAsync(cancel);
        var positions = new long?[commits.Count];
        for (var i = 0; i < positions.Length; i++) positions[i] = await PositionOf(commits[i], connection, cancel);
        return positions;
    }

    private static async Task<long?> PositionOf(PendingCommit commit, NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT seq_id FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND version = $3 AND causation_id = $4
            """, connection);
        command.Parameters.Add(new() { Value = commit.App });
        command.Parameters.Add(new() { Value = commit.StreamId });
        command.Parameters.Add(new() { Value = commit.Last });
        command.Parameters.Add(new() { Value = commit.Id.ToString() });
        return (long?)await command.ExecuteScalarAsync(cancel);
    }
}
