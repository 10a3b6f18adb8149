using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>
/// Carries the index on by the documents that the next events touch: each is loaded as it is now and its row written anew, together with how far
/// that is. All appenders hold one lock until their commit, so behind a position that can be seen none appears later.
/// </summary>
internal sealed class SearchRound
{
    // What has waited longest is soonest in the index when a round takes few. Who is behind takes twice as many in each, as long as the documents are not
    // too many: however many commits a document had, it is written once.
    private const int FewEvents = 48;
    private const int MaxEvents = 40_000;
    private const int ManyDocuments = 1_500;
    private const int RebuildAtOnce = 200;
    private const int MaxLoads = 100;
    private const int RowsAtOnce = 10;
    private const int MaxBytesAtOnce = 8 * 1024 * 1024;
    internal const string Name = "documents";

    private readonly NpgsqlConnection _connection;
    private readonly DocumentReader _documents;
    private readonly SearchWriter _writer;

    private int _takes = FewEvents;

    // Loaded beyond what was reached: what the next round need not load again.
    private Dictionary<Guid, long> _ahead = [];

    private SearchRound(NpgsqlConnection connection, DocumentReader documents)
    {
        (_connection, _documents, Indexes) = (connection, documents, new DeclaredIndexes(connection));
        _writer = new SearchWriter(connection, Indexes);
    }

    public DeclaredIndexes Indexes { get; }

    public long Position { get; private set; }
    public bool IsBuilt { get; private set; }

    /// <summary>There was more to take in than the last round could, as much as that was.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>The stream that a rebuild has come to; null: none is under way.</summary>
    public (string App, Guid Id)? Rebuilding { get; private set; }

    /// <summary>When the oldest event was committed that the last round found waiting; null: it found none.</summary>
    public DateTimeOffset? OldestWaiting { get; private set; }

    /// <summary>About how many bytes each row had that the last round wrote, on average.</summary>
    public double BytesOfARow { get; private set; }

    /// <param name="connection">It holds the lock. What is written is written on it alone, so who has lost the lock writes nothing.</param>
    public static async Task<SearchRound> Begin(NpgsqlConnection connection, DocumentReader documents, CancellationToken cancel)
    {
        await using (var command = new NpgsqlCommand($"""
            INSERT INTO {SearchTables.Progress} (name, position, format, is_built) VALUES ($1, 0, {SearchRow.Format}, false) ON CONFLICT (name)
                DO UPDATE SET format = excluded.format, is_built = false, rebuilt_app = '', rebuilt_id = '00000000-0000-0000-0000-000000000000' WHERE search_progress.format <> excluded.format
            """, connection))
        {
            command.Parameters.Add(new() { Value = Name });
            await command.ExecuteNonQueryAsync(cancel);
        }
        var round = new SearchRound(connection, documents);
        await round.Look(cancel);
        return round;
    }

    /// <summary>Reads how far it is: somebody may have asked for a rebuild.</summary>
    public async Task Look(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT position, is_built, rebuilt_app, rebuilt_id FROM {SearchTables.Progress} WHERE name = $1", _connection);
        command.Parameters.Add(new() { Value = Name });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        (Position, IsBuilt) = (reader.GetInt64(0), reader.GetBoolean(1));
        Rebuilding = await reader.IsDBNullAsync(2, cancel) ? null : (reader.GetString(2), reader.GetGuid(3));
    }

    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> Run(CancellationToken cancel)
    {
        var (touched, reached, count) = await Next(cancel);
        var ahead = new Dictionary<Guid, long>();
        if (count > 0 || !IsBuilt)
        {
            await using var transaction = await _connection.BeginTransactionAsync(cancel);
            await Write(touched.Where(t => !_ahead.TryGetValue(t.Key.StreamId, out var position) || position < t.Last).Select(t => (t.Key, t.Number)), document => document.Document.Position > reached ? ahead : null, cancel);
            // Rows of another format are not found by what is looked up now, so nobody is answered before the last of them is made anew.
            var isBuilt = IsBuilt || (count < _takes && Rebuilding is null);
            await Keep("position = $2, is_built = $3", cancel, reached, isBuilt);
            await transaction.CommitAsync(cancel);
            (Position, IsBuilt) = (reached, isBuilt);
        }
        foreach (var (id, position) in _ahead.Where(a => a.Value > Position)) ahead.TryAdd(id, position);
        _ahead = ahead;
        var isFull = count == _takes;
        var isLarge = _takes == MaxEvents || touched.Count >= ManyDocuments;
        IsBehind = isFull && isLarge;
        if (!isFull) _takes = FewEvents;
        else if (!isLarge) _takes = Math.Min(2 * _takes, MaxEvents);
        return isFull;
    }

