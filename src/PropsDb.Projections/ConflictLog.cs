using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Values;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections;

/// <summary>A stale write that was rejected, or merged.</summary>
/// <param name="By">Who wrote it.</param>
/// <param name="Conflicts">The conflicts as they were answered, a JSON array.</param>
/// <param name="Lost">What the write would have changed, as the JSON of a batch's operations; null where that cannot be told.</param>
/// <param name="Resolution"><c>local</c>, <c>remote</c> or <c>merged</c>; null while it is open.</param>
public sealed record LoggedConflict(
    Guid Id, DocumentKey Key, long? Expected, long Actual, string By, DateTimeOffset At, string Conflicts, string? Lost, string? Resolution, DateTimeOffset? ResolvedAt);

/// <summary>Which entries to list: those of tiers that are open as a whole, of tiers in which only one owner's are, and of single documents.</summary>
public sealed record ConflictQuery(
    string App, IReadOnlyCollection<string> Tiers, IReadOnlyCollection<string> OwnTiers, string? Owner, IReadOnlyCollection<Guid> Documents, string? Tier, string? Document, bool? Resolved, int Limit);

/// <summary>
/// Keeps the losing side of every conflict, behind the answer: entries are written in groups, the newest hundred of a document stay, and
/// those of the last thirty days.
/// </summary>
public sealed partial class ConflictLog : IAsyncDisposable
{
    private const int MaxWaiting = 10_000;
    private const int MaxGroup = 500;
    private const int KeptOfOneDocument = 100;

    // After a group it rests so many times as long as that took: writes come first.
    private const int Rest = 4;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<LoggedConflict> _waiting = Channel.CreateBounded<LoggedConflict>(MaxWaiting);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public ConflictLog(NpgsqlDataSource source, TimeProvider time, ILogger<ConflictLog> log)
    {
        (_source, _time, _log) = (source, time, log);
        _running = Run();
    }

    public void Record(LoggedConflict conflict)
    {
        if (!_waiting.Writer.TryWrite(conflict)) LogDropped(_log, MaxWaiting);
    }

