using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;

namespace PropsDb.Projections;

/// <summary>
/// Commits the writes of this node in groups: whatever is waiting when the last group is durable goes into the next one, in one
/// transaction and one round trip.
/// </summary>
public sealed partial class CommitQueue : IAsyncDisposable
{
    // An append holds the order lock while it runs, so one group must not hold it for long.
    private const int MaxEventsInGroup = 1_000;
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly ILogger _log;
    private readonly Channel<PendingCommit> _waiting = Channel.CreateUnbounded<PendingCommit>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _running;

    public CommitQueue(NpgsqlDataSource source, ILogger<CommitQueue> log)
    {
        (_source, _log) = (source, log);
        _running = Run();
    }

    internal Task<long?> Commit(PendingCommit commit)
    {
        Measures.Queue.Add(1);
        if (!_waiting.Writer.TryWrite(commit))
        {
            Measures.Queue.Add(-1);
            commit.Fail(new InvalidOperationException("The service is stopping."));
        }
        return commit.Done;
    }

    private async Task Run()
    {
        var group = new List<PendingCommit>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var events = 0;
            while (events < MaxEventsInGroup && _waiting.Reader.TryPeek(out var next) && (group.Count == 0 || events + next.Events.Count <= MaxEventsInGroup))
            {
                // Two commits of one stream cannot share a group: the second was decided before the first was known.
                if (group.Exists(c => c.Key.StreamId == next.Key.StreamId)) break;
                _waiting.Reader.TryRead(out _);
                Measures.Queue.Add(-1);
                group.Add(next);
                events += next.Events.Count;
            }
            await CommitGroup(group);
            group.Clear();
        }
    }

    private async Task CommitGroup(List<PendingCommit> group)
    {
        try
        {
            await using var command = Append(group);
            var positions = new long?[group.Count];
            var started = Stopwatch.GetTimestamp();
            await using (var reader = await command.ExecuteReaderAsync())
                while (await reader.ReadAsync()) positions[reader.GetInt32(0) - 1] = reader.GetInt64(1);
            Measures.CommitDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            Measures.GroupSize.Record(group.Count);
            for (var i = 0; i < group.Count; i++) Settle(group[i], positions[i]);
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            // The server answered, so nothing of the group is there. One bad commit must not take its neighbours along.
            if (group.Count == 1) group[0].Fail(e);
            else foreach (var commit in group) await CommitGroup([commit]);
        }
        catch (Exception e)
        {
            LogBroken(_log, e, group.Count);
            await SettleLost(group, e);
        }
    }

    private static void Settle(PendingCommit commit, long? position)
    {
        if (position is null) Measures.LostRaces.Add(1);
        else
        {
            Measures.Commits.Add(1);
            Measures.Events.Add(commit.Events.Count);
        }
        commit.Settle(position);
    }

    // The connection broke: the group is there or it is not. Whoever holds the order lock knows that no append is still under way.
    private async Task SettleLost(List<PendingCommit> group, Exception cause)
    {
        using var patience = new CancellationTokenSource(SettleWithin);
        while (true)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(patience.Token);
                await using var transaction = await connection.BeginTransactionAsync(patience.Token);
                await using (var locking = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AppendFunction.OrderLock})", connection))
                    await locking.ExecuteNonQueryAsync(patience.Token);
                foreach (var commit in group.Where(c => !c.Done.IsCompleted))
                {
                    if (await PositionOf(commit, connection, patience.Token) is { } position) Settle(commit, position);
                    else commit.Fail(new NotCommittedException(cause));
                }
                return;
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                if (patience.IsCancellationRequested)
                {
                    foreach (var commit in group) commit.Fail(new OutcomeUnknownException(cause));
                    return;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }

    private static async Task<long?> PositionOf(PendingCommit commit, NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT seq_id FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND version = $3 AND causation_id = $4
            """, connection);
        command.Parameters.Add(new() { Value = commit.Key.App });
        command.Parameters.Add(new() { Value = commit.Key.StreamId });
        command.Parameters.Add(new() { Value = commit.After.StreamVersion });
        command.Parameters.Add(new() { Value = commit.Id.ToString() });
        return (long?)await command.ExecuteScalarAsync(cancel);
    }

    private NpgsqlCommand Append(List<PendingCommit> group)
    {
        var command = _source.CreateCommand(
            $"SELECT accepted, last_position FROM {StoreSetup.Schema}.append_commits($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23)");
        var events = group.SelectMany((commit, i) => commit.Events.Select((e, n) => (Commit: i + 1, Number: commit.Before.StreamVersion + n + 1, Event: e))).ToList();
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Key.App));
        Add(NpgsqlDbType.Uuid, group.Select(c => c.Key.StreamId));
        Add(NpgsqlDbType.Bigint, group.Select(c => c.Before.StreamVersion));
        Add(NpgsqlDbType.Bigint, group.Select(c => (long)c.Events.Count));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Key.Tier));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Key.Owner));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Key.Name));
        Add(NpgsqlDbType.Bigint, group.Select(c => c.After.Version));
        Add(NpgsqlDbType.Boolean, group.Select(c => c.After.IsDeleted));
        Add(NpgsqlDbType.TimestampTz, group.Select(c => c.After.Created.At));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.After.Created.By));
        Add(NpgsqlDbType.TimestampTz, group.Select(c => c.After.Updated.At));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.After.Updated.By));
        Add(NpgsqlDbType.Text, group.Select(c => ViewContent.Write(c.After)));
        Add(NpgsqlDbType.Integer, events.Select(e => e.Commit));
        Add(NpgsqlDbType.Bigint, events.Select(e => e.Number));
        Add(NpgsqlDbType.Uuid, events.Select(_ => new Guid(RandomNumberGenerator.GetBytes(16))));
        Add(NpgsqlDbType.Varchar, events.Select(e => StoredNames.OfDocumentEvents[e.Event.GetType()]));
        Add(NpgsqlDbType.Varchar, events.Select(e => DotNetName(e.Event.GetType())));
        Add(NpgsqlDbType.Jsonb, events.Select(e => EventJson.Write(e.Event)));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Author.RequestId));
        Add(NpgsqlDbType.Varchar, group.Select(c => c.Id.ToString()));
        Add(NpgsqlDbType.Jsonb, group.Select(c => Headers(c.Author)));
        return command;

        void Add<T>(NpgsqlDbType type, IEnumerable<T> values) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. values] });
    }

    private static string DotNetName(Type type) => string.Create(CultureInfo.InvariantCulture, $"{type.FullName}, {type.Assembly.GetName().Name}");

    private static string? Headers(Author author)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (author.Device is not null) headers["device"] = author.Device;
        if (author.Message is not null) headers["message"] = author.Message;
        return JsonSerializer.Serialize(headers);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection broke while {Count} commits were under way; looking up what became of them.")]
    private static partial void LogBroken(ILogger log, Exception e, int count);

    /// <summary>Takes no more commits and waits for those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
    }
}
