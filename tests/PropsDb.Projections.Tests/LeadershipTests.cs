using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace PropsDb.Projections.Tests;

/// <summary>The connection of work behind the commits: planned by index while the work lasts, and as it was afterwards.</summary>
public sealed class LeadershipTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private const long Key = 0x7465737400000001;

    [Fact]
    public async Task Its_statements_go_by_index_and_its_connection_goes_back_as_it_came()
    {
        // The one connection there is, which nobody else puts in order.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(store.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true }.ConnectionString);
        var plan = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var leadership = new Leadership(source, Key, TimeSpan.Zero, rest: () => 0, (connection, _) => Task.FromResult<Func<CancellationToken, Task<bool>>>(async stop =>
        {
            // A table that the planner knows nothing of.
            plan.TrySetResult(await Text(connection, "EXPLAIN SELECT data FROM propsdb.mt_events WHERE seq_id > 0 ORDER BY seq_id LIMIT 1000", stop));
            return false;
        }), NullLogger.Instance))
        {
            leadership.Start();
            (await plan.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldContain("Index Scan");
        }

        await using var again = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var setting in new[] { "enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin" })
            (await Text(again, $"SHOW {setting}", TestContext.Current.CancellationToken)).ShouldBe("on", setting);
        (await Text(again, "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", TestContext.Current.CancellationToken)).ShouldBe("0");
    }

    private static async Task<string> Text(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var lines = new List<string>();
        while (await reader.ReadAsync(cancel)) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
