using System.Data;
using Npgsql;

namespace PropsDb.Projections.Audit;

/// <summary>What became of a verification.</summary>
/// <param name="Checked">How many entries hold, from the first one on.</param>
/// <param name="FirstBad">The first that does not; null: all do.</param>
public sealed record AuditFinding(long Checked, AuditFault? FirstBad);

/// <param name="Wrong"><c>altered</c>, <c>removed</c>, <c>reordered</c>, <c>added</c>, <c>unrecorded</c> or <c>rewritten</c>.</param>
public sealed record AuditFault(long Seq, string Wrong);

/// <summary>Recomputes an app's chain from its events.</summary>
public sealed class AuditVerification(NpgsqlDataSource source)
{
    private const int MaxEntries = 10_000;

    /// <param name="known">A head that was kept elsewhere: only it tells a chain that was rewritten as a whole.</param>
    public async Task<AuditFinding> Of(string app, ChainHead? known, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        // All of it is looked at as it stood at one moment.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var run = new Run(app, known, connection);
        var fault = await run.Check(cancel);
        return new AuditFinding(run.Seq, fault);
    }

    private sealed class Run(string app, ChainHead? known, NpgsqlConnection connection)
    {
        // Events with erased values whose erasure has not been met yet, by stream and number.
        private readonly Dictionary<(Guid, long), long> _erased = [];
        private byte[] _hash = ChainHead.Empty.Hash;
        private long _position;

        public long Seq { get; private set; }

        public async Task<AuditFault?> Check(CancellationToken cancel)
        {
            for (long before = -1; before < Seq;)
            {
                before = Seq;
                if (await CheckPage(cancel) is { } fault) return fault;
            }
            if (known?.Seq > Seq) return new AuditFault(Seq + 1, "removed");
            if (_erased.Count > 0) return new AuditFault(_erased.Values.Min(), "unrecorded");
            return await Added(cancel);
        }

        private async Task<AuditFault?> CheckPage(CancellationToken cancel)
        {
            Guid missing;
            await using (var command = Command($"""
                SELECT a.seq, a.position, a.event_id, a.hash, a.salt, a.parts::text, {AuditedEvent.Columns}
                FROM (SELECT * FROM {AuditTables.Entry} WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT {MaxEntries}) a
                LEFT JOIN {StoreSetup.Schema}.mt_events e ON e.seq_id = a.position AND e.tenant_id = $1
                ORDER BY a.seq
                """, Seq))
            {
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (true)
                {
                    if (!await reader.ReadAsync(cancel)) return null;
                    if (reader.GetInt64(0) != Seq + 1) return new AuditFault(Seq + 1, "removed");
                    missing = reader.GetGuid(2);
                    var isInOrder = reader.GetInt64(1) > _position;
                    if (!isInOrder || reader.IsDBNull(6)) break;
                    var recorded = AuditedEvent.Read(reader, 6);
                    if (recorded.Id != missing) break;
                    if (Judge(recorded, reader) is { } fault) return fault;
                }
            }
            return new AuditFault(Seq + 1, await IsElsewhere(missing, cancel) ? "reordered" : "removed");
        }

        private AuditFault? Judge(AuditedEvent recorded, NpgsqlDataReader reader)
        {
            var digests = ValueDigests.Of(reader[4] as byte[], reader[5] as string);
            var hash = recorded.Hash(_hash, Seq + 1, digests);
            if (!hash.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(3))) return new AuditFault(Seq + 1, "altered");
            if (Seq + 1 == known?.Seq && !hash.AsSpan().SequenceEqual(known.Hash)) return new AuditFault(Seq + 1, "rewritten");
            Seq++;
            (_hash, _position) = (hash, recorded.Position);
            if (digests.HasErased) _erased[(recorded.Stream, recorded.Number)] = Seq;
            if (Erasure.NumberOf(recorded) is { } number) _erased.Remove((recorded.Stream, number));
            return null;
        }

        private async Task<bool> IsElsewhere(Guid eventId, CancellationToken cancel)
        {
            await using var command = Command($"SELECT EXISTS (SELECT FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND id = $2)", eventId);
            return (bool)(await command.ExecuteScalarAsync(cancel))!;
        }

        // Every event up to the head is in the chain, so as many as there are entries.
        private async Task<AuditFault?> Added(CancellationToken cancel)
        {
            await using (var count = Command($"SELECT count(*) FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND seq_id <= $2", _position))
                if ((long)(await count.ExecuteScalarAsync(cancel))! == Seq) return null;
            await using var first = Command($"""
                SELECT (SELECT min(seq) FROM {AuditTables.Entry} WHERE tenant_id = $1 AND position > min(e.seq_id))
                FROM {StoreSetup.Schema}.mt_events e LEFT JOIN {AuditTables.Entry} a ON a.position = e.seq_id
                WHERE e.tenant_id = $1 AND e.seq_id <= $2 AND a.seq IS NULL
                """, _position);
            return new AuditFault((long)(await first.ExecuteScalarAsync(cancel))!, "added");
        }

        // As long as it takes: it is the caller who gives up.
        private NpgsqlCommand Command(string sql, object value)
        {
            var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            command.Parameters.Add(new() { Value = app });
            command.Parameters.Add(new() { Value = value });
            return command;
        }
    }
}
