using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Projections.Changes;

namespace PropsDb.Projections.Webhooks;

/// <summary>One webhook of one app, as it is set up.</summary>
public readonly record struct AppWebhook(string App, Webhook Webhook)
{
    public ChangeScope Scope => new(App, Webhook.Tier, null, Webhook.Document);
}

/// <summary>What a hand-over came to.</summary>
/// <param name="Documents">Those for which nothing waited before, so that nobody is at work on them.</param>
/// <param name="IsBegun">False: nothing was handed over, since the webhook begins elsewhere by now.</param>
/// <param name="IsFull">Nothing was handed over, since too much waits.</param>
public sealed record HandedOver(IReadOnlyList<Guid> Documents, bool IsBegun = true, bool IsFull = false);

/// <summary>
/// Hands the feed over to the deliveries: a webhook's cursor and what lies before it move in one transaction, so that a change is handed over
/// once, whichever node does it and whenever it is killed.
/// </summary>
public sealed class WebhookCursors(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>With so many waiting or given up, a webhook rests: the feed keeps the rest for it.</summary>
    public const int MaxKept = 10_000;

    // Whoever delivers takes the same lock to say so: a document is either seen with something waiting, or handed to who delivers it.
    private const string Locked = $"SELECT begins_at, position FROM {WebhookTables.Cursor} WHERE tenant_id = $1 AND webhook = $2 FOR UPDATE";

    /// <summary>How far a webhook has come; one that is new, or was told to begin anew, is set to where it begins.</summary>
    /// <param name="from">The position at which it begins.</param>
    public async Task<long> Begin(AppWebhook of, long from, CancellationToken cancel)
    {
        var (app, webhook) = (of.App, of.Webhook);
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using (var insert = Command(connection, $"INSERT INTO {WebhookTables.Cursor} (tenant_id, webhook, begins_at, position) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING", app, webhook.Name))
            await insert.ExecuteNonQueryAsync(cancel);
        var (beginsAt, position) = (await Lock(connection, of, cancel))!.Value;
        if (beginsAt >= webhook.BeginsAt) return position;
        // Of an earlier webhook of the name nothing is delivered any more; a replay leaves what lies before it as it is.
        await using (var delete = Command(connection, $"DELETE FROM {WebhookTables.Delivery} WHERE tenant_id = $1 AND webhook = $2 AND position > $3", app, webhook.Name, beginsAt < webhook.Number ? 0L : from))
            await delete.ExecuteNonQueryAsync(cancel);
        await using (var update = Command(connection, $"UPDATE {WebhookTables.Cursor} SET begins_at = $3, position = $4, delivered_at = CASE WHEN begins_at < $5 THEN NULL ELSE delivered_at END WHERE tenant_id = $1 AND webhook = $2",
            app, webhook.Name, webhook.BeginsAt, from, webhook.Number))
            await update.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return from;
    }

    /// <param name="after">Where the batch begins.</param>
    /// <param name="changes">Those that are to be delivered.</param>
    public async Task<HandedOver> HandOver(AppWebhook of, long after, IReadOnlyList<CommittedChange> changes, long reached, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await Lock(connection, of, cancel) is not { } cursor || cursor.BeginsAt != of.Webhook.BeginsAt) return new([], IsBegun: false);
        // Another node may have done some of it already.
        var fresh = changes.Where(c => c.Position > cursor.Position).ToList();
        if (fresh.Count == 0 && cursor.Position >= reached) return new([]);
        if (fresh.Count > 0 && await IsFull(connection, of, cancel)) return new([], IsFull: true);
        var documents = fresh.Count > 0 ? await Insert(connection, of, after, changes, fresh, cancel) : [];
        await using (var update = Command(connection, $"UPDATE {WebhookTables.Cursor} SET position = $3 WHERE tenant_id = $1 AND webhook = $2", of.App, of.Webhook.Name, Math.Max(cursor.Position, reached)))
            await update.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new(documents);
    }

    /// <summary>Forgets what webhooks that are no more have left.</summary>
    public async Task Forget(IReadOnlyCollection<AppWebhook> all, CancellationToken cancel)
    {
        foreach (var table in new[] { WebhookTables.Delivery, WebhookTables.Cursor })
        {
            await using var delete = source.CreateCommand($"DELETE FROM {table} WHERE (tenant_id, webhook) NOT IN (SELECT * FROM unnest($1, $2))");
            delete.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. all.Select(w => w.App)] });
            delete.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. all.Select(w => w.Webhook.Name)] });
            await delete.ExecuteNonQueryAsync(cancel);
        }
    }

    private async Task<IReadOnlyList<Guid>> Insert(
        NpgsqlConnection connection, AppWebhook of, long after, IReadOnlyList<CommittedChange> changes, List<CommittedChange> fresh, CancellationToken cancel)
    {
        var before = changes.Zip(changes.Select(c => c.Position).Prepend(after)).ToDictionary(p => p.First.Position, p => p.Second);
        // The documents are asked for before their deliveries are there.
        await using var insert = Command(connection, $"""
            WITH fresh AS (SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::varchar[], $7::varchar[], $8::varchar[], $9::bigint[]) AS f (position, after, document, tier, owner, name, version)),
            inserted AS (INSERT INTO {WebhookTables.Delivery} (tenant_id, webhook, position, after, document, tier, owner, name, version, handed_over_at, is_dead, attempts)
                SELECT $1, $2, f.position, f.after, f.document, f.tier, f.owner, f.name, f.version, $10, false, 0 FROM fresh f)
            SELECT DISTINCT f.document FROM fresh f
            WHERE NOT EXISTS (SELECT FROM {WebhookTables.Delivery} d WHERE d.tenant_id = $1 AND d.webhook = $2 AND d.document = f.document AND NOT d.is_dead)
            """, of.App, of.Webhook.Name);
        var keys = fresh.ConvertAll(c => c.Key);
        insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. fresh.Select(c => c.Position)] });
        insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. fresh.Select(c => before[c.Position])] });
        insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Select(k => k.StreamId)] });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(k => k.Tier)] });
        insert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. keys.Select(k => k.Owner)] });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(k => k.Name)] });
        insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. fresh.Select(c => c.Version)] });
        insert.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { NpgsqlDbType = NpgsqlDbType.TimestampTz, TypedValue = time.GetUtcNow() });
        var documents = new List<Guid>();
        await using var reader = await insert.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) documents.Add(reader.GetGuid(0));
        return documents;
    }

    private static async Task<bool> IsFull(NpgsqlConnection connection, AppWebhook of, CancellationToken cancel)
    {
        await using var count = Command(connection, $"SELECT count(*) FROM (SELECT FROM {WebhookTables.Delivery} WHERE tenant_id = $1 AND webhook = $2 LIMIT {MaxKept}) k", of.App, of.Webhook.Name);
        return (long)(await count.ExecuteScalarAsync(cancel))! >= MaxKept;
    }

    private static async Task<(long BeginsAt, long Position)?> Lock(NpgsqlConnection connection, AppWebhook of, CancellationToken cancel)
    {
        await using var command = Command(connection, Locked, of.App, of.Webhook.Name);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
