using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections;

/// <summary>The answer to a write, kept with its commit so that a repetition of the request gets the same.</summary>
/// <param name="Caller">Whose key it is: keys of two callers never meet.</param>
/// <param name="Fingerprint">SHA-256 of what makes the request that request.</param>
public sealed record Receipt(string App, string Caller, string Key, byte[] Fingerprint, int Status, string? ETag, string? Location, byte[] Body)
{
    /// <summary>Position of the commit that the answer names; 0: it names none.</summary>
    public long Position { get; init; }
}

/// <summary>What idempotency keys stand for. A receipt is stored in the transaction of its commit, so neither is there without the other.</summary>
public sealed class Receipts(NpgsqlDataSource source)
{
    public async Task<Receipt?> Find(string app, string caller, string key, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT fingerprint, status, etag, location, body, position FROM {StoreSetup.Schema}.receipt WHERE tenant_id = $1 AND caller = $2 AND key = $3
            """);
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = caller });
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel)) return null;
        return new Receipt(app, caller, key, (byte[])reader[0], reader.GetInt32(1),
            reader[2] as string, reader[3] as string, (byte[])reader[4]) { Position = reader.GetInt64(5) };
    }

    /// <summary>Keeps the answer of a write that had no effect and so has no commit to go with.</summary>
    public async Task Keep(Receipt receipt, DateTimeOffset at, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            INSERT INTO {StoreSetup.Schema}.receipt (tenant_id, caller, key, fingerprint, status, etag, location, body, position, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """);
        foreach (var value in new object?[] { receipt.App, receipt.Caller, receipt.Key, receipt.Fingerprint, receipt.Status })
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)receipt.ETag ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)receipt.Location ?? DBNull.Value });
        foreach (var value in new object[] { receipt.Body, receipt.Position, at.ToUniversalTime() }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    public async Task<int> Prune(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"DELETE FROM {StoreSetup.Schema}.receipt WHERE at < $1");
        command.Parameters.Add(new() { Value = olderThan.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancel);
    }

    // Runs in the transaction of the appends before it: only receipts whose commit is there are kept.
    internal static NpgsqlBatchCommand KeepWith(IReadOnlyList<PendingCommit> commits)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.receipt (tenant_id, caller, key, fingerprint, status, etag, location, body, position, at)
            SELECT r.tenant, r.caller, r.key, r.fingerprint, r.status, r.etag, r.location, r.body, coalesce(r.position, e.seq_id), r.at
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                AS r(tenant, caller, key, fingerprint, status, etag, location, body, at, app, stream, number, commit, position)
            JOIN {StoreSetup.Schema}.mt_events e ON e.tenant_id = r.app AND e.stream_id = r.stream AND e.version = r.number AND e.causation_id = r.commit
            """);
        Add(NpgsqlDbType.Varchar, c => c.Receipt!.App);
        Add(NpgsqlDbType.Varchar, c => c.Receipt!.Caller);
        Add(NpgsqlDbType.Varchar, c => c.Receipt!.Key);
        Add(NpgsqlDbType.Bytea, c => c.Receipt!.Fingerprint);
        Add(NpgsqlDbType.Integer, c => c.Receipt!.Status);
        Add(NpgsqlDbType.Varchar, c => c.Receipt!.ETag);
        Add(NpgsqlDbType.Varchar, c => c.Receipt!.Location);
        Add(NpgsqlDbType.Bytea, c => c.Receipt!.Body);
        Add(NpgsqlDbType.TimestampTz, c => c.Committed.At);
        Add(NpgsqlDbType.Varchar, c => c.App);
        Add(NpgsqlDbType.Uuid, c => c.StreamId);
        Add(NpgsqlDbType.Bigint, c => c.Last);
        Add(NpgsqlDbType.Varchar, c => c.Id.ToString());
        // Settings are no commit, and name the position of the last one; administration names none.
        Add(NpgsqlDbType.Bigint, c => c.View is null ? 0 : c.View.Position);
        return command;

        void Add<T>(NpgsqlDbType type, Func<PendingCommit, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. commits.Select(value)] });
    }

    internal static Table Table()
    {
        var table = new Table(StoreSetup.Name("receipt"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("caller", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("key", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("fingerprint", "bytea").NotNull();
        table.AddColumn("status", "integer").NotNull();
        table.AddColumn("etag", "varchar");
        table.AddColumn("location", "varchar");
        table.AddColumn("body", "bytea").NotNull();
        table.AddColumn("position", "bigint").NotNull();
        table.AddColumn("at", "timestamptz").NotNull();
        table.Indexes.Add(new IndexDefinition("receipt_by_age") { Columns = ["at"] });
        return table;
    }
}