    /// <summary>Makes the next rows anew, in the order of their streams, while the index is in use: each row is the old one or the new one.</summary>
    public async Task Rebuild(CancellationToken cancel)
    {
        var (app, id) = Rebuilding!.Value;
        var keys = new List<DocumentKey>();
        (string, Guid)? last = null;
        await using (var command = new NpgsqlCommand($"""
            SELECT s.tenant_id, s.id, (SELECT c.data::text FROM {StoreSetup.Schema}.mt_events c
                WHERE c.tenant_id = s.tenant_id AND c.stream_id = s.id AND c.version = 1 AND c.type = 'document_created')
            FROM {StoreSetup.Schema}.mt_streams s WHERE (s.tenant_id, s.id) > ($1, $2) ORDER BY s.tenant_id, s.id LIMIT {RebuildAtOnce}
            """, _connection))
        {
            command.Parameters.Add(new() { Value = app });
            command.Parameters.Add(new() { Value = id });
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                last = (reader.GetString(0), reader.GetGuid(1));
                if (!await reader.IsDBNullAsync(2, cancel)) keys.Add(KeyOf(reader.GetString(0), reader.GetString(2)));
            }
        }
        await using var transaction = await _connection.BeginTransactionAsync(cancel);
        await Write(keys.Select(k => (k, 0L)), _ => null, cancel);
        await Sweep(app, id, last, cancel);
        await Keep("rebuilt_app = $2, rebuilt_id = $3", cancel, (object?)last?.Item1 ?? DBNull.Value, (object?)last?.Item2 ?? DBNull.Value);
        await transaction.CommitAsync(cancel);
        Rebuilding = last;
    }

    // Rows between two streams that no stream stands behind.
    private async Task Sweep(string app, Guid id, (string App, Guid Id)? last, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"""
            DELETE FROM {SearchTables.Document} d WHERE (d.tenant_id, d.id) > ($1, $2) {(last is null ? "" : "AND (d.tenant_id, d.id) <= ($3, $4)")}
                AND NOT EXISTS (SELECT 1 FROM {StoreSetup.Schema}.mt_streams s WHERE s.tenant_id = d.tenant_id AND s.id = d.id)
            """, _connection);
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = id });
        if (last is { } end)
        {
            command.Parameters.Add(new() { Value = end.App });
            command.Parameters.Add(new() { Value = end.Id });
        }
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async Task<(List<(DocumentKey Key, long Last, long Number)> Touched, long Reached, int Count)> Next(CancellationToken cancel)
    {
        var (touched, reached, count) = (new List<(DocumentKey, long, long)>(), Position, 0);
        OldestWaiting = null;
        await using var command = new NpgsqlCommand($"""
            WITH next AS (SELECT seq_id, tenant_id, stream_id, version, type, timestamp FROM {StoreSetup.Schema}.mt_events WHERE seq_id > $1 ORDER BY seq_id LIMIT $2)
            SELECT n.tenant_id, max(n.seq_id), count(*)::integer, min(n.timestamp), count(*) FILTER (WHERE NOT n.{StoreSetup.IsAdministration}) > 0,
                (SELECT c.data::text FROM {StoreSetup.Schema}.mt_events c WHERE c.tenant_id = n.tenant_id AND c.stream_id = n.stream_id AND c.version = 1 AND c.type = 'document_created'), max(n.version)
            FROM next n GROUP BY n.tenant_id, n.stream_id
            """, _connection);
        command.Parameters.Add(new() { Value = Position });
        command.Parameters.Add(new() { Value = _takes });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            reached = Math.Max(reached, reader.GetInt64(1));
            count += reader.GetInt32(2);
            var at = await reader.GetFieldValueAsync<DateTimeOffset>(3, cancel);
            if (OldestWaiting is null || at < OldestWaiting) OldestWaiting = at;
            if (reader.GetBoolean(4) && !await reader.IsDBNullAsync(5, cancel)) touched.Add((KeyOf(reader.GetString(0), reader.GetString(5)), reader.GetInt64(1), reader.GetInt64(6)));
        }
        return (touched, reached, count);
    }

    private static DocumentKey KeyOf(string app, string created)
    {
        var e = (DocumentCreated)EventJson.Read("document_created", created);
        return new DocumentKey(app, e.Tier, e.Owner, e.Name);
    }

    private async Task Write(IEnumerable<(DocumentKey Key, long Number)> touched, Func<SearchRow, Dictionary<Guid, long>?> ahead, CancellationToken cancel)
    {
        var (rows, bytes, writing) = (new List<SearchRow>(), 0, Task.CompletedTask);
        var (allRows, allBytes) = (0, 0L);
        try
        {
            foreach (var (key, number) in touched)
            {
                var row = SearchRow.Of(key, await Load(key, number, cancel));
                if (ahead(row) is { } noted) noted[key.StreamId] = row.Document.Position;
                rows.Add(row);
                bytes += row.Bytes;
                (allRows, allBytes) = (allRows + 1, allBytes + row.Bytes);
                if (bytes < MaxBytesAtOnce && rows.Count < RowsAtOnce) continue;
                // The next rows are made while the database takes these.
                await writing;
                writing = _writer.Write(rows, cancel);
                (rows, bytes) = ([], 0);
            }
            await writing;
        }
        finally
        {
            // The connection is nobody else's before.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _writer.Write(rows, cancel);
        BytesOfARow = allRows == 0 ? 0 : (double)allBytes / allRows;
    }

    // What is committed is seen here at once, and in this node's memory of documents a moment later.
    private async Task<Document> Load(DocumentKey key, long number, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var document = await _documents.Load(key, cancel);
            if (document.StreamVersion >= number) return document;
            if (attempt == MaxLoads) throw new TimeoutException($"The document of stream {key.StreamId} is not yet what its events say.");
            await Task.Delay(attempt, cancel);
        }
    }

    private async Task Keep(string assignments, CancellationToken cancel, params object[] values)
    {
        await using var command = new NpgsqlCommand($"UPDATE {SearchTables.Progress} SET {assignments} WHERE name = $1", _connection);
        command.Parameters.Add(new() { Value = Name });
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }
}
