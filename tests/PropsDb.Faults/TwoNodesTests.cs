[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace PropsDb.Faults;

/// <summary>Two nodes on one database: whatever is killed, every acknowledged write is there, and every follower is told of exactly what it may know.</summary>
public sealed class TwoNodesTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_run_with_kills_of_nodes_and_of_the_database_keeps_every_promise()
    {
        await using var cluster = await Cluster.Start(2);
        var harness = new Harness(cluster, output, Scale.Seed);
        var run = await harness.Run([() => Crash(cluster.Nodes[1]), () => CrashDatabase(cluster), () => Crash(cluster.Nodes[0])], Scale.Time, Scale.Writers);
        harness.Verify(run, Scale.MinRate, minDisturbed: 1);
    }

    [Fact]
    public async Task Nodes_that_race_for_the_same_documents_keep_every_promise()
    {
        await using var cluster = await Cluster.Start(2);
        var harness = new Harness(cluster, output, Scale.Seed + 1);
        var run = await harness.Run([], Scale.Time / 2, Scale.Writers);
        harness.Verify(run);
    }

    private static async Task Crash(Node node)
    {
        node.Kill();
        await Task.Delay(500);
        node.Launch();
        await node.Ready();
    }

    private static async Task CrashDatabase(Cluster cluster)
    {
        cluster.Server.Kill();
        await Task.Delay(300);
        await cluster.Server.Restart(CancellationToken.None);
        await Task.WhenAll(cluster.Nodes.Select(n => n.Ready()));
    }
}
