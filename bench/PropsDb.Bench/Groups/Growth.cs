using System.Globalization;
using System.Text;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

namespace PropsDb.Bench.Groups;

/// <summary>What a write and a read cost as one thing grows and all else stays: the size of a document, their number, the events of one, apps, connections.</summary>
public sealed class Growth(Steps steps)
{
    private const int Connections = 16;
    private readonly Bed _bed = steps.Bed;

    /// <summary>Stages, each to be measured before the next is made: what is measured with a thousand must not be measured beside a million.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Step>> Stages()
    {
        if (Wanted("sizes")) yield return [.. Sizes()];
        if (Wanted("connections")) yield return [.. OverConnections()];
        if (Wanted("documents")) foreach (var stage in ManyDocuments()) yield return stage;
        if (Wanted("events")) foreach (var stage in Events()) yield return stage;
        if (Wanted("apps")) await foreach (var stage in Apps()) yield return stage;
    }

    private bool Wanted(string what) => _bed.Options.Has(what);

    // Values of 400 characters, as many as it takes: the limits are 10,000 properties and 4 MiB.
    private IEnumerable<Step> Sizes()
    {
        foreach (var (name, properties, bytes) in new[] { ("2 KB", 10, 32), ("20 KB", 12, 400), ("200 KB", 120, 400), ("2 MB", 1_200, 400), ("4 MB", 2_400, 400) })
        {
            var documents = _bed.Create(_bed.Service, $"size-{properties}-{bytes}", Connections, properties, bytes);
            foreach (var step in Both($"documents of {name}", "documents of 2 KB", documents, Connections)) yield return step;
        }
    }

    private IEnumerable<Step> OverConnections()
    {
        var documents = _bed.Create(_bed.Service, "wide", Math.Max(1_000, _bed.Options.Connections));
        foreach (var count in new[] { 1, 16, 64, 256, 1_000, 5_000 }.Where(c => c <= _bed.Options.Connections))
            foreach (var step in Both(Counted(count, "connections"), "1 connections", documents, count)) yield return step;
    }

    private IEnumerable<IReadOnlyList<Step>> ManyDocuments()
    {
        for (var (count, there) = (1_000, 0); count <= _bed.Options.Documents; (there, count) = (count, count * 10))
        {
            var documents = _bed.Create(_bed.Service, string.Create(CultureInfo.InvariantCulture, $"of-{count}"), count - there);
            yield return [.. Both(Counted(count, "documents"), "1,000 documents", documents, Connections)];
        }
    }

    private IEnumerable<IReadOnlyList<Step>> Events()
    {
        var document = _bed.Create(_bed.Service, "stream", 1);
        for (var (events, there) = (100, 0); events <= _bed.Options.Events; (there, events) = (events, events * 10))
        {
            Driver.Run(_bed.Service.Address, 1, new Limited(new ConditionalWrites(document, _bed.Headers, 1, 100), (events - there) / 100), TimeSpan.Zero, duration: null);
            yield return [.. Both(Counted(events, "events in one document"), "100 events in one document", document, 1)];
        }
    }

    // Each has its own token and a document of its own, and all of them are asked: what is kept of apps and tokens has to be enough for all.
    private async IAsyncEnumerable<IReadOnlyList<Step>> Apps()
    {
        var tokens = new List<byte[]>();
        for (var count = 1; count <= _bed.Options.Apps; count *= 10)
        {
            while (tokens.Count < count)
            {
                var app = string.Create(CultureInfo.InvariantCulture, $"app-{tokens.Count:0000000}");
                await _bed.Administer(HttpMethod.Post, "/api/v1/_apps", $$"""{"id":"{{app}}","name":"{{app}}"}""");
                tokens.Add(Encoding.ASCII.GetBytes(Token.For("alice", app)));
            }
            var documents = new Documents("app-{document:7}", Bed.Tier, string.Create(CultureInfo.InvariantCulture, $"of-{count}"), count) { Tokens = [.. tokens] };
            _bed.Create(_bed.Service, documents);
            yield return [.. Both(Counted(count, "apps"), "1 apps", documents, Math.Min(count, Connections))];
        }
    }

    private static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}");

    private IEnumerable<Step> Both(string name, string least, Documents documents, int connections)
    {
        var headers = _bed.HeadersFor(documents);
        yield return Each($"write, {name}", $"write, {least}", () => new ConditionalWrites(documents, headers, connections), connections);
        yield return Each($"read, {name}", $"read, {least}", () => new Reads(documents, headers), connections);
    }

    private Step Each(string name, string least, Func<ITraffic> traffic, int connections) => steps.Drive(new Figure(name, "/s", name == least ? null : least), connections, traffic);
}
