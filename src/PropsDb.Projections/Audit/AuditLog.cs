using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace PropsDb.Projections.Audit;

/// <summary>Which entries to show; null: whichever.</summary>
/// <param name="From">Not before this time.</param>
/// <param name="To">Not after this time.</param>
/// <param name="Tiers">The only tiers that the caller's token is good for.</param>
public sealed record AuditQuery(string App, DateTimeOffset? From, DateTimeOffset? To, string? User, string? Tier, string? Document, IReadOnlyCollection<string>? Tiers);

/// <summary>An app's chain as it is shown.</summary>
public sealed class AuditLog(NpgsqlDataSource source)
{
    // A page ends at either: what is held in memory, and for how long a connection is, does not depend on how long the chain is or how large its events.
    private const int MaxRows = 500;
    private const long MaxBytes = 1 << 20;

    // How far one query looks for entries that fit.
    private const long MaxSpan = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until what is committed now is in the chain; not for ever.</summary>
    public async Task CatchUp(CancellationToken cancel)
    {
        await using var newest = source.CreateCommand($"SELECT coalesce(max(seq_id), 0) FROM {StoreSetup.Schema}.mt_events");
        var position = (long)(await newest.ExecuteScalarAsync(cancel))!;
        await using var chained = source.CreateCommand($"SELECT coalesce(max(position), 0) FROM {AuditTables.Entry}");
        for (var waited = TimeSpan.Zero; (long)(await chained.ExecuteScalarAsync(cancel))! < position && waited < Patience; waited += LookAgain)
            await Task.Delay(LookAgain, cancel);
    }

    public Task<ChainHead> Head(string app, CancellationToken cancel) => ChainHead.Of(app, source, cancel);

    /// <summary>The entries that fit, in the order of the chain.</summary>
    public async IAsyncEnumerable<AuditEntry> Read(AuditQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var end = (await Head(query.App, cancel)).Seq;
        for (long seq = 0, rows = MaxRows; seq < end;)
        {
            // A user's own entries have an index; everybody's are looked through.
            var span = query.User is null ? Math.Min(end, seq + MaxSpan) : end;
            var page = new List<AuditEntry>();
            long bytes = 0;
            await using (var command = Page(query, seq, span, rows))
            {
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (bytes < MaxBytes && await reader.ReadAsync(cancel))
                {
                    page.Add(Entry(reader));
                    bytes += page[^1].Event.Data.Length;
                }
            }
            foreach (var entry in page) yield return entry;
            seq = bytes >= MaxBytes || page.Count == rows ? page[^1].Seq : span;
            // What was asked for and not taken was read for nothing; so of large events fewer are asked for.
            rows = bytes >= MaxBytes ? page.Count : Math.Min(MaxRows, rows * 2);
        }
    }

    private NpgsqlCommand Page(AuditQuery query, long after, long upTo, long rows)
    {
        var command = source.CreateCommand($"""
            SELECT a.seq, p.hash, a.hash, a.salt, a.parts::text, v.tier, v.owner, v.name, {AuditedEvent.Columns}
            FROM {AuditTables.Entry} a
            JOIN {StoreSetup.Schema}.mt_events e ON e.seq_id = a.position AND e.tenant_id = a.tenant_id
            LEFT JOIN {StoreSetup.Schema}.document_view v ON v.tenant_id = e.tenant_id AND v.id = e.stream_id
            LEFT JOIN {AuditTables.Entry} p ON p.tenant_id = a.tenant_id AND p.seq = a.seq - 1
            WHERE a.tenant_id = $1 AND a.seq > $2 AND a.seq <= $3 AND ($4::varchar IS NULL OR a.user_name = $4)
                AND ($5::timestamptz IS NULL OR e.timestamp >= $5) AND ($6::timestamptz IS NULL OR e.timestamp <= $6)
                AND ($7::varchar IS NULL OR v.tier = $7) AND ($8::varchar IS NULL OR v.name = $8) AND ($9::varchar[] IS NULL OR v.tier = ANY ($9))
            ORDER BY a.seq LIMIT $10
            """);
        foreach (var value in new object[] { query.App, after, upTo }) command.Parameters.Add(new() { Value = value });
        Add(NpgsqlDbType.Varchar, query.User);
        Add(NpgsqlDbType.TimestampTz, query.From?.ToUniversalTime());
        Add(NpgsqlDbType.TimestampTz, query.To?.ToUniversalTime());
        Add(NpgsqlDbType.Varchar, query.Tier);
        Add(NpgsqlDbType.Varchar, query.Document);
        Add(NpgsqlDbType.Varchar | NpgsqlDbType.Array, query.Tiers?.ToArray());
        command.Parameters.Add(new() { Value = rows });
        return command;

        void Add(NpgsqlDbType type, object? value) => command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });
    }

    private static AuditEntry Entry(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader[1] as byte[] ?? ChainHead.Empty.Hash, reader.GetFieldValue<byte[]>(2), reader[5] as string, reader[6] as string, reader[7] as string,
        AuditedEvent.Read(reader, 8), reader[3] as byte[], ValueDigests.Of(reader[3] as byte[], reader[4] as string));
}
