using System.Diagnostics;
using System.Text.Json;
using PropsDb.Host.Tests.Changes;

namespace PropsDb.Faults;

/// <summary>Who does not read what they are sent costs nobody else anything, and the node no more than a bounded buffer.</summary>
public sealed class SlowFollowerTests(ITestOutputHelper output)
{
    private static readonly string s_padding = new('x', 2_000);

    [Fact]
    public async Task A_follower_that_stops_reading_hurts_nobody_and_is_told_everything_when_it_reads_on()
    {
        await using var cluster = await Cluster.Start(1);
        var node = cluster.Nodes[0];
        using var http = new HttpClient { BaseAddress = node.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Cluster.Token("writer"));
        var (written, clock) = (0, Stopwatch.StartNew());
        var sent = new List<TimeSpan>();
        async Task Write(int times)
        {
            for (var i = 0; i < times; i++)
            {
                sent.Add(clock.Elapsed);
                using var body = new StringContent($$"""{"value":"{{written++}} {{s_padding}}"}""", System.Text.Encoding.UTF8, "application/json");
                using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/default/shared/slow/c/p") { Content = body };
                request.Headers.TryAddWithoutValidation(written == 1 ? "If-None-Match" : "If-Match", "*");
                (await http.SendAsync(request)).EnsureSuccessStatusCode();
            }
        }

        await using var stalled = await RawHub.Open(node.Address, Cluster.Token("stalled"));
        var stalledCall = await stalled.Changes("""{"app":"default","tier":"shared"}""");
        (await stalled.Next(stalledCall))!.Type.ShouldBe("ready");
        await using var healthy = await RawHub.Open(node.Address, Cluster.Token("healthy"));
        var call = await healthy.Changes("""{"app":"default","tier":"shared"}""");
        (await healthy.Next(call))!.Type.ShouldBe("ready");

        var times = Math.Max(400, (int)Scale.Time.TotalSeconds * 100);
        var delays = new List<double>();
        var reading = Task.Run(async () =>
        {
            for (var version = 1; version <= times; version++)
            {
                Heard? heard;
                do heard = (await healthy.Next(call))!; while (heard.Type is "progress");
                heard.Item!.Value.GetProperty("version").GetInt64().ShouldBe(version);
                lock (delays) delays.Add((clock.Elapsed - sent[version - 1]).TotalMilliseconds);
            }
        });
        await Write(50);
        var before = node.Memory();
        await Write(times - 50);
        await reading.WaitAsync(TimeSpan.FromSeconds(180));
        var after = node.Memory();
        lock (delays) delays.Sort();
        output.WriteLine($"{times} commits of 2 KB, from request to delivery p50 {delays[delays.Count / 2]:0.0} ms, p99 {delays[delays.Count * 99 / 100]:0.0} ms; memory {before >> 20} to {after >> 20} MiB");

        for (var version = 1; version <= times; version++)
        {
            Heard heard;
            do heard = (await stalled.Next(stalledCall)).ShouldNotBeNull(); while (heard.Type is "progress");
            heard.Item!.Value.GetProperty("version").GetInt64().ShouldBe(version);
        }
        // What was held back for it is in the store, or in the buffer that all read.
        (after - before).ShouldBeLessThan(150L << 20);
    }
}
