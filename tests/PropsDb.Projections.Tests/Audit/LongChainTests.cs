using System.Diagnostics;
using System.Globalization;

namespace PropsDb.Projections.Tests.Audit;

/// <summary>A chain is read and verified in memory that does not grow with it.</summary>
public sealed class LongChainTests(AuditFixture store, ITestOutputHelper output) : IClassFixture<AuditFixture>
{
    // PROPSDB_EVENTS=1000000 for the long run.
    private static readonly int Length = int.Parse(Environment.GetEnvironmentVariable("PROPSDB_EVENTS") ?? "50000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_long_chain_is_streamed()
    {
        var filling = Stopwatch.StartNew();
        await store.Fill("long", Length);
        var filled = filling.Elapsed;
        while ((await store.Log.Head(AuditFixture.App, CancellationToken.None)).Seq < Length) await Task.Delay(20);
        output.WriteLine($"{Length} events committed after {filled.TotalSeconds:0.0} s, in the chain after {filling.Elapsed.TotalSeconds:0.0} s");
        await store.Execute("analyze propsdb.mt_events; analyze propsdb.audit_entry");

        var watch = Stopwatch.StartNew();
        var finding = await store.Verify();
        finding.ShouldBe(new(Length, null));
        output.WriteLine($"verified {Length / watch.Elapsed.TotalSeconds:0} events a second");

        watch.Restart();
        var (seen, most, at) = (0L, 0L, GC.GetTotalMemory(forceFullCollection: true));
        await foreach (var entry in store.Log.Read(AuditFixture.Everything, CancellationToken.None))
        {
            entry.Seq.ShouldBe(++seen);
            if (seen % 10_000 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - at);
        }
        seen.ShouldBe(Length);
        output.WriteLine($"read {Length / watch.Elapsed.TotalSeconds:0} entries a second, never more than {most / 1024} KiB of memory");
        most.ShouldBeLessThan(8 << 20);
    }
}