    private async Task Run()
    {
        var group = new List<LoggedConflict>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxGroup && _waiting.Reader.TryRead(out var conflict)) group.Add(conflict);
            while (group.Count > 0)
            {
                try
                {
                    var started = Stopwatch.GetTimestamp();
                    await Write(group);
                    group.Clear();
                    // One is written at once; of many, what comes meanwhile goes together.
                    await Task.WhenAny(Task.Delay(Stopwatch.GetElapsedTime(started) * Rest, _stopping.Token));
                }
                catch (NpgsqlException e) when (!_stopping.IsCancellationRequested)
                {
                    LogRetry(_log, e, group.Count);
                    await Task.Delay(RetryAfter, CancellationToken.None);
                }
                catch (NpgsqlException e)
                {
                    LogLost(_log, e, group.Count);
                    group.Clear();
                }
            }
        }
    }

    private async Task Write(List<LoggedConflict> group)
    {
        await using var batch = _source.CreateBatch();
        var insert = new NpgsqlBatchCommand($"""
            INSERT INTO {StoreSetup.Schema}.conflict
                (tenant_id, id, stream_id, tier, owner, document, expected, actual, writer, at, conflicts, lost, resolution, resolved_at)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING
            """);
        Add(NpgsqlDbType.Varchar, c => c.Key.App);
        Add(NpgsqlDbType.Uuid, c => c.Id);
        Add(NpgsqlDbType.Uuid, c => c.Key.StreamId);
        Add(NpgsqlDbType.Varchar, c => c.Key.Tier);
        Add(NpgsqlDbType.Varchar, c => c.Key.Owner);
        Add(NpgsqlDbType.Varchar, c => c.Key.Name);
        Add(NpgsqlDbType.Bigint, c => c.Expected);
        Add(NpgsqlDbType.Bigint, c => c.Actual);
        Add(NpgsqlDbType.Varchar, c => c.By);
        Add(NpgsqlDbType.TimestampTz, c => c.At);
        Add(NpgsqlDbType.Text, c => c.Conflicts);
        Add(NpgsqlDbType.Text, c => c.Lost);
        Add(NpgsqlDbType.Varchar, c => c.Resolution);
        Add(NpgsqlDbType.TimestampTz, c => c.ResolvedAt);
        batch.BatchCommands.Add(insert);
        var prune = new NpgsqlBatchCommand($"""
            DELETE FROM {StoreSetup.Schema}.conflict c USING (SELECT DISTINCT * FROM unnest($1, $2) AS d(tenant_id, stream_id)) d LEFT JOIN LATERAL (
                SELECT k.at, k.id FROM {StoreSetup.Schema}.conflict k WHERE k.tenant_id = d.tenant_id AND k.stream_id = d.stream_id
                ORDER BY k.at DESC, k.id DESC OFFSET {KeptOfOneDocument - 1} LIMIT 1) oldest ON true
            WHERE c.tenant_id = d.tenant_id AND c.stream_id = d.stream_id AND (c.at < $3 OR (c.at, c.id) < (oldest.at, oldest.id))
            """);
        prune.Parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar, TypedValue = [.. group.Select(c => c.Key.App)] });
        prune.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. group.Select(c => c.Key.StreamId)] });
        prune.Parameters.Add(new() { Value = (_time.GetUtcNow() - KeptFor).ToUniversalTime() });
        batch.BatchCommands.Add(prune);
        await batch.ExecuteNonQueryAsync();

        void Add<T>(NpgsqlDbType type, Func<LoggedConflict, T> value) =>
            insert.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. group.Select(value)] });
    }

    private const string Columns = "id, tier, owner, document, expected, actual, writer, at, conflicts, lost, resolution, resolved_at";

    public async Task<IReadOnlyList<LoggedConflict>> List(ConflictQuery query, CancellationToken cancel)
    {
        await using var command = _source.CreateCommand($"""
            SELECT {Columns} FROM {StoreSetup.Schema}.conflict
            WHERE tenant_id = $1 AND (tier = ANY ($2) OR (tier = ANY ($3) AND owner = $4) OR stream_id = ANY ($10)) AND at >= $5
                AND ($6::varchar IS NULL OR tier = $6) AND ($7::varchar IS NULL OR document = $7) AND ($8::boolean IS NULL OR (resolution IS NOT NULL) = $8)
            ORDER BY at DESC, id DESC LIMIT $9
            """);
        command.Parameters.Add(new() { Value = query.App });
        command.Parameters.Add(new() { Value = query.Tiers.ToArray() });
        command.Parameters.Add(new() { Value = query.OwnTiers.ToArray() });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)query.Owner ?? DBNull.Value });
        command.Parameters.Add(new() { Value = (_time.GetUtcNow() - KeptFor).ToUniversalTime() });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)query.Tier ?? DBNull.Value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Varchar, Value = (object?)query.Document ?? DBNull.Value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Boolean, Value = (object?)query.Resolved ?? DBNull.Value });
        command.Parameters.Add(new() { Value = query.Limit });
        command.Parameters.Add(new() { Value = query.Documents.ToArray() });
        return await Read(query.App, command, cancel);
    }

    public async Task<LoggedConflict?> Find(string app, Guid id, CancellationToken cancel)
    {
        await using var command = _source.CreateCommand($"SELECT {Columns} FROM {StoreSetup.Schema}.conflict WHERE tenant_id = $1 AND id = $2");
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = id });
        return await Read(app, command, cancel) is [var found] ? found : null;
    }

    public async Task Resolve(string app, Guid id, string resolution, CancellationToken cancel)
    {
        await using var command = _source.CreateCommand(
            $"UPDATE {StoreSetup.Schema}.conflict SET resolution = $3, resolved_at = $4 WHERE tenant_id = $1 AND id = $2 AND resolution IS NULL");
        foreach (var value in new object[] { app, id, resolution, _time.GetUtcNow().ToUniversalTime() }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<IReadOnlyList<LoggedConflict>> Read(string app, NpgsqlCommand command, CancellationToken cancel)
    {
        var found = new List<LoggedConflict>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            found.Add(new LoggedConflict(
                reader.GetGuid(0), new DocumentKey(app, reader.GetString(1), reader[2] as string, reader.GetString(3)),
                reader[4] as long?, reader.GetInt64(5), reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7),
                reader.GetString(8), reader[9] as string, reader[10] as string, reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11)));
        }
        return found;
    }

    internal static Table Table()
    {
        var table = new Table(StoreSetup.Name("conflict"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("id", "uuid").NotNull().AsPrimaryKey();
        table.AddColumn("stream_id", "uuid").NotNull();
        table.AddColumn("tier", "varchar").NotNull();
        table.AddColumn("owner", "varchar");
        table.AddColumn("document", "varchar").NotNull();
        table.AddColumn("expected", "bigint");
        table.AddColumn("actual", "bigint").NotNull();
        table.AddColumn("writer", "varchar").NotNull();
        table.AddColumn("at", "timestamptz").NotNull();
        table.AddColumn("conflicts", "text").NotNull();
        table.AddColumn("lost", "text");
        table.AddColumn("resolution", "varchar");
        table.AddColumn("resolved_at", "timestamptz");
        table.Indexes.Add(new IndexDefinition("conflict_by_document") { Columns = ["tenant_id", "stream_id", "at"] });
        table.Indexes.Add(new IndexDefinition("conflict_by_time") { Columns = ["tenant_id", "at"] });
        return table;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "More than {Count} conflicts wait to be logged; one was not kept.")]
    private static partial void LogDropped(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} conflicts could not be logged and are tried again.")]
    private static partial void LogRetry(ILogger log, Exception e, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} conflicts could not be logged before the stop.")]
    private static partial void LogLost(ILogger log, Exception e, int count);

    /// <summary>Writes what still waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }
}
