using Npgsql;

namespace PropsDb.Host.Tests.Expiring;

/// <summary>What the store has on record, and what waits to get there.</summary>
internal static class Facts
{
    public static Task<long> Count(string database, string type, string user) =>
        Scalar<long>(database, "SELECT count(*) FROM propsdb.mt_events WHERE type = $1 AND coalesce(data->>'user', $2) = $2", type, user);

    public static Task Recorded(string database, string type, string user) => Until(async () => await Count(database, type, user) > 0, $"{type} of {user} was not recorded");

    /// <summary>A message waits for an end.</summary>
    public static Task Scheduled(string database, int count = 1) => Until(
        async () => await Scalar<long>(database, "SELECT count(*) FROM propsdb_messages.wolverine_incoming_envelopes WHERE status = 'Scheduled'") >= count, "no message waits");

    /// <summary>As if the node had been killed before it scheduled anything.</summary>
    public static Task ForgetMessages(string database) => Scalar<object?>(database, "DELETE FROM propsdb_messages.wolverine_incoming_envelopes RETURNING NULL");

    private static async Task Until(Func<Task<bool>> isSo, string otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Waiting.Patience, otherwise);
            await Task.Delay(20);
        }
    }

    private static async Task<T> Scalar<T>(string database, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
