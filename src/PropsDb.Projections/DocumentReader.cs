using System.Text.Json;
using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>Reads the state of one document: its view, and whatever its stream has beyond the view.</summary>
public sealed class DocumentReader(NpgsqlDataSource source)
{
    /// <summary>The document now; one that was never created is <see cref="Document.Unborn"/>.</summary>
    public async Task<Document> Load(DocumentKey key, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT s.version, v.content, v.version, v.stream_version, v.position, v.is_deleted
            FROM {StoreSetup.Schema}.mt_streams s LEFT JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = s.tenant_id AND v.id = s.id
            WHERE s.tenant_id = $1 AND s.id = $2
            """);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel)) return Document.Unborn;
        var head = reader.GetInt64(0);
        var view = await reader.IsDBNullAsync(1, cancel) ? Document.Unborn
            : ViewContent.Read(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetBoolean(5));
        await reader.DisposeAsync();
        return view.StreamVersion == head ? view : await Fold(key, view, _ => true, cancel);
    }

    /// <summary>The document as its commit of this version left it; null where its stream has no such version.</summary>
    public async Task<Document?> LoadAt(DocumentKey key, long version, CancellationToken cancel)
    {
        var document = await Fold(key, Document.Unborn, e => e.Event.Version <= version, cancel);
        return document.Version == version && version > 0 ? document : null;
    }

    private async Task<Document> Fold(DocumentKey key, Document start, Func<RecordedEvent, bool> belongs, CancellationToken cancel)
    {
        await foreach (var recorded in Events(key, start.StreamVersion, cancel))
        {
            if (!belongs(recorded)) break;
            var commit = recorded.Commit.Version == start.Updated.Version ? start.Updated : recorded.Commit;
            start = Document.Evolve(start, recorded.Event, commit) with { Position = recorded.Position };
        }
        return start;
    }

    /// <summary>The events of a stream in order, after the one of this number.</summary>
    public async IAsyncEnumerable<RecordedEvent> Events(
        DocumentKey key, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT seq_id, type, data::text, timestamp, user_name, headers ->> 'device', headers ->> 'message'
            FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND version > $3 ORDER BY version
            """);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        command.Parameters.Add(new() { Value = after });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var e = EventJson.Read(reader.GetString(1), reader.GetString(2));
            yield return new RecordedEvent(reader.GetInt64(0), e, new Commit(
                e.Version,
                await reader.GetFieldValueAsync<DateTimeOffset>(3, cancel),
                reader.GetString(4),
                await reader.IsDBNullAsync(5, cancel) ? null : reader.GetString(5),
                await reader.IsDBNullAsync(6, cancel) ? null : reader.GetString(6)));
        }
    }
}

/// <param name="Position">Its place in the order of the whole database.</param>
public sealed record RecordedEvent(long Position, DocumentEvent Event, Commit Commit);
