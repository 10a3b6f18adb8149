using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>
/// Brings the views of documents up to date behind the commits: lists read them, and a read of what is not in memory begins with them. However
/// many commits a document had since the last round, it is written once.
/// </summary>
public sealed class DocumentViews : IAsyncDisposable
{
    private const long Key = 0x50726F7073444204;
    private const string Checkpoint = "document_view";
    private const int MaxEvents = 20_000;
    // A document that is written again and again costs one row in so long; lists, which read the rows, do not wait for it. Where it is not known who
    // has many events, nobody gets to have too many for one snapshot.
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GatherUnknown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _source;
    private readonly DocumentReader _documents;
    private readonly CommitQueue _queue;
    private readonly UnviewedDocuments? _unviewed;
    private readonly Leadership _leadership;
    private long _reached = -1;
    private TaskCompletionSource _advanced = New();

    public DocumentViews(NpgsqlDataSource source, DocumentReader documents, CommitQueue queue, ILogger<DocumentViews> log, UnviewedDocuments? unviewed = null)
    {
        (_source, _documents, _queue, _unviewed) = (source, documents, queue, unviewed);
        _leadership = new Leadership(source, Key, unviewed is null ? GatherUnknown : Gather, rest: () => 6, Begin, log);
        _queue.Committed += OnCommitted;
    }

    /// <summary>Begins to work behind the commits, those of before included.</summary>
    public void Start() => _leadership.Start();

    private void OnCommitted(object? sender, EventArgs e)
    {
        if (_unviewed?.IsDue == true) _leadership.Hurry();
        else _leadership.Signal();
    }

