using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// A document as its view has it. The view of a large document has no content, so that bringing it up to date costs nothing of its size: there
/// the last snapshot has it, and is made anew when what came since weighs enough against it.
/// </summary>
internal sealed record DocumentViewRow(DocumentKey Key, Document State, string? Content, string? Snapshot, long TailEvents, long TailBytes)
{
    private const int LargeBytes = 6_000;
    private const int BytesOfAProperty = 40;
    internal const int EventsBetweenSnapshots = 500;
    private const int MaxEventsBetweenSnapshots = 10_000;
    private const int BytesBetweenSnapshots = 1024 * 1024;

    /// <param name="events">How many there were since the last snapshot, and how many bytes of them.</param>
    public static DocumentViewRow Of(DocumentKey key, Document state, long events, long bytes)
    {
        var isLarge = state.Content.Bytes + (state.Content.PropertyCount * BytesOfAProperty) > LargeBytes;
        var isFar = (events >= EventsBetweenSnapshots || bytes >= BytesBetweenSnapshots) && (bytes * 4 >= state.Content.Bytes || events >= MaxEventsBetweenSnapshots);
        var text = isLarge && !isFar ? null : ViewContent.Write(state);
        return new(key, state, isLarge ? null : text, isFar ? text : null, isFar ? 0 : events, isFar ? 0 : bytes);
    }

    /// <summary>Writes rows; one that knows of more already stays.</summary>
    public static void Write(NpgsqlBatch batch, IReadOnlyList<DocumentViewRow> rows)
    {
        if (rows.Count == 0) return;
        Add(batch, rows, "r.position", "", [], $"""
            DO UPDATE SET version = excluded.version, stream_version = excluded.stream_version, position = excluded.position, is_deleted = excluded.is_deleted,
                created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
                content = excluded.content, tail_events = excluded.tail_events, tail_bytes = excluded.tail_bytes
            WHERE v.stream_version < excluded.stream_version
            """);
        var snapshots = rows.Where(r => r.Snapshot is not null).ToList();
        if (snapshots.Count > 0) AddSnapshots(batch, snapshots);
    }

    /// <summary>Writes the rows of documents that begin, in the transaction of the appends before it: only those whose commit is there.</summary>
    public static void WriteFirst(NpgsqlBatch batch, IReadOnlyList<PendingCommit> commits)
    {
        var rows = commits.Select(c => Of(c.View!.Key, c.View.After, 0, 0)).ToList();
        var join = $"JOIN {StoreSetup.Schema}.mt_events e ON e.tenant_id = r.tenant AND e.stream_id = r.id AND e.version = r.stream_version AND e.causation_id = r.commit";
        Add(batch, rows, "e.seq_id", join, [.. commits.Select(c => c.Id.ToString())], "DO NOTHING");
    }

    private static void Add(NpgsqlBatch batch, IReadOnlyList<DocumentViewRow> rows, string position, string join, string[] commits, string onConflict)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.document_view AS v (tenant_id, id, tier, owner, name, version, stream_version, position, is_deleted,
                created_at, created_by, updated_at, updated_by, content, tail_events, tail_bytes)
            SELECT r.tenant, r.id, r.tier, r.owner, r.name, r.version, r.stream_version, {position}, r.is_deleted,
                r.created_at, r.created_by, r.updated_at, r.updated_by, r.content, r.tail_events, r.tail_bytes
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
                AS r(tenant, id, tier, owner, name, version, stream_version, position, is_deleted, created_at, created_by, updated_at, updated_by, content, tail_events, tail_bytes, commit)
            {join}
            ON CONFLICT (tenant_id, id) {onConflict}
            """);
        batch.BatchCommands.Add(command);
        Add(NpgsqlDbType.Varchar, r => r.Key.App);
        Add(NpgsqlDbType.Uuid, r => r.Key.StreamId);
        Add(NpgsqlDbType.Varchar, r => r.Key.Tier);
        Add(NpgsqlDbType.Varchar, r => r.Key.Owner);
        Add(NpgsqlDbType.Varchar, r => r.Key.Name);
        Add(NpgsqlDbType.Bigint, r => r.State.Version);
        Add(NpgsqlDbType.Bigint, r => r.State.StreamVersion);
        Add(NpgsqlDbType.Bigint, r => r.State.Position);
        Add(NpgsqlDbType.Boolean, r => r.State.IsDeleted);
        Add(NpgsqlDbType.TimestampTz, r => r.State.Created.At);
        Add(NpgsqlDbType.Varchar, r => r.State.Created.By);
        Add(NpgsqlDbType.TimestampTz, r => r.State.Updated.At);
        Add(NpgsqlDbType.Varchar, r => r.State.Updated.By);
        Add(NpgsqlDbType.Text, r => r.Content);
        Add(NpgsqlDbType.Bigint, r => r.TailEvents);
        Add(NpgsqlDbType.Bigint, r => r.TailBytes);
        command.Parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar, TypedValue = commits });

        void Add<T>(NpgsqlDbType type, Func<DocumentViewRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. rows.Select(value)] });
    }

    private static void AddSnapshots(NpgsqlBatch batch, List<DocumentViewRow> rows)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.document_snapshot (tenant_id, id, version, stream_version, position, is_deleted, updated_at, content)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
            """);
        batch.BatchCommands.Add(command);
        Add(NpgsqlDbType.Varchar, r => r.Key.App);
        Add(NpgsqlDbType.Uuid, r => r.Key.StreamId);
        Add(NpgsqlDbType.Bigint, r => r.State.Version);
        Add(NpgsqlDbType.Bigint, r => r.State.StreamVersion);
        Add(NpgsqlDbType.Bigint, r => r.State.Position);
        Add(NpgsqlDbType.Boolean, r => r.State.IsDeleted);
        Add(NpgsqlDbType.TimestampTz, r => r.State.Updated.At);
        Add(NpgsqlDbType.Text, r => r.Snapshot);

        void Add<T>(NpgsqlDbType type, Func<DocumentViewRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. rows.Select(value)] });
    }
}
