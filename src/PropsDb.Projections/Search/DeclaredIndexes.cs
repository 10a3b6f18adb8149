using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>
/// The keys of the indexes that apps declare: of each document, what stands at the declared path, in a table that one ordinary index sorts. So a new
/// index is a matter of rows, and needs no right to change the schema.
/// </summary>
internal sealed class DeclaredIndexes(NpgsqlConnection connection)
{
    private const int BuildAtOnce = 500;

    private const string KeyColumns = $"""
        SELECT d.tenant_id, d.id, i.index_name, d.tier, {SortSql.RankOf}, {SortSql.NumberOf}, {SortSql.TextOf}
        FROM {SearchTables.Document} d JOIN {SearchTables.Index} i ON i.tenant_id = d.tenant_id AND i.tier = d.tier CROSS JOIN LATERAL (SELECT d.searchable #> i.tokens AS value) v
        """;

    private const string Insert = $"INSERT INTO {SearchTables.Key} (tenant_id, id, index_name, tier, rank, number, text)";

    private const string OnConflict = "ON CONFLICT (tenant_id, id, index_name) DO UPDATE SET rank = excluded.rank, number = excluded.number, text = excluded.text";

    // False: there is none, and only the one who has this connection makes one.
    private bool _mayBeSome = true;

    /// <summary>Writes the keys of documents whose rows were just written.</summary>
    public async Task Write(List<SearchRow> rows, CancellationToken cancel)
    {
        if (!_mayBeSome) return;
        await using var command = new NpgsqlCommand($"""
            WITH w AS (SELECT * FROM unnest($1, $2) AS w(tenant_id, id)), gone AS (
                DELETE FROM {SearchTables.Key} k USING w, {SearchTables.Document} d
                WHERE k.tenant_id = w.tenant_id AND k.id = w.id AND d.tenant_id = w.tenant_id AND d.id = w.id AND d.is_deleted)
            {Insert} {KeyColumns} JOIN w ON w.tenant_id = d.tenant_id AND w.id = d.id WHERE NOT d.is_deleted {OnConflict}
            """, connection);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar, Value = rows.Select(r => r.Key.App).ToArray() });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = rows.Select(r => r.Key.StreamId).ToArray() });
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Brings the indexes that there are towards those that are declared, by one step.</summary>
    /// <returns>Whether there is more to do.</returns>
    public async Task<bool> Build(IEnumerable<App> apps, CancellationToken cancel)
    {
        var declared = apps.SelectMany(a => a.Indexes.Select(i => (App: a.Id, i.Key.Tier, i.Key.Name, Path: i.Value))).ToHashSet();
        var present = new Dictionary<(string App, string Tier, string Name, string Path), (bool IsReady, Guid Built)>();
        await using (var reading = new NpgsqlCommand($"SELECT tenant_id, tier, index_name, path, is_ready, built_id FROM {SearchTables.Index}", connection))
        await using (var reader = await reading.ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel))
                present[(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3))] = (reader.GetBoolean(4), reader.GetGuid(5));
        _mayBeSome = present.Count > 0;

        foreach (var index in present.Keys.Where(p => !declared.Contains(p)))
        {
            await Remove(index.App, index.Tier, index.Name, cancel);
            return true;
        }
        foreach (var index in declared.Where(d => !present.ContainsKey(d)))
        {
            await Begin(index.App, index.Tier, index.Name, index.Path, cancel);
            return true;
        }
        foreach (var (index, (_, built)) in present.Where(p => !p.Value.IsReady))
        {
            await Continue(index.App, index.Tier, index.Name, built, cancel);
            return true;
        }
        return false;
    }

    private async Task Remove(string app, string tier, string name, CancellationToken cancel)
    {
        // It is not asked any more before the first of its keys goes.
        await Execute($"UPDATE {SearchTables.Index} SET is_ready = false WHERE tenant_id = $1 AND tier = $2 AND index_name = $3", cancel, app, tier, name);
        var removed = await Execute($"""
            DELETE FROM {SearchTables.Key} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {SearchTables.Key} WHERE tenant_id = $1 AND tier = $2 AND index_name = $3 LIMIT {BuildAtOnce * 10}))
            """, cancel, app, tier, name);
        if (removed == 0) await Execute($"DELETE FROM {SearchTables.Index} WHERE tenant_id = $1 AND tier = $2 AND index_name = $3", cancel, app, tier, name);
    }

    // From here on every document that is written has its key; those that were there before get theirs in the order of their ids.
    private Task Begin(string app, string tier, string name, string path, CancellationToken cancel)
    {
        _mayBeSome = true;
        var tokens = JsonPointer.TryParse(path, out var pointer) ? pointer.Tokens.ToArray() : [];
        return Execute($"""
            INSERT INTO {SearchTables.Index} (tenant_id, tier, index_name, path, tokens, is_ready, built_id)
            VALUES ($1, $2, $3, $4, $5, false, '00000000-0000-0000-0000-000000000000')
            """, cancel, app, tier, name, path, tokens);
    }

    private async Task Continue(string app, string tier, string name, Guid built, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var next = new NpgsqlCommand($"""
            SELECT max(id::text)::uuid FROM (SELECT id FROM {SearchTables.Document} WHERE tenant_id = $1 AND tier = $2 AND id > $3 ORDER BY id LIMIT {BuildAtOnce}) n
            """, connection, transaction);
        next.Parameters.Add(new() { Value = app });
        next.Parameters.Add(new() { Value = tier });
        next.Parameters.Add(new() { Value = built });
        if (await next.ExecuteScalarAsync(cancel) is Guid last)
        {
            await Execute($"{Insert} {KeyColumns} WHERE d.tenant_id = $1 AND d.tier = $2 AND i.index_name = $3 AND d.id > $4 AND d.id <= $5 AND NOT d.is_deleted {OnConflict}",
                cancel, app, tier, name, built, last);
            await Execute($"UPDATE {SearchTables.Index} SET built_id = $4 WHERE tenant_id = $1 AND tier = $2 AND index_name = $3", cancel, app, tier, name, last);
        }
        else await Execute($"UPDATE {SearchTables.Index} SET is_ready = true WHERE tenant_id = $1 AND tier = $2 AND index_name = $3", cancel, app, tier, name);
        await transaction.CommitAsync(cancel);
    }

    private async Task<int> Execute(string sql, CancellationToken cancel, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancel);
    }
}
