using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>Finds commits that are to be taken back, and all that their undoing must know.</summary>
public sealed class CommitsToUndo(NpgsqlDataSource source, DocumentReader documents, EventReader events)
{
    /// <summary>What one user committed in an app within a time.</summary>
    /// <returns>For each document the versions that the user made, the oldest first.</returns>
    public async Task<IReadOnlyList<(DocumentKey Key, IReadOnlyList<long> Commits)>> Of(
        string app, string user, DateTimeOffset since, DateTimeOffset until, string? tier, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT v.tier, v.owner, v.name, array_agg(DISTINCT (e.data ->> 'version')::bigint ORDER BY (e.data ->> 'version')::bigint)
            FROM {StoreSetup.Schema}.mt_events e JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = e.tenant_id AND v.id = e.stream_id
            WHERE e.tenant_id = $1 AND e.user_name = $2 AND e.timestamp >= $3 AND e.timestamp <= $4 AND ($5::varchar IS NULL OR v.tier = $5)
                AND NOT e.{StoreSetup.IsAdministration}
            GROUP BY v.tenant_id, v.id, v.tier, v.owner, v.name ORDER BY v.tier, v.owner, v.name
            """);
        foreach (var value in new object[] { app, user, since.ToUniversalTime(), until.ToUniversalTime() }) command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)tier ?? DBNull.Value });
        var found = new List<(DocumentKey, IReadOnlyList<long>)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            found.Add((new DocumentKey(app, reader.GetString(0), reader[1] as string, reader.GetString(2)), reader.GetFieldValue<long[]>(3)));
        return found;
    }

    /// <returns>The commits of one document, the newest first; null where it has not all of them.</returns>
    public async Task<IReadOnlyList<UndoneCommit>?> Undone(DocumentKey key, IReadOnlyList<long> commits, CancellationToken cancel)
    {
        var undone = new List<UndoneCommit>();
        var later = new List<DocumentEvent>();
        foreach (var commit in commits.OrderDescending())
        {
            if (await documents.At(key, commit, cancel) is not { } after) return null;
            var before = await documents.At(key, commit - 1, cancel) ?? Document.Unborn;
            // What another undone commit touched is taken back before this one is.
            var until = undone.Count == 0 ? long.MaxValue : undone[^1].Before.StreamVersion;
            await foreach (var recorded in events.After(key, after.StreamVersion, cancel))
            {
                if (recorded.Number > until) break;
                later.Add(recorded.Event);
            }
            undone.Add(new UndoneCommit(before, after, UndoneCommit.PathsTouched(later)));
        }
        return undone;
    }
}
