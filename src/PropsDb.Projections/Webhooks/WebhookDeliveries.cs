using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Webhooks;

/// <summary>The changes of one document that wait to be posted to one webhook.</summary>
public readonly record struct DeliveryQueue(string App, string Webhook, Guid Document);

/// <summary>A delivery that one node, and no other, makes now.</summary>
/// <param name="After">A position before its commit.</param>
/// <param name="Attempt">From 1 on.</param>
public sealed record Delivery(DeliveryQueue Queue, Guid Claim, long Position, long After, DocumentKey Key, int Attempt, DateTimeOffset HandedOverAt);

/// <summary>The deliveries that wait, in order for each document: who makes one claims it first, so that nobody makes it beside them.</summary>
public sealed class WebhookDeliveries(NpgsqlDataSource source, TimeProvider time)
{
    private const string OfQueue = "tenant_id = $1 AND webhook = $2 AND document = $3 AND NOT is_dead";

    /// <summary>Takes the oldest delivery that waits, if it is due. Who does not come back within the time has lost it to whoever asks next.</summary>
    public async Task<Delivery?> Claim(DeliveryQueue queue, TimeSpan within, CancellationToken cancel)
    {
        var claim = new Guid(RandomNumberGenerator.GetBytes(16));
        await using var command = Of(queue, $"""
            UPDATE {WebhookTables.Delivery} d SET claim = $4, claimed_until = clock_timestamp() + $5, attempts = attempts + 1
            WHERE tenant_id = $1 AND webhook = $2 AND position = (SELECT min(position) FROM {WebhookTables.Delivery} WHERE {OfQueue})
                AND NOT is_dead AND (next_at IS NULL OR next_at <= $6) AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            RETURNING position, after, tier, owner, name, attempts, handed_over_at
            """, claim, within, time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel)) return null;
        var key = new DocumentKey(queue.App, reader.GetString(2), await reader.IsDBNullAsync(3, cancel) ? null : reader.GetString(3), reader.GetString(4));
        return new Delivery(queue, claim, reader.GetInt64(0), reader.GetInt64(1), key, reader.GetInt32(5), await reader.GetFieldValueAsync<DateTimeOffset>(6, cancel));
    }

    /// <summary>How long it is until the oldest delivery may be claimed; null: none waits.</summary>
    public async Task<TimeSpan?> Left(DeliveryQueue queue, CancellationToken cancel)
    {
        await using var command = Of(queue, $"""
            SELECT greatest(next_at - $4, claimed_until - clock_timestamp(), interval '0') FROM {WebhookTables.Delivery} WHERE {OfQueue} ORDER BY position LIMIT 1
            """, time.GetUtcNow());
        return await command.ExecuteScalarAsync(cancel) as TimeSpan?;
    }

    /// <summary>It was delivered, or is none any more.</summary>
    public async Task Done(Delivery delivery, bool isDelivered, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var batch = new NpgsqlBatch(connection);
        // What a crash makes of a delivery that was made is the same delivery once more, which the receiver knows by its id.
        batch.BatchCommands.Add(new("SET LOCAL synchronous_commit = off"));
        Add(batch, $"UPDATE {WebhookTables.Cursor} SET delivered_at = CASE WHEN $3 THEN $4 ELSE delivered_at END WHERE tenant_id = $1 AND webhook = $2",
            delivery.Queue.App, delivery.Queue.Webhook, isDelivered, time.GetUtcNow());
        Add(batch, $"DELETE FROM {WebhookTables.Delivery} WHERE tenant_id = $1 AND webhook = $2 AND position = $3 AND claim = $4",
            delivery.Queue.App, delivery.Queue.Webhook, delivery.Position, delivery.Claim);
        await batch.ExecuteNonQueryAsync(cancel);
    }

    /// <param name="next">When to try again; null: it is given up.</param>
    public async Task Failed(Delivery delivery, string reason, DateTimeOffset? next, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, $"SELECT FROM {WebhookTables.Cursor} WHERE tenant_id = $1 AND webhook = $2 FOR UPDATE", delivery.Queue.App, delivery.Queue.Webhook);
        Add(batch, $"""
            UPDATE {WebhookTables.Delivery} SET claim = NULL, claimed_until = NULL, reason = $5, failed_at = $6, next_at = $7, is_dead = $8
            WHERE tenant_id = $1 AND webhook = $2 AND position = $3 AND claim = $4
            """, delivery.Queue.App, delivery.Queue.Webhook, delivery.Position, delivery.Claim, reason, now, next ?? now, next is null);
        await batch.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Takes all claims back.</summary>
    public async Task ReleaseAll(CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"UPDATE {WebhookTables.Delivery} SET claim = NULL, claimed_until = NULL WHERE claim IS NOT NULL");
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>The queues whose oldest delivery has been due for longer than somebody at work on them would have left it.</summary>
    public async Task<IReadOnlyList<DeliveryQueue>> Overdue(TimeSpan since, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT tenant_id, webhook, document FROM (
                SELECT DISTINCT ON (tenant_id, webhook, document) tenant_id, webhook, document, coalesce(next_at, handed_over_at) since, claimed_until
                FROM {WebhookTables.Delivery} WHERE NOT is_dead ORDER BY tenant_id, webhook, document, position) oldest
            WHERE since <= $1 AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            """);
        command.Parameters.Add(Time(time.GetUtcNow() - since));
        var queues = new List<DeliveryQueue>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) queues.Add(new DeliveryQueue(reader.GetString(0), reader.GetString(1), reader.GetGuid(2)));
        return queues;
    }

    private NpgsqlCommand Of(DeliveryQueue queue, string sql, params object[] parameters)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in new object[] { queue.App, queue.Webhook, queue.Document }.Concat(parameters)) command.Parameters.Add(Parameter(value));
        return command;
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(Parameter(value));
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Parameter(object value) => value is DateTimeOffset at ? Time(at) : new NpgsqlParameter { Value = value };

    private static NpgsqlParameter<DateTimeOffset> Time(DateTimeOffset at) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, TypedValue = at.ToUniversalTime() };
}
