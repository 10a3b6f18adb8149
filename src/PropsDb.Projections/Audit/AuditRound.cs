using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace PropsDb.Projections.Audit;

/// <summary>
/// Carries the chains on by the next events, in the order of their positions. All appenders hold one lock until their commit, so behind a
/// position that can be seen none appears later.
/// </summary>
internal sealed class AuditRound
{
    private const int MaxEvents = 1_000;
    private const int MaxHeads = 10_000;

    private sealed record Link(string App, long Seq, long Position, Guid EventId, string? By, byte[] Hash, byte[] Salt);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<string, ChainHead> _heads = new(StringComparer.Ordinal);
    private long _position;
    private DateTimeOffset? _oldestWaiting;

    private AuditRound(NpgsqlDataSource source, NpgsqlConnection connection, long position) => (_source, _connection, _position) = (source, connection, position);

    /// <param name="connection">It holds the lock. What is written is written on it alone, so who has lost the lock writes nothing.</param>
    public static async Task<AuditRound> Begin(NpgsqlDataSource source, NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT coalesce(max(position), 0) FROM {AuditTables.Entry}", connection);
        return new AuditRound(source, connection, (long)(await command.ExecuteScalarAsync(cancel))!);
    }

    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> Run(TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var links = await Next(cancel);
            if (links.Count > 0) await Write(links, cancel);
            Measures.AuditEntries.Add(links.Count);
            Measures.AuditLag.Record(Lag(time));
            _oldestWaiting = null;
            return links.Count == MaxEvents;
        }
        catch (NpgsqlException)
        {
            Measures.AuditLag.Record(Lag(time));
            throw;
        }
    }

    private double Lag(TimeProvider time) => _oldestWaiting is { } oldest ? Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds) : 0;

    // The values of the events are not kept: of each there is only one in memory.
    private async Task<List<Link>> Next(CancellationToken cancel)
    {
        var links = new List<Link>();
        if (_heads.Count > MaxHeads) _heads.Clear();
        await using var command = new NpgsqlCommand(
            $"SELECT {AuditedEvent.Columns} FROM {StoreSetup.Schema}.mt_events e WHERE e.seq_id > $1 ORDER BY e.seq_id LIMIT {MaxEvents}", _connection);
        command.Parameters.Add(new() { Value = _position });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var recorded = AuditedEvent.Read(reader, 0);
            _oldestWaiting ??= recorded.At;
            if (!_heads.TryGetValue(recorded.App, out var head)) head = await ChainHead.Of(recorded.App, _source, cancel);
            var salt = RandomNumberGenerator.GetBytes(ValueDigests.SaltBytes);
            var hash = recorded.Hash(head.Hash, head.Seq + 1, new ValueDigests(salt, null));
            _heads[recorded.App] = new ChainHead(head.Seq + 1, hash);
            links.Add(new Link(recorded.App, head.Seq + 1, recorded.Position, recorded.Id, recorded.By, hash, salt));
        }
        return links;
    }

    private async Task Write(List<Link> links, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"""
            INSERT INTO {AuditTables.Entry} (tenant_id, seq, position, event_id, user_name, hash, salt) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
            """, _connection);
        Add(NpgsqlDbType.Varchar, l => l.App);
        Add(NpgsqlDbType.Bigint, l => l.Seq);
        Add(NpgsqlDbType.Bigint, l => l.Position);
        Add(NpgsqlDbType.Uuid, l => l.EventId);
        Add(NpgsqlDbType.Varchar, l => l.By);
        Add(NpgsqlDbType.Bytea, l => l.Hash);
        Add(NpgsqlDbType.Bytea, l => l.Salt);
        await command.ExecuteNonQueryAsync(cancel);
        _position = links[^1].Position;

        void Add<T>(NpgsqlDbType type, Func<Link, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. links.Select(value)] });
    }
}
