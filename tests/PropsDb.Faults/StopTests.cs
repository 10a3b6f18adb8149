namespace PropsDb.Faults;

/// <summary>A node that is told to stop, under load, answers what it has begun and lets its followers go on elsewhere.</summary>
public sealed class StopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_node_stops_within_ten_seconds_and_nobody_misses_anything()
    {
        await using var cluster = await Cluster.Start(2);
        var harness = new Harness(cluster, output, Scale.Seed + 4);
        var stops = new List<(int Code, TimeSpan Took)>();
        async Task Stop()
        {
            stops.Add(await cluster.Nodes[0].Terminate());
            cluster.Nodes[0].Launch();
            await cluster.Nodes[0].Ready();
        }
        var run = await harness.Run([.. Enumerable.Repeat(Stop, Scale.Cycles)], Scale.Time, Scale.Writers);
        output.WriteLine($"stopped within {stops.Max(s => s.Took).TotalSeconds:0.0} s");
        harness.Verify(run);
        stops.ShouldAllBe(s => s.Code == 0 && s.Took < TimeSpan.FromSeconds(10));
    }
}
