using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Audit;

/// <summary>What became of an erasure.</summary>
public abstract record ErasureOutcome
{
    /// <param name="Versions">The versions whose values are gone; none: there was nothing to erase.</param>
    public sealed record Erased(IReadOnlyList<long> Versions) : ErasureOutcome;

    /// <summary>The value is what the property has now.</summary>
    public sealed record Current : ErasureOutcome;

    /// <summary>An event is not in the chain yet, so what stands for its value there cannot be kept.</summary>
    public sealed record NotChained : ErasureOutcome;
}

/// <summary>
/// Takes a property's former values out of the events and of everything made of them, as the role that owns the schema. What stands for
/// them in the chain stays, and that they were erased is an event itself.
/// </summary>
public sealed class Erasure(NpgsqlDataSource owner, TimeProvider time)
{
    private const string Operator = "operator";

    private sealed record Place(AuditedEvent Event, long Version, int Number, int Count, ValueDigests Digests);

    /// <param name="version">Only the value that this version set; null: every former one.</param>
    public async Task<ErasureOutcome> Erase(DocumentKey key, PropertyPath path, long? version, CancellationToken cancel)
    {
        await using var connection = await owner.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // Nothing is appended meanwhile, so what is read below is what there is.
        await using (var locking = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AppendFunction.OrderLock})", connection)) await locking.ExecuteNonQueryAsync(cancel);
        var document = await new DocumentReader(owner, new DocumentLookup(owner), new EventReader(owner)).Load(key, cancel);
        if (await Find(connection, key, path, version, cancel) is not { } places) return new ErasureOutcome.NotChained();
        if (places.Count == 0) return new ErasureOutcome.Erased([]);
        if (document.Exists && places.Exists(p => p.Event.Number == document.Content[path]?.Number)) return new ErasureOutcome.Current();
        foreach (var place in places) await Blank(connection, path, place, cancel);
        await BlankSnapshots(connection, key, path, places, cancel);
        await DropCopies(connection, key, cancel);
        await Record(connection, key, path, Without(document, path, places), places, cancel);
        await transaction.CommitAsync(cancel);
        return new ErasureOutcome.Erased([.. places.Select(p => p.Version)]);
    }

    // Null where one of the events is not in the chain yet.
    private static async Task<List<Place>?> Find(NpgsqlConnection connection, DocumentKey key, PropertyPath path, long? version, CancellationToken cancel)
    {
        var places = new List<Place>();
        await using var command = Command(connection, key, $"""
            SELECT a.salt, a.parts::text, a.seq IS NOT NULL, {AuditedEvent.Columns}
            FROM {StoreSetup.Schema}.mt_events e LEFT JOIN {AuditTables.Entry} a ON a.tenant_id = e.tenant_id AND a.position = e.seq_id
            WHERE e.tenant_id = $1 AND e.stream_id = $2 AND ($5::bigint IS NULL OR (e.data ->> 'version')::bigint = $5)
                AND (e.type = 'property_set' AND e.data ->> 'path' = $3 OR e.type = 'collection_set' AND e.data ->> 'collection' = $4)
            ORDER BY e.version
            """, path.ToString(), path.Collection!);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)version ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var (recorded, digests) = (AuditedEvent.Read(reader, 3), ValueDigests.Of(reader[0] as byte[], reader[1] as string));
            var (number, count) = PlaceIn(recorded, path);
            if (number < 0 || digests.IsErased(number)) continue;
            if (!reader.GetBoolean(2)) return null;
            using var data = JsonDocument.Parse(recorded.Data, AuditedEvent.Depth);
            places.Add(new Place(recorded, data.RootElement.GetProperty("version").GetInt64(), number, count, digests));
        }
        return places;
    }

    private static (int Number, int Count) PlaceIn(AuditedEvent recorded, PropertyPath path)
    {
        if (recorded.Action == "property_set") return (0, 1);
        using var data = JsonDocument.Parse(recorded.Data, AuditedEvent.Depth);
        var names = data.RootElement.GetProperty("properties").EnumerateArray().Select(p => p.GetProperty("name").GetString()).ToList();
        return (names.IndexOf(path.Property), names.Count);
    }

    private static async Task Blank(NpgsqlConnection connection, PropertyPath path, Place place, CancellationToken cancel)
    {
        using var data = JsonDocument.Parse(place.Event.Data, AuditedEvent.Depth);
        var holder = place.Event.Action == "property_set" ? data.RootElement : data.RootElement.GetProperty("properties")[place.Number];
        var digest = place.Digests.Of(place.Number, AuditedEvent.ValueOf(holder.GetProperty("value")));
        var parts = Enumerable.Range(0, place.Count).Select(i =>
            i == place.Number ? new ValuePart(null, digest) : place.Digests.PartOf(i));
        await using var batch = new NpgsqlBatch(connection);
        var events = new NpgsqlBatchCommand($"UPDATE {StoreSetup.Schema}.mt_events SET data = jsonb_set(data, $1, $2::jsonb) WHERE seq_id = $3");
        events.Parameters.Add(new() { Value = place.Event.Action == "property_set" ? new[] { "value" } : ["properties", $"{place.Number}", "value"] });
        events.Parameters.Add(new() { Value = JsonSerializer.Serialize(ValueDigests.Erased) });
        events.Parameters.Add(new() { Value = place.Event.Position });
        batch.BatchCommands.Add(events);
        var entry = new NpgsqlBatchCommand($"UPDATE {AuditTables.Entry} SET salt = NULL, parts = $1::jsonb WHERE position = $2");
        entry.Parameters.Add(new() { Value = JsonSerializer.Serialize(parts, EventJson.Options) });
        entry.Parameters.Add(new() { Value = place.Event.Position });
        batch.BatchCommands.Add(entry);
        await batch.ExecuteNonQueryAsync(cancel);
    }

    private static async Task BlankSnapshots(NpgsqlConnection connection, DocumentKey key, PropertyPath path, List<Place> places, CancellationToken cancel)
    {
        var versions = new List<long>();
        await using (var list = Command(connection, key, $"SELECT version FROM {StoreSetup.Schema}.document_snapshot WHERE tenant_id = $1 AND id = $2"))
        await using (var reader = await list.ExecuteReaderAsync(cancel))
            while (await reader.ReadAsync(cancel)) versions.Add(reader.GetInt64(0));
        foreach (var version in versions)
        {
            await using var read = Command(connection, key, $"SELECT content FROM {StoreSetup.Schema}.document_snapshot WHERE tenant_id = $1 AND id = $2 AND version = $3", version);
            var snapshot = ViewContent.Read(System.Text.Encoding.UTF8.GetBytes((string)(await read.ExecuteScalarAsync(cancel))!), version, 0, 0, isDeleted: false);
            var blanked = Without(snapshot, path, places);
            if (ReferenceEquals(blanked, snapshot)) continue;
            await using var write = Command(connection, key,
                $"UPDATE {StoreSetup.Schema}.document_snapshot SET content = $4 WHERE tenant_id = $1 AND id = $2 AND version = $3", version, ViewContent.Write(blanked));
            await write.ExecuteNonQueryAsync(cancel);
        }
    }

    private static Document Without(Document document, PropertyPath path, List<Place> places) =>
        document.Content[path] is { } property && places.Exists(p => p.Event.Number == property.Number)
            ? document with { Content = document.Content.With(path.Collection!, document.Content[path.Collection!]!.With(path.Property!, property with { Value = JsonValue.Null })) }
            : document;

    // Answers kept for repetitions, and the losing sides of conflicts, may hold the value anywhere.
    private static async Task DropCopies(NpgsqlConnection connection, DocumentKey key, CancellationToken cancel)
    {
        foreach (var sql in new[]
        {
            $"DELETE FROM {StoreSetup.Schema}.conflict WHERE tenant_id = $1 AND stream_id = $2",
            $"DELETE FROM {StoreSetup.Schema}.receipt WHERE tenant_id = $1 AND position IN (SELECT seq_id FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2)",
        })
        {
            await using var command = Command(connection, key, sql);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private async Task Record(NpgsqlConnection connection, DocumentKey key, PropertyPath path, Document document, List<Place> places, CancellationToken cancel)
    {
        var commit = new Commit(document.Version, time.GetUtcNow(), Operator);
        var events = places.ConvertAll(DocumentEvent (p) => new ValueErased(document.Version, path, p.Event.Number));
        var after = events.Aggregate(document, (state, e) => Document.Evolve(state, e, commit));
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(AppendCommand.Of([PendingCommit.Of(key, document, after, events, commit, new Author(Operator))], isAllOrNone: true, notifies: true));
        // The view may have been behind, and hold a value of before.
        DocumentViewRow.Write(batch, [DocumentViewRow.Of(key, after, 0, 0)]);
        await batch.ExecuteNonQueryAsync(cancel);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, DocumentKey key, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    /// <summary>The number in its stream of the event that an erasure speaks of; null for any other event.</summary>
    internal static long? NumberOf(AuditedEvent recorded)
    {
        if (recorded.Action != "value_erased") return null;
        using var data = JsonDocument.Parse(recorded.Data);
        return data.RootElement.GetProperty("number").GetInt64();
    }
}
