using Npgsql;

namespace PropsDb.Projections.Search;

/// <summary>What can be asked of the index as a whole.</summary>
public static class SearchIndex
{
    /// <summary>Has every row made anew by the node that leads, from now on; nobody waits for it to begin.</summary>
    public static async Task AskForRebuild(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            INSERT INTO {SearchTables.Progress} (name, position, format, is_built) VALUES ($1, 0, {SearchRow.Format}, false)
            ON CONFLICT (name) DO UPDATE SET rebuilt_app = '', rebuilt_id = '00000000-0000-0000-0000-000000000000'
            """);
        command.Parameters.Add(new() { Value = SearchRound.Name });
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Whether there are rows that are yet to be made, or to be made anew.</summary>
    public static async Task<bool> IsRebuilding(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT coalesce(bool_or(rebuilt_app IS NOT NULL OR NOT is_built), true) FROM {SearchTables.Progress}");
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }
}
