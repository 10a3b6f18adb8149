using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>Which commits to read: an app's, narrowed to a tier, and there to an owner or a document. Null stands for all.</summary>
public sealed record ChangeScope(string? App = null, string? Tier = null, string? Owner = null, string? Document = null)
{
    public static ChangeScope All { get; } = new();

    public bool Holds(DocumentKey key) => (App is null || key.App == App) && (Tier is null || key.Tier == Tier)
        && (Owner is null || key.Owner == Owner) && (Document is null || key.Name == Document);
}

/// <summary>Reads commits out of the store in the order of their positions, which is the order in which they became visible.</summary>
public sealed class ChangeReader(NpgsqlDataSource source, DocumentReader documents, AppDirectory apps)
{
    // A page is as many events as will do in most cases; where one commit has more, it is read with as many as a commit can have.
    private const int EventsOfACommit = 4;
    private const int MinEvents = 1_000;
    private const int MaxEvents = 30_000;

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
        if (head <= Volatile.Read(ref _inForce)) return head;
        await apps.CatchUp(cancel);
        Volatile.Write(ref _inForce, head);
        return head;
    }

    /// <summary>The commits after a position, some of them: <see cref="ChangeBatch.Reached"/> says up to where they are complete.</summary>
    public async Task<ChangeBatch> After(long position, ChangeScope scope, int limit, CancellationToken cancel)
    {
        var head = await Head(cancel);
        var events = Math.Clamp(limit * EventsOfACommit, MinEvents, MaxEvents);
        var (commits, isCut) = await Commits(position, head, scope, events, cancel);
        // The last of them may go on behind the page.
        if (isCut && commits.Count == 1) (commits, isCut) = await Commits(position, head, scope, MaxEvents, cancel);
        if (isCut) commits.RemoveAt(commits.Count - 1);
        if (commits.Count > limit)
        {
            commits.RemoveRange(limit, commits.Count - limit);
            isCut = true;
        }
        long? cut = isCut ? commits[^1][^1].Position : null;
        var changes = new List<CommittedChange>(commits.Count);
        foreach (var commit in commits) changes.Add(await Change(commit, cancel));
        return new ChangeBatch(changes, cut ?? Math.Max(head, position), cut is not null);
    }

    private async Task<(List<List<Row>> Commits, bool IsCut)> Commits(long position, long head, ChangeScope scope, int events, CancellationToken cancel)
    {
        var (commits, rows) = (new List<List<Row>>(), 0);
        await using var command = Command(position, head, scope, events);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        for (; await reader.ReadAsync(cancel); rows++)
        {
            var row = Read(reader);
            if (commits.Count > 0 && commits[^1][0].Commit == row.Commit && commits[^1][0].Key.Equals(row.Key)) commits[^1].Add(row);
            else commits.Add([row]);
        }
        return (commits, rows == events);
    }

    /// <summary>The commit of a document that ends at a position, as it is told now.</summary>
    /// <param name="after">A position before its first event.</param>
    public async Task<CommittedChange?> At(DocumentKey key, long after, long position, CancellationToken cancel)
    {
        var commit = new List<Row>();
        await using (var command = Command(after, position, new ChangeScope(key.App, key.Tier, key.Owner, key.Name), MaxEvents))
        await using (var reader = await command.ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel)) commit.Add(Read(reader));
        return commit.Count == 0 ? null : await Change(commit.FindAll(row => row.Commit == commit[^1].Commit), cancel);
    }

    private sealed record Row(long Position, DocumentKey Key, string Commit, DocumentEvent Event, DateTimeOffset At, string By, string? Device);

    private NpgsqlCommand Command(long after, long head, ChangeScope scope, int events)
    {
        var command = source.CreateCommand($"""
            SELECT e.seq_id, e.tenant_id, v.tier, v.owner, v.name, e.causation_id, e.type, e.data::text, e.timestamp, e.user_name, e.headers ->> 'device'
            FROM {StoreSetup.Schema}.mt_events e JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = e.tenant_id AND v.id = e.stream_id
            WHERE e.seq_id > $1 AND e.seq_id <= $2 AND NOT e.{StoreSetup.IsAdministration}
                AND ($3::varchar IS NULL OR e.tenant_id = $3) AND ($4::varchar IS NULL OR v.tier = $4) AND ($5::varchar IS NULL OR v.owner = $5) AND ($6::varchar IS NULL OR v.name = $6)
            ORDER BY e.seq_id LIMIT $7
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = head });
        foreach (var value in new[] { scope.App, scope.Tier, scope.Owner, scope.Document })
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)value ?? DBNull.Value });
        command.Parameters.Add(new() { Value = events });
        return command;
    }

    private static Row Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), new DocumentKey(row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4)), row.GetString(5),
        (DocumentEvent)EventJson.Read(row.GetString(6), row.GetString(7)), row.GetFieldValue<DateTimeOffset>(8), row.GetString(9), row.IsDBNull(10) ? null : row.GetString(10));

    private async Task<CommittedChange> Change(List<Row> commit, CancellationToken cancel)
    {
        var (first, last) = (commit[0], commit[^1]);
        var events = commit.ConvertAll(r => r.Event);
        // What a deletion took and a restoration brought, only the state before can tell.
        var before = events.Exists(e => e is DocumentDeleted or DocumentRestored)
            ? await documents.At(first.Key, first.Event.Version - 1, cancel) ?? Document.Unborn
            : Document.Unborn;
        return CommittedChange.Of(last.Position, first.Key, before, events, first.At, first.By, first.Device);
    }
}
