using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>Reads commits out of the store in the order of their positions, which is the order in which they became visible.</summary>
/// <param name="underWay">Of this node's own commits; null: it makes none.</param>
public sealed class ChangeReader(NpgsqlDataSource source, DocumentReader documents, AppDirectory apps, CommitsUnderWay? underWay = null)
{
    // The store is looked through in windows of its order. The first has as many events as commits are wanted, of which most have one; where fewer
    // fit, they grow.
    private const int MinWindow = 64;
    private const int MaxWindow = 100_000;
    private const int MaxKnown = 100_000;

    // Of a window that is read whole at least so much must be wanted, or the next are looked through for it.
    private const double WantedOfWide = 1 / 8.0;

    // What documents streams are of, which never changes; of those that were read lately.
    private readonly ConcurrentDictionary<(string App, Guid Id), DocumentKey> _keys = new();

    // Up to where what was given and taken back is in force here.
    private long _inForce;

    /// <summary>
    /// The position of the last event that is committed. Whoever lost a permission up to there, on whatever node, has lost it here as well: what
    /// is told from memory afterwards is told as of then, though between the two nothing but the loss was committed.
    /// </summary>
    public async Task<long> Head(CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT coalesce(max(seq_id), 0) FROM {StoreSetup.Schema}.mt_events");
        var head = (long)(await command.ExecuteScalarAsync(cancel))!;
        if (underWay is not null) await underWay.Known(cancel);
        if (head <= Volatile.Read(ref _inForce)) return head;
        await apps.CatchUp(cancel);
        Volatile.Write(ref _inForce, head);
        return head;
    }

    /// <summary>The commits after a position, some of them: <see cref="ChangeBatch.Reached"/> says up to where they are complete.</summary>
    public async Task<ChangeBatch> After(long position, ChangeScope scope, int limit, CancellationToken cancel)
    {
        var head = await Head(cancel);
        var window = (long)Math.Max(limit, MinWindow);
        var (commits, reached) = (new List<List<Row>>(), position);
        var isWide = scope is { Owner: null, Document: null };
        while (reached < head && commits.Count < limit)
        {
            var upTo = reached + window < head ? await EndOfCommit(reached + window, head, cancel) : head;
            var rows = isWide ? await Wide(reached, upTo, scope, cancel) : await Narrow(reached, upTo, scope, cancel);
            isWide &= rows.Count > window * WantedOfWide;
            foreach (var row in rows)
            {
                if (commits.Count > 0 && commits[^1][0].Commit == row.Commit && commits[^1][0].Key.Equals(row.Key)) commits[^1].Add(row);
                else commits.Add([row]);
            }
            (reached, window) = (upTo, Math.Min(window * 4, MaxWindow));
        }
        if (commits.Count > limit)
        {
            commits.RemoveRange(limit, commits.Count - limit);
            reached = commits[^1][^1].Position;
        }
        var changes = new List<CommittedChange>(commits.Count);
        foreach (var commit in commits) changes.Add(await Change(commit, cancel));
        return new ChangeBatch(changes, reached, HasMore: reached < head);
    }

