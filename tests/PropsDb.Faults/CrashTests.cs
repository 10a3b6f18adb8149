using System.Diagnostics;
using Npgsql;

namespace PropsDb.Faults;

/// <summary>The only node, its database, or its sessions there are killed under load.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Acknowledged_writes_survive_a_crash_of_the_only_node()
    {
        await using var cluster = await Cluster.Start(1);
        var (harness, random, slowest) = (new Harness(cluster, output, Scale.Seed + 2), new Random(Scale.Seed), TimeSpan.Zero);
        async Task Crash()
        {
            await Task.Delay(random.Next(500));
            cluster.Nodes[0].Kill();
            var down = Stopwatch.StartNew();
            cluster.Nodes[0].Launch();
            await cluster.Nodes[0].Ready();
            if (down.Elapsed > slowest) slowest = down.Elapsed;
        }
        var run = await harness.Run([.. Enumerable.Repeat(Crash, Scale.Cycles)], Scale.Time / 2, Scale.Writers, withFollowers: false);
        output.WriteLine($"ready again after {slowest.TotalSeconds:0.0} s at the latest, of {Scale.Cycles}");
        harness.Verify(run, Scale.MinRate, minDisturbed: 1);
    }

    [Fact]
    public async Task Acknowledged_writes_survive_a_crash_of_the_database_and_of_sessions_there()
    {
        await using var cluster = await Cluster.Start(1);
        var (harness, slowest) = (new Harness(cluster, output, Scale.Seed + 3), TimeSpan.Zero);
        async Task CrashDatabase()
        {
            cluster.Server.Kill();
            await cluster.Server.Restart(CancellationToken.None);
            var up = Stopwatch.StartNew();
            await cluster.Nodes[0].Ready();
            if (up.Elapsed > slowest) slowest = up.Elapsed;
        }
        var faults = Enumerable.Range(0, Scale.Cycles).SelectMany(_ => new[] { CrashDatabase, () => CrashSession(cluster) }).ToList();
        var run = await harness.Run(faults, Scale.Time, Scale.Writers, withFollowers: false);
        output.WriteLine($"it writes again {slowest.TotalSeconds:0.0} s after the database at the latest, of {Scale.Cycles}");
        harness.Verify(run, Scale.MinRate, minDisturbed: 1);
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    /// <summary>A session that is killed takes all others with it: PostgreSQL starts anew.</summary>
    private static async Task CrashSession(Cluster cluster)
    {
        await using (var connection = new NpgsqlConnection(cluster.Database + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'node-%' LIMIT 1", connection);
            using var session = Process.GetProcessById((int)(await command.ExecuteScalarAsync())!);
            session.Kill();
        }
        await Task.Delay(300);
        await cluster.Nodes[0].Ready();
    }
}
