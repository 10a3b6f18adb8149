using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Weasel.Postgresql.Tables;

namespace PropsDb.Projections;

/// <summary>When keys were last used, to the minute: enough to tell a key that can go.</summary>
public sealed class KeyUses(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string App, string Key), DateTimeOffset> _last = new();
    private readonly ConcurrentDictionary<(string App, string Key), DateTimeOffset> _unwritten = new();

    /// <summary>Notes a use; nothing waits for it.</summary>
    public void Note(string app, string key)
    {
        var now = time.GetUtcNow();
        if (_last.TryGetValue((app, key), out var last) && now - last < Every) return;
        _last[(app, key)] = now;
        _unwritten[(app, key)] = now;
    }

    /// <summary>Writes down what was noted since the last time.</summary>
    public async Task Write(CancellationToken cancel)
    {
        var uses = _unwritten.ToArray();
        if (uses.Length == 0) return;
        await using var command = source.CreateCommand($"""
            INSERT INTO {StoreSetup.Schema}.key_use AS k (tenant_id, key_id, at) SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT (tenant_id, key_id) DO UPDATE SET at = greatest(k.at, excluded.at)
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. uses.Select(u => u.Key.App)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. uses.Select(u => u.Key.Key)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, TypedValue = [.. uses.Select(u => u.Value.ToUniversalTime())] });
        await command.ExecuteNonQueryAsync(cancel);
        foreach (var use in uses) _unwritten.TryRemove(use);
    }

    /// <summary>When each of an app's keys was last used; keys never used are not there.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> Of(string app, CancellationToken cancel)
    {
        await Write(cancel);
        await using var command = source.CreateCommand($"SELECT key_id, at FROM {StoreSetup.Schema}.key_use WHERE tenant_id = $1");
        command.Parameters.Add(new() { Value = app });
        var uses = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) uses[reader.GetString(0)] = await reader.GetFieldValueAsync<DateTimeOffset>(1, cancel);
        return uses;
    }

    internal static Table Table()
    {
        var table = new Table(StoreSetup.Name("key_use"));
        table.AddColumn("tenant_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("key_id", "varchar").NotNull().AsPrimaryKey();
        table.AddColumn("at", "timestamptz").NotNull();
        return table;
    }
}
