using System.Globalization;
using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>
/// Three devices work a day offline on the same documents, and come back in any order, over a network that loses answers. PROPSDB_RUNS
/// says how many orders are tried.
/// </summary>
public sealed class OfflineDayTests(PropsDbServer server)
{
    private const int Documents = 20;
    private static readonly string[] Devices = ["laptop", "phone", "tablet"];

    /// <summary>What a device did to one path, in order: it goes up as one batch on what the device had in the morning.</summary>
    /// <param name="Path">Own to its device, or one that all three write.</param>
    private sealed record Batch(string Device, int Document, string Path, List<string> Values)
    {
        public bool IsContested => Path.StartsWith("/ui/", StringComparison.Ordinal);
        public string Operations => string.Join(',', Values.Select(v => $$"""{"op":"set","path":"{{Path}}","value":{{v}}}"""));
    }

    private static List<Batch> Record(Random random)
    {
        var operations = Enumerable.Range(0, 500).Select(i =>
        {
            var device = Devices[random.Next(3)];
            var path = random.Next(5) == 0 ? $"/ui/both{random.Next(2)}" : $"/{device}/p{random.Next(4)}";
            return (Device: device, Document: random.Next(Documents), Path: path, Value: $"\"{device} {i}\"");
        });
        return [.. operations.GroupBy(o => (o.Device, o.Document, o.Path)).Select(g => new Batch(g.Key.Device, g.Key.Document, g.Key.Path, [.. g.Select(o => o.Value)]))];
    }

    [Fact]
    public async Task Every_order_of_arrival_ends_alike_but_for_what_was_contested()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("PROPSDB_RUNS") ?? "5", CultureInfo.InvariantCulture);
        var batches = Record(new Random(4711));
        for (var run = 0; run < runs; run++) await Replay(batches, new Random(run));
    }

    private async Task Replay(List<Batch> batches, Random random)
    {
        var alice = server.NewUser();
        for (var d = 0; d < Documents; d++) await alice.Holding($"user/d{d}", """{"ui":{}}""");
        // Each device sends its batches of a document in order; which of them comes next is chance.
        var queues = batches.GroupBy(s => (s.Device, s.Document)).Select(g => new Queue<Batch>(g)).ToList();
        var refused = new List<Batch>();
        var sequences = new Dictionary<(string, int), int>();
        while (queues.Count > 0)
        {
            var queue = queues[random.Next(queues.Count)];
            var batch = queue.Dequeue();
            if (queue.Count == 0) queues.Remove(queue);
            var place = (batch.Device, batch.Document);
            // A refused batch takes no number.
            var sequence = sequences.GetValueOrDefault(place) + 1;
            var body = $$"""{"version":1,"on_conflict":"merge","device":"{{batch.Device}}","sequence":{{sequence}},"operations":[{{batch.Operations}}]}""";
            Task<Answer> Send() => alice.Post($"user/d{batch.Document}/_batch", body);
            var answer = await Send();
            var lost = random.Next(3);
            for (var i = 0; i < lost; i++)
            {
                var again = await Send();
                again.Status.ShouldBe(answer.Status, again.ToString());
                if (answer.Status == 200) (again.Body, again.Header("Idempotency-Replayed")).ShouldBe((answer.Body, "true"));
            }
            if (answer.Status == 200)
            {
                sequences[place] = sequence;
                continue;
            }
            answer.ShouldBeProblem(409, "version_conflict");
            batch.IsContested.ShouldBeTrue(batch.Path);
            answer.Json.GetProperty("conflicts").EnumerateArray().Select(c => c.GetProperty("path").GetString()).ShouldBe([batch.Path]);
            refused.Add(batch);
            await alice.Logged(answer.Json.GetProperty("conflict_id").GetString()!, $"user/d{batch.Document}/_conflicts");
        }
        for (var d = 0; d < Documents; d++) await Check(alice, d, batches.FindAll(s => s.Document == d), refused.FindAll(s => s.Document == d), sequences);
    }

    private static async Task Check(Client alice, int document, List<Batch> batches, List<Batch> refused, Dictionary<(string, int), int> sequences)
    {
        var path = $"user/d{document}";
        var answer = await alice.Get(path + "?shape=object&include=vector");
        var collections = answer.Json.GetProperty("document").GetProperty("collections");
        string? At(string pointer) => pointer.Split('/') is [_, var c, var p] && collections.TryGetProperty(c, out var collection) && collection.TryGetProperty(p, out var value) ? value.GetRawText() : null;
        foreach (var own in batches.Where(b => !b.IsContested)) At(own.Path).ShouldBe(own.Values[^1], own.Path);

        var conflicts = (await alice.Get(path + "/_conflicts?limit=500&resolved=false")).Json.GetProperty("conflicts").EnumerateArray().ToList();
        var logged = conflicts.SelectMany(c => c.GetProperty("operations").EnumerateArray()).Select(o => (o.GetProperty("path").GetString()!, o.GetProperty("value").GetRawText())).ToList();
        foreach (var contested in batches.Where(b => b.IsContested).GroupBy(b => b.Path))
        {
            var winner = contested.Single(b => b.Values[^1] == At(contested.Key));
            foreach (var loser in contested.Where(b => b != winner))
            {
                logged.ShouldContain((loser.Path, loser.Values[^1]));
                refused.ShouldContain(loser);
            }
            refused.ShouldNotContain(winner);
        }
        // Each accepted batch is one commit, whatever was repeated.
        answer.Json.GetProperty("document").GetProperty("version").GetInt32().ShouldBe(1 + batches.Count - refused.Count);
        foreach (var device in Devices)
        {
            var last = answer.Json.GetProperty("vector").TryGetProperty(device, out var sequence) ? sequence.GetInt32() : 0;
            last.ShouldBe(sequences.GetValueOrDefault((device, document)));
            last.ShouldBe(batches.Count(s => s.Device == device) - refused.Count(s => s.Device == device));
        }
    }
}
