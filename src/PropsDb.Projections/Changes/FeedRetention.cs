using Npgsql;

namespace PropsDb.Projections.Changes;

/// <summary>
/// From which positions the feed of an app is told. The events themselves are all kept; what a follower is not told after so long a time,
/// it is told that it is not.
/// </summary>
/// <param name="keptFor">Null: without end.</param>
public sealed class FeedRetention(NpgsqlDataSource source, ChangeReader reader, TimeProvider time, TimeSpan? keptFor)
{
    /// <summary>
    /// Whether nothing is told from a position: the first commit after it is older than what is kept, or the position lies beyond the last
    /// commit, as after the return to an older copy of the database. Who has seen everything is never too late, however long nothing happens.
    /// </summary>
    public async Task<bool> IsGone(string app, long position, CancellationToken cancel)
    {
        if (position > await reader.Head(cancel)) return true;
        return keptFor is { } kept && await FirstAfter(app, position, cancel) is { } first && first < time.GetUtcNow() - kept;
    }

    private async Task<DateTimeOffset?> FirstAfter(string app, long position, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT e.timestamp FROM {StoreSetup.Schema}.mt_events e JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = e.tenant_id AND v.id = e.stream_id
            WHERE e.seq_id > $1 AND e.tenant_id = $2 AND NOT e.{StoreSetup.IsAdministration} ORDER BY e.seq_id LIMIT 1
            """);
        command.Parameters.Add(new() { Value = position });
        command.Parameters.Add(new() { Value = app });
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? await row.GetFieldValueAsync<DateTimeOffset>(0, cancel) : null;
    }
}
