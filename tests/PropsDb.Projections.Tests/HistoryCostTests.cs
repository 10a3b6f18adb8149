using System.Diagnostics;
using System.Globalization;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

/// <summary>What is read of a long history costs what it would of a short one.</summary>
public sealed class HistoryCostTests(StoreFixture store, ITestOutputHelper output) : IClassFixture<StoreFixture>
{
    // PROPSDB_EVENTS=100000 for the long run.
    private static readonly int Long = int.Parse(Environment.GetEnvironmentVariable("PROPSDB_EVENTS") ?? "10000", CultureInfo.InvariantCulture);
    private const int Short = 1_000;
    private const int Rounds = 31;

    [Fact]
    public async Task A_page_of_history_and_a_version_near_the_end_do_not_fold_the_whole_stream()
    {
        var (brief, lengthy) = (StoreFixture.Key("brief"), StoreFixture.Key("lengthy"));
        await Fill(brief, Short);
        await Fill(lengthy, Long);
        await store.Execute("analyze propsdb.mt_events");
        var rare = PropertyPath.Parse("/rare/property");
        var ratios = new Dictionary<string, double>
        {
            ["document page"] = await Ratio(key => store.History.Page(key, PropertyPath.Document, null, 10, true, CancellationToken.None)),
            ["page in the middle"] = await Ratio(async key => await store.History.Page(key, PropertyPath.Document, (await store.Load(key)).Version / 2, 10, true, CancellationToken.None)),
            ["property page"] = await Ratio(key => store.History.Page(key, PropertyPath.Parse("/c/p1"), null, 10, true, CancellationToken.None)),
            ["version near the end"] = await Ratio(async key => await store.Reader.At(key, (await store.Load(key)).Version - 7, CancellationToken.None)),
            ["version in the middle"] = await Ratio(async key => await store.Reader.At(key, (await store.Load(key)).Version / 2, CancellationToken.None)),
        };
        foreach (var (what, ratio) in ratios) output.WriteLine($"{what}: {ratio:0.00} at {Long} events, of the cost at {Short}");
        ratios.Values.ShouldAllBe(r => r < 2);
        // What is found is right, too: the newest change first, and a rare property's only one.
        (await store.History.Page(lengthy, rare, null, 10, true, CancellationToken.None)).Entries.ShouldHaveSingleItem().Commit.Version.ShouldBe(1);

        async Task<double> Ratio(Func<DocumentKey, Task> read)
        {
            var (shorts, longs) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                shorts.Add(await Milliseconds(() => read(brief)));
                longs.Add(await Milliseconds(() => read(lengthy)));
            }
            shorts.Sort();
            longs.Sort();
            output.WriteLine($"median {shorts[Rounds / 2]:0.00} ms and {longs[Rounds / 2]:0.00} ms");
            return longs[Rounds / 2] / shorts[Rounds / 2];
        }
    }

    private static async Task<double> Milliseconds(Func<Task> read)
    {
        var started = Stopwatch.GetTimestamp();
        await read();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    // One event a commit, each over the one path that a client would take but for the group: the queue is given the commits in turn.
    private async Task Fill(DocumentKey key, int events)
    {
        var document = await store.Accepted(key, new CreateDocument([new("rare", [new("property", StoreFixture.Json("1"))]), new("c", [.. Enumerable.Range(0, 20).Select(i => new NamedValue($"p{i}", StoreFixture.Json("0")))])]), Precondition.None);
        while (document.StreamVersion < events)
        {
            var commit = new Commit(document.Version + 1, store.Time.GetUtcNow(), "alice");
            var path = PropertyPath.Of("c", $"p{document.Version % 20}");
            DocumentEvent[] fact = [new PropertySet(commit.Version, path, StoreFixture.Json($"{document.Version}"), document.Content[path]!.Number)];
            var after = Document.Evolve(document, fact[0], commit);
            var positions = await store.Queue.Append(new PendingAppend([PendingCommit.Of(key, document, after, fact, commit, new Author("alice"))]));
            document = after with { Position = positions![0] };
        }
    }
}
