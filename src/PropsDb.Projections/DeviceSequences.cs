using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Values;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections;

/// <summary>A sync client's place: its device, and the number of the batch that it sends.</summary>
public sealed record DeviceSequence(string Device, long Sequence);

/// <summary>How far each device of a caller has come on a document: the document's version vector. It goes on across deletion.</summary>
public sealed class DeviceSequences(NpgsqlDataSource source)
{
    public async Task<IReadOnlyDictionary<string, long>> Vector(DocumentKey key, string caller, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT device, sequence FROM {StoreSetup.Schema}.device_sequence WHERE tenant_id = $1 AND id = $2 AND caller = $3 ORDER BY device
            """);
        foreach (var value in new object[] { key.App, key.StreamId, caller }) command.Parameters.Add(new() { Value = value });
        var vector = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) vector[reader.GetString(0)] = reader.GetInt64(1);
        return vector;
    }

    /// <summary>Moves a device on for a batch that had no effect.</summary>
    public async Task Advance(DocumentKey key, string caller, DeviceSequence place, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            $"INSERT INTO {StoreSetup.Schema}.device_sequence AS d (tenant_id, id, caller, device, sequence) VALUES ($1, $2, $3, $4, $5) {OnConflict}");
        foreach (var value in new object[] { key.App, key.StreamId, caller, place.Device, place.Sequence }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    private const string OnConflict = "ON CONFLICT (tenant_id, id, caller, device) DO UPDATE SET sequence = greatest(d.sequence, excluded.sequence)";

    // Runs in the transaction of the appends before it: only devices whose commit is there move on.
    internal static NpgsqlBatchCommand AdvanceWith(IReadOnlyList<PendingCommit> commits)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.device_sequence AS d (tenant_id, id, caller, device, sequence)
            SELECT r.tenant, r.stream, r.caller, r.device, r.sequence FROM unnest($1, $2, $3, $4, $5, $6, $7) AS r(tenant, stream, caller, device, sequence, number, commit)
            JOIN {StoreSetup.Schema}.mt_events e ON e.tenant_id = r.tenant AND e.stream_id = r.stream AND e.version = r.number AND e.causation_id = r.commit
            {OnConflict}
            """);
        Add(NpgsqlDbType.Varchar, c => c.App);
        Add(NpgsqlDbType.Uuid, c => c.StreamId);
        Add(NpgsqlDbType.Varchar, c => c.Author.By);
        Add(NpgsqlDbType.Varchar, c => c.Place!.Device);
        Add(NpgsqlDbType.Bigint, c => c.Place!.Sequence);
        Add(NpgsqlDbType.Bigint, c => c.Last);
        Add(NpgsqlDbType.Varchar, c => c.Id.ToString());
        return command;

        void Add<T>(NpgsqlDbType type, Func<PendingCommit, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. commits.Select(value)] });
    }

    internal static Table Table()
    {
        var table = new Table(StoreSetup.Name("device_sequence"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("caller", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("device", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("sequence", "bigint").NotNull();
        return table;
    }
}