    /// <summary>Waits until the views hold all that this node has committed, and more where a later position is asked for.</summary>
    /// <exception cref="TimeoutException">That takes too long.</exception>
    public async ValueTask Include(long position, CancellationToken cancel)
    {
        position = Math.Max(position, _queue.Position);
        if (Volatile.Read(ref _reached) >= position) return;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var advanced = Volatile.Read(ref _advanced).Task;
            if (Volatile.Read(ref _reached) >= position) return;
            _leadership.Hurry();
            // Another node may do the work.
            await Task.WhenAny(advanced, Task.Delay(BetweenLooks, cancel));
            cancel.ThrowIfCancellationRequested();
            if (Volatile.Read(ref _reached) < 0 && await Stored(cancel) >= position) return;
            if (TimeProvider.System.GetElapsedTime(started) > Patience) throw new TimeoutException("The views of the documents are behind.");
        }
    }

    private async Task<long> Stored(CancellationToken cancel)
    {
        await using var command = _source.CreateCommand($"SELECT last_seq_id FROM {StoreSetup.Schema}.mt_event_progression WHERE name = '{Checkpoint}'");
        return await command.ExecuteScalarAsync(cancel) is long position ? position : 0;
    }

    // What is written is written on the connection that holds the lock alone, so who has lost the lock writes nothing.
    private async Task<Func<CancellationToken, Task<bool>>> Begin(NpgsqlConnection connection, CancellationToken cancel)
    {
        var reached = await Stored(cancel);
        return async stop =>
        {
            try
            {
                var upTo = await Round(connection, reached, stop);
                var hasMore = upTo - reached >= MaxEvents;
                Advance(reached = upTo);
                return hasMore;
            }
            catch
            {
                Advance(-1);
                throw;
            }
        };
    }

    private void Advance(long reached)
    {
        Volatile.Write(ref _reached, reached);
        Interlocked.Exchange(ref _advanced, New()).SetResult();
    }

    // All views are brought to one position: of commits to several documents that stand or fall together none shows a half.
    private async Task<long> Round(NpgsqlConnection connection, long from, CancellationToken cancel)
    {
        var taken = _unviewed?.Take();
        var (upTo, rows) = taken is { } own && own.From <= from && own.UpTo >= from
            ? (own.UpTo, await Tails(connection, own.Documents, cancel))
            : await Find(connection, from, cancel);
        if (upTo == from) return from;
        await using var batch = new NpgsqlBatch(connection);
        DocumentViewRow.Write(batch, rows);
        var checkpoint = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.mt_event_progression (name, last_seq_id) VALUES ('{Checkpoint}', $1)
            ON CONFLICT (name) DO UPDATE SET last_seq_id = excluded.last_seq_id
            """);
        checkpoint.Parameters.Add(new() { Value = upTo });
        batch.BatchCommands.Add(checkpoint);
        await batch.ExecuteNonQueryAsync(cancel);
        return upTo;
    }

    // Of what this node has committed itself all is known but how far the last snapshots are behind.
    private static async Task<List<DocumentViewRow>> Tails(NpgsqlConnection connection, IReadOnlyCollection<UnviewedDocument> documents, CancellationToken cancel)
    {
        if (documents.Count == 0) return [];
        var tails = new Dictionary<Guid, (long Events, long Bytes)>(documents.Count);
        await using (var command = new NpgsqlCommand($"""
            SELECT v.id, v.tail_events, v.tail_bytes FROM unnest($1, $2) AS k(tenant, id) JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = k.tenant AND v.id = k.id
            """, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. documents.Select(d => d.Key.App)] });
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. documents.Select(d => d.Key.StreamId)] });
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel)) tails[reader.GetGuid(0)] = (reader.GetInt64(1), reader.GetInt64(2));
        }
        return [.. documents.Select(d => (d, Tail: tails.GetValueOrDefault(d.Key.StreamId))).Select(p => DocumentViewRow.Of(p.d.Key, p.d.State, p.d.Events + p.Tail.Events, p.d.Bytes + p.Tail.Bytes))];
    }

    // The documents that were committed to by whatever node, out of the store.
    private async Task<(long UpTo, List<DocumentViewRow> Rows)> Find(NpgsqlConnection connection, long from, CancellationToken cancel)
    {
        var found = new List<(DocumentKey Key, long Number, long Events, long Bytes)>();
        var upTo = from;
        await using var command = new NpgsqlCommand($"""
            WITH last AS (
                SELECT seq_id, correlation_id FROM {StoreSetup.Schema}.mt_events WHERE seq_id <= $1 + {MaxEvents.ToString(CultureInfo.InvariantCulture)} ORDER BY seq_id DESC LIMIT 1
            ), head AS (
                -- What one request committed is not cut in two.
                SELECT coalesce((SELECT e.seq_id - 1 FROM {StoreSetup.Schema}.mt_events e, last l WHERE e.seq_id > l.seq_id AND e.correlation_id IS DISTINCT FROM l.correlation_id ORDER BY e.seq_id LIMIT 1),
                    (SELECT max(seq_id) FROM {StoreSetup.Schema}.mt_events), 0) AS position
            ), changed AS (
                SELECT e.tenant_id, e.stream_id, max(e.version) AS number, count(*) AS events, sum(pg_column_size(e.data))::bigint AS bytes
                FROM {StoreSetup.Schema}.mt_events e WHERE e.seq_id > $1 AND e.seq_id <= (SELECT position FROM head) GROUP BY e.tenant_id, e.stream_id
            )
            SELECT h.position, c.tenant_id, f.data ->> 'tier', f.data ->> 'owner', f.data ->> 'name', c.number, c.events + coalesce(v.tail_events, 0), c.bytes + coalesce(v.tail_bytes, 0)
            FROM head h LEFT JOIN (changed c
                JOIN {StoreSetup.Schema}.mt_events f ON f.tenant_id = c.tenant_id AND f.stream_id = c.stream_id AND f.version = 1 AND f.type = 'document_created'
                LEFT JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = c.tenant_id AND v.id = c.stream_id) ON true
            """, connection);
        command.Parameters.Add(new() { Value = from });
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                upTo = Math.Max(from, reader.GetInt64(0));
                if (reader.IsDBNull(1)) continue;
                var key = new DocumentKey(reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4));
                found.Add((key, reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)));
            }
        }
        var rows = new List<DocumentViewRow>(found.Count);
        foreach (var (key, number, events, bytes) in found) rows.Add(DocumentViewRow.Of(key, await _documents.AtNumber(key, number, cancel), events, bytes));
        return (upTo, rows);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask DisposeAsync()
    {
        _queue.Committed -= OnCommitted;
        return _leadership.DisposeAsync();
    }
}