    // The first position from this one on at which no commit is cut in two.
    private async Task<long> EndOfCommit(long position, long head, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT n.seq_id - 1 FROM (SELECT causation_id FROM {StoreSetup.Schema}.mt_events WHERE seq_id <= $1 ORDER BY seq_id DESC LIMIT 1) l
            CROSS JOIN LATERAL (SELECT seq_id FROM {StoreSetup.Schema}.mt_events WHERE seq_id > $1 AND causation_id IS DISTINCT FROM l.causation_id ORDER BY seq_id LIMIT 1) n
            """);
        command.Parameters.Add(new() { Value = position });
        return await command.ExecuteScalarAsync(cancel) is long end ? Math.Min(end, head) : head;
    }

    /// <summary>The commit of a document that ends at a position, as it is told now.</summary>
    /// <param name="after">A position before its first event.</param>
    public async Task<CommittedChange?> At(DocumentKey key, long after, long position, CancellationToken cancel)
    {
        var commit = await Narrow(after, position, new ChangeScope(key.App, key.Tier, key.Owner, key.Name), cancel);
        return commit.Count == 0 ? null : await Change(commit.FindAll(row => row.Commit == commit[^1].Commit), cancel);
    }

    private sealed record Row(long Position, DocumentKey Key, string Commit, string Type, byte[] Event, DateTimeOffset At, string By, string? Device);

    // Where most of what there is will do, it is read at once; its documents are known, or looked up together.
    private async Task<List<Row>> Wide(long after, long upTo, ChangeScope scope, CancellationToken cancel)
    {
        var (found, unknown) = (new List<((string App, Guid Id) Stream, Row Row)>(), new HashSet<(string App, Guid Id)>());
        await using (var command = source.CreateCommand($"""
            SELECT e.seq_id, {Columns}, e.tenant_id, e.stream_id FROM {StoreSetup.Schema}.mt_events e
            WHERE e.seq_id > $1 AND e.seq_id <= $2 AND NOT {StoreSetup.IsAdministration} AND {OfApp} ORDER BY e.seq_id
            """))
        {
            command.Parameters.Add(new() { Value = after });
            command.Parameters.Add(new() { Value = upTo });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)scope.App ?? DBNull.Value });
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                var stream = (App: reader.GetString(ColumnCount + 1), Id: reader.GetGuid(ColumnCount + 2));
                if (!_keys.TryGetValue(stream, out var key)) unknown.Add(stream);
                else if (!scope.Holds(key)) continue;
                found.Add((stream, Read(reader, key!)));
            }
        }
        if (unknown.Count == 0) return found.ConvertAll(f => f.Row);
        await Learn(unknown, cancel);
        var rows = new List<Row>(found.Count);
        foreach (var (stream, row) in found)
        {
            if (row.Key is not null) rows.Add(row);
            // Streams of none are not documents'.
            else if (_keys.TryGetValue(stream, out var key) && scope.Holds(key)) rows.Add(row with { Key = key });
        }
        return rows;
    }

    private async Task Learn(IReadOnlyCollection<(string App, Guid Id)> streams, CancellationToken cancel)
    {
        if (_keys.Count > MaxKnown) _keys.Clear();
        await using var command = source.CreateCommand($"""
            SELECT v.tenant_id, v.id, v.tier, v.owner, v.name FROM unnest($1, $2) AS s(tenant_id, id) CROSS JOIN LATERAL (
                SELECT * FROM {StoreSetup.Schema}.document_view v WHERE v.tenant_id = s.tenant_id AND v.id = s.id LIMIT 1) v
            """);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar, Value = streams.Select(s => s.App).ToArray() });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = streams.Select(s => s.Id).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) _keys[(reader.GetString(0), reader.GetGuid(1))] = new(reader.GetString(0), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4));
    }

    // Where little of it will do: what is looked through is narrow, and each of its documents is looked up by its id. Whatever is asked for, no other
    // way of doing it is found.
    private async Task<List<Row>> Narrow(long after, long upTo, ChangeScope scope, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            WITH window_of AS MATERIALIZED (
                SELECT seq_id, tenant_id, stream_id FROM {StoreSetup.Schema}.mt_events e
                WHERE seq_id > $1 AND seq_id <= $2 AND NOT {StoreSetup.IsAdministration} AND {OfApp}
            ), found AS MATERIALIZED (
                SELECT w.seq_id, v.tier, v.owner, v.name FROM window_of w CROSS JOIN LATERAL (
                    SELECT tier, owner, name FROM {StoreSetup.Schema}.document_view v WHERE v.tenant_id = w.tenant_id AND v.id = w.stream_id LIMIT 1) v
                WHERE ($4::varchar IS NULL OR v.tier = $4) AND ($5::varchar IS NULL OR v.owner = $5) AND ($6::varchar IS NULL OR v.name = $6)
                    AND ($7::varchar IS NULL OR v.owner IS NULL OR v.owner = $7 OR w.stream_id = ANY ($8))
            )
            SELECT e.seq_id, {Columns}, e.tenant_id, f.tier, f.owner, f.name
            FROM found f CROSS JOIN LATERAL (SELECT * FROM {StoreSetup.Schema}.mt_events e WHERE e.seq_id = f.seq_id LIMIT 1) e ORDER BY e.seq_id
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = upTo });
        var audience = scope.Audience?.Invoke();
        foreach (var value in new[] { scope.App, scope.Tier, scope.Owner, scope.Document, audience?.User })
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)value ?? DBNull.Value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = audience?.Shared.ToArray() ?? [] });
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            rows.Add(Read(reader, new DocumentKey(reader.GetString(ColumnCount + 1), reader.GetString(ColumnCount + 2), reader.IsDBNull(ColumnCount + 3) ? null : reader.GetString(ColumnCount + 3), reader.GetString(ColumnCount + 4))));
        return rows;
    }

    // As no index has it: on a table that the planner knows nothing of yet, it would rather go through all there is of an app than through a window.
    private const string OfApp = "($3::varchar IS NULL OR e.tenant_id || '' = $3)";

    private const string Columns = "e.causation_id, e.type, e.data, e.timestamp, e.user_name, e.headers ->> 'device'";
    private const int ColumnCount = 6;

    private static Row Read(NpgsqlDataReader row, DocumentKey key) => new(
        row.GetInt64(0), key, row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6));

    private async Task<CommittedChange> Change(List<Row> commit, CancellationToken cancel)
    {
        var (first, last) = (commit[0], commit[^1]);
        var events = commit.ConvertAll(r => (DocumentEvent)EventJson.Read(r.Type, r.Event));
        // What a deletion took and a restoration brought, only the state before can tell.
        var before = events.Exists(e => e is DocumentDeleted or DocumentRestored)
            ? await documents.At(first.Key, events[0].Version - 1, cancel) ?? Document.Unborn
            : Document.Unborn;
        return CommittedChange.Of(last.Position, first.Key, before, events, first.At, first.By, first.Device);
    }
}
