using Npgsql;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>One event of an app's or a user's stream, as it is stored.</summary>
/// <param name="Number">Its place in its stream, from 1 on.</param>
/// <param name="Action">The name it is stored under.</param>
/// <param name="Data">Its JSON.</param>
public sealed record AdministrationEvent(long Number, string Action, string Data, DateTimeOffset At, string By, string? Message);

/// <summary>Tells how an app came to be set up as it is, and what a user was given and lost, from their streams.</summary>
public sealed class AppHistory(NpgsqlDataSource source)
{
    /// <summary>The events before a number, newest first.</summary>
    /// <param name="user">Whose stream; null: the app's own.</param>
    public async Task<IReadOnlyList<AdministrationEvent>> Before(string app, string? user, long number, int limit, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            SELECT version, type, data::text, timestamp, user_name, headers ->> 'message' FROM {StoreSetup.Schema}.mt_events
            WHERE tenant_id = $1 AND stream_id = $2 AND version < $3 ORDER BY version DESC LIMIT $4
            """);
        foreach (var value in new object[] { app, user is null ? StreamIds.OfApp(app) : StreamIds.OfUser(app, user), number, limit }) command.Parameters.Add(new() { Value = value });
        var found = new List<AdministrationEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            found.Add(new AdministrationEvent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), await reader.GetFieldValueAsync<DateTimeOffset>(3, cancel),
                reader.GetString(4), await reader.IsDBNullAsync(5, cancel) ? null : reader.GetString(5)));
        }
        return found;
    }
}
