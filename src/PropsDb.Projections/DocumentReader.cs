using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>Reads the state of one document, now or as it was: the nearest stored state, and the events of its stream beyond that.</summary>
public sealed class DocumentReader(NpgsqlDataSource source, EventReader events)
{
    private const string StateColumns = "content, version, stream_version, position, is_deleted";

    /// <summary>The document now; one that was never created is <see cref="Document.Unborn"/>.</summary>
    public async Task<Document> Load(DocumentKey key, CancellationToken cancel)
    {
        await using var command = Command(key, $"""
            SELECT s.version, v.content, v.version, v.stream_version, v.position, v.is_deleted
            FROM {StoreSetup.Schema}.mt_streams s LEFT JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = s.tenant_id AND v.id = s.id
            WHERE s.tenant_id = $1 AND s.id = $2
            """);
        long head;
        Document view;
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            if (!await reader.ReadAsync(cancel)) return Document.Unborn;
            head = reader.GetInt64(0);
            view = await reader.IsDBNullAsync(1, cancel) ? Document.Unborn : State(reader, 1);
        }
        return view.StreamVersion == head ? view : await Fold(key, view, _ => true, cancel);
    }

    /// <summary>The document as its commit of this version left it, absent or not; null where its stream has no such version.</summary>
    public async Task<Document?> At(DocumentKey key, long version, CancellationToken cancel)
    {
        if (version <= 0) return null;
        var start = await Nearest(key, "version <= $3", version, cancel);
        var document = await Fold(key, start, e => e.Event.Version <= version, cancel);
        return document.Version == version ? document : null;
    }

    /// <summary>The document as it was at a time; null before its first commit.</summary>
    public async Task<Document?> At(DocumentKey key, DateTimeOffset at, CancellationToken cancel)
    {
        var start = await Nearest(key, "updated_at <= $3", at.ToUniversalTime(), cancel);
        var document = await Fold(key, start, e => e.Commit.At <= at, cancel);
        return document.Version > 0 ? document : null;
    }

    /// <summary>A number in the stream that no event of an earlier version reaches, and that is not far behind the last of them.</summary>
    public async Task<long> NumberNotBefore(DocumentKey key, long version, CancellationToken cancel)
    {
        await using var command = Command(key, $"""
            SELECT min(stream_version) FROM {StoreSetup.Schema}.document_snapshot WHERE tenant_id = $1 AND id = $2 AND version >= $3
            """, version);
        return await command.ExecuteScalarAsync(cancel) is long number ? number + 1 : long.MaxValue;
    }

    /// <summary>A number in the stream that no event of a later version is at or below, and that is not far before the first of them.</summary>
    public async Task<long> NumberUpTo(DocumentKey key, long version, CancellationToken cancel) =>
        version <= 0 ? 0 : (await Nearest(key, "version <= $3", version, cancel)).StreamVersion;

    private async Task<Document> Nearest(DocumentKey key, string condition, object value, CancellationToken cancel)
    {
        // The view is the youngest snapshot of all.
        await using var command = Command(key, $"""
            SELECT {StateColumns} FROM (
                SELECT {StateColumns}, updated_at FROM {StoreSetup.Schema}.document_view WHERE tenant_id = $1 AND id = $2 AND {condition}
                UNION ALL
                (SELECT {StateColumns}, updated_at FROM {StoreSetup.Schema}.document_snapshot WHERE tenant_id = $1 AND id = $2 AND {condition}
                 ORDER BY version DESC LIMIT 1)) s
            ORDER BY version DESC LIMIT 1
            """, value);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? State(reader, 0) : Document.Unborn;
    }

    private async Task<Document> Fold(DocumentKey key, Document start, Func<RecordedEvent, bool> belongs, CancellationToken cancel)
    {
        var commit = start.Updated;
        await foreach (var recorded in events.After(key, start.StreamVersion, cancel))
        {
            if (!belongs(recorded)) break;
            // All that one commit touched shares one object.
            if (recorded.Commit.Version != commit.Version) commit = recorded.Commit;
            start = Document.Evolve(start, recorded.Event, commit, recorded.Position);
        }
        return start;
    }

    private static Document State(NpgsqlDataReader reader, int at) =>
        ViewContent.Read(reader.GetString(at), reader.GetInt64(at + 1), reader.GetInt64(at + 2), reader.GetInt64(at + 3), reader.GetBoolean(at + 4));

    private NpgsqlCommand Command(DocumentKey key, string sql, params ReadOnlySpan<object> values)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
