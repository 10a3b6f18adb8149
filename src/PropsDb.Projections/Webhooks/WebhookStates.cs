using Npgsql;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Webhooks;

/// <summary>How a webhook is doing.</summary>
/// <param name="Position">Everything up to here was delivered or given up; null: it has not begun where it is told to.</param>
/// <param name="Waiting">Deliveries that are still to be made.</param>
/// <param name="Dead">Deliveries that were given up.</param>
public sealed record WebhookState(long? Position, long Waiting, long Dead, bool IsFailing, DateTimeOffset? DeliveredAt, DateTimeOffset? FailedAt)
{
    public bool IsHalted => Waiting + Dead >= WebhookCursors.MaxKept;
}

/// <summary>A delivery that has failed.</summary>
/// <param name="ReplayFrom">The position from which a replay begins with it.</param>
/// <param name="NextAt">When it is tried again; null: it was given up.</param>
public sealed record FailedDelivery(long Position, long ReplayFrom, DocumentKey Key, long Version, int Attempts, string Reason, DateTimeOffset FailedAt, DateTimeOffset? NextAt);

/// <summary>Tells administrators how far a webhook has come, and what has failed.</summary>
public sealed class WebhookStates(NpgsqlDataSource source)
{
    public async Task<WebhookState> Of(AppWebhook of, CancellationToken cancel)
    {
        await using var command = Command(of, $"""
            SELECT coalesce(d.oldest, c.position), d.waiting, d.dead, d.is_failing, c.delivered_at, d.failed_at, c.begins_at
            FROM {WebhookTables.Cursor} c, (
                SELECT count(*) FILTER (WHERE NOT is_dead) waiting, count(*) FILTER (WHERE is_dead) dead, coalesce(bool_or(NOT is_dead AND reason IS NOT NULL), false) is_failing,
                    min(after) FILTER (WHERE NOT is_dead) oldest, max(failed_at) failed_at
                FROM {WebhookTables.Delivery} WHERE tenant_id = $1 AND webhook = $2) d
            WHERE c.tenant_id = $1 AND c.webhook = $2
            """);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel) || reader.GetInt64(6) < of.Webhook.Number) return new(null, 0, 0, false, null, null);
        return new(reader.GetInt64(6) < of.Webhook.BeginsAt ? null : reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetBoolean(3),
            await Time(reader, 4, cancel), await Time(reader, 5, cancel));
    }

    /// <summary>The newest of them.</summary>
    public async Task<IReadOnlyList<FailedDelivery>> Failures(AppWebhook of, int limit, CancellationToken cancel)
    {
        await using var command = Command(of, $"""
            SELECT position, after, tier, owner, name, version, attempts, reason, failed_at, next_at, is_dead FROM {WebhookTables.Delivery}
            WHERE tenant_id = $1 AND webhook = $2 AND reason IS NOT NULL ORDER BY position DESC LIMIT {limit}
            """);
        var failures = new List<FailedDelivery>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var key = new DocumentKey(of.App, reader.GetString(2), await reader.IsDBNullAsync(3, cancel) ? null : reader.GetString(3), reader.GetString(4));
            failures.Add(new FailedDelivery(reader.GetInt64(0), reader.GetInt64(1), key, reader.GetInt64(5), reader.GetInt32(6), reader.GetString(7),
                (await Time(reader, 8, cancel))!.Value, reader.GetBoolean(10) ? null : await Time(reader, 9, cancel)));
        }
        return failures;
    }

    private NpgsqlCommand Command(AppWebhook of, string sql)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = of.App });
        command.Parameters.Add(new() { Value = of.Webhook.Name });
        return command;
    }

    private static async Task<DateTimeOffset?> Time(NpgsqlDataReader reader, int column, CancellationToken cancel) =>
        await reader.IsDBNullAsync(column, cancel) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(column, cancel);
}
