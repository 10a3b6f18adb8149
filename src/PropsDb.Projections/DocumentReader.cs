using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// Reads the state of one document, now or as it was: the nearest stored state, and the events of its stream beyond that. What is held in
/// memory is answered from there, once its stream is known to have gone no further.
/// </summary>
/// <param name="cache">Null: nothing is held.</param>
public sealed class DocumentReader(NpgsqlDataSource source, DocumentLookup lookup, EventReader events, DocumentCache? cache = null)
{
    private const string StateColumns = "content, version, stream_version, position, is_deleted";

    /// <summary>The document now; one that was never created is <see cref="Document.Unborn"/>.</summary>
    public async ValueTask<Document> Load(DocumentKey key, CancellationToken cancel) =>
        cache?.IsExact == true && cache.Find(key) is { } held ? held.State : (await Read(key, cancel)).State;

    /// <summary>The same, with the texts that were made of it.</summary>
    public ValueTask<HeldDocument> Hold(DocumentKey key, CancellationToken cancel) =>
        cache?.IsExact == true && cache.Find(key) is { } held ? ValueTask.FromResult(held) : Read(key, cancel);

    private async ValueTask<HeldDocument> Read(DocumentKey key, CancellationToken cancel)
    {
        var stamp = cache?.Stamp(key) ?? 0;
        var held = cache?.Find(key);
        var (head, view) = await lookup.Find(key, held is null, cancel);
        if (held is not null && head == held.State.StreamVersion) return held;
        // A stream only grows, so what is held is a beginning of what is there.
        var start = view is not null ? ViewContent.Read(view.Content, view.Version, view.StreamVersion, view.Position, view.IsDeleted)
            : held is not null && held.State.StreamVersion <= head ? held.State
            : head == 0 ? Document.Unborn
            : await Nearest(key, "true", null, cancel);
        var read = new HeldDocument(key, start.StreamVersion == head ? start : await Fold(key, start, _ => true, cancel));
        if (read.State.StreamVersion > 0) cache?.Keep(read, stamp);
        return read;
    }

    /// <summary>The document as its commit of this version left it, absent or not; null where its stream has no such version.</summary>
    /// <param name="earlier">It at a version before, for who has one; null: the nearest that is stored.</param>
    public async Task<Document?> At(DocumentKey key, long version, CancellationToken cancel, Document? earlier = null)
    {
        if (version <= 0) return null;
        var start = earlier is { Version: > 0 } ? earlier : await Nearest(key, "version <= $3", version, cancel);
        var document = await Fold(key, start, e => e.Event.Version <= version, cancel);
        return document.Version == version ? document : null;
    }

    /// <summary>The document as the event of this number left it, which is the last of its commit.</summary>
    internal async Task<Document> AtNumber(DocumentKey key, long number, CancellationToken cancel) =>
        await Fold(key, await Nearest(key, "stream_version <= $3", number, cancel), e => e.Number <= number, cancel);

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

    private async Task<Document> Nearest(DocumentKey key, string condition, object? value, CancellationToken cancel)
    {
        // The view of a document that is not large is the youngest snapshot of all.
        await using var command = Command(key, $"""
            SELECT {StateColumns} FROM (
                SELECT {StateColumns}, updated_at FROM {StoreSetup.Schema}.document_view WHERE tenant_id = $1 AND id = $2 AND content IS NOT NULL AND {condition}
                UNION ALL
                (SELECT {StateColumns}, updated_at FROM {StoreSetup.Schema}.document_snapshot WHERE tenant_id = $1 AND id = $2 AND {condition}
                 ORDER BY version DESC LIMIT 1)) s
            ORDER BY stream_version DESC LIMIT 1
            """, value is null ? [] : [value]);
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
        ViewContent.Read(reader.GetFieldValue<byte[]>(at), reader.GetInt64(at + 1), reader.GetInt64(at + 2), reader.GetInt64(at + 3), reader.GetBoolean(at + 4));

    private NpgsqlCommand Command(DocumentKey key, string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
