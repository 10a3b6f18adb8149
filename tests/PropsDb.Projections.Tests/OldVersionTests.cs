using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

public sealed class OldVersionTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    // PROPSDB_COMMITS=10000 for the long run.
    private static readonly int Commits = int.Parse(Environment.GetEnvironmentVariable("PROPSDB_COMMITS") ?? "1300", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_version_of_a_long_stream_equals_a_plain_fold_and_so_does_the_view()
    {
        var key = StoreFixture.Key("long");
        var random = new Random(20261122);
        var versions = new List<string>();
        var contents = new List<string?>();
        var document = await store.Accepted(key, new CreateDocument([]), Precondition.None);
        for (var version = 1; version <= Commits; version++)
        {
            if (version > 1) document = await store.Accepted(key, Any(random, document), document.Exists ? Precondition.At(document.Version) : Precondition.None);
            store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
            versions.Add(StoreFixture.Show(document));
            contents.Add(Content(document));
        }
        versions.Count.ShouldBe((int)document.Version);
        (await store.Scalar<long>($"select count(*) from propsdb.document_snapshot where id = '{key.StreamId}'")).ShouldBeGreaterThan(1);
        foreach (var version in Enumerable.Range(0, 200).Select(_ => random.Next(1, versions.Count + 1)).Append(versions.Count))
            StoreFixture.Show((await store.Reader.At(key, version, CancellationToken.None))!).ShouldBe(versions[version - 1]);
        StoreFixture.Show(await store.Load(key)).ShouldBe(versions[^1]);
        (await store.Reader.At(key, versions.Count + 1, CancellationToken.None)).ShouldBeNull();
        var last = versions[^1];
        await RollBackToSome(key, random, contents);

        var live = StoreFixture.Show(await store.Load(key));

        // A view that is lost is made again from the events, to the byte.
        await store.Execute($"delete from propsdb.document_view where id = '{key.StreamId}'; delete from propsdb.document_snapshot where id = '{key.StreamId}'");
        StoreFixture.Show(await store.Load(key)).ShouldBe(live);
        StoreFixture.Show((await store.Reader.At(key, versions.Count, CancellationToken.None))!).ShouldBe(last);
        StoreFixture.Show((await store.Reader.At(key, 700, CancellationToken.None))!).ShouldBe(versions[699]);
    }

    private async Task RollBackToSome(DocumentKey key, Random random, List<string?> contents)
    {
        var document = await store.Load(key);
        if (!document.Exists) document = await store.Accepted(key, new RestoreDocument(), Precondition.None);
        foreach (var version in Enumerable.Range(0, 200).Select(_ => random.Next(1, contents.Count + 1)).Where(v => contents[v - 1] is not null))
        {
            var then = (await store.Reader.At(key, version, CancellationToken.None))!;
            document = await store.Accepted(key, new RollBack(then, PropertyPath.Document), Precondition.At(document.Version));
            Content(document).ShouldBe(contents[version - 1]);
            Content(await store.Load(key)).ShouldBe(contents[version - 1]);
        }
    }

    // Null: absent.
    private static string? Content(Document document) => !document.Exists ? null : string.Join('\n',
        document.Content.Collections.Select(c => c.Key + ":" + string.Join(',', c.Value.Properties.Select(p => $"{p.Key}={p.Value.Value}"))));

    // Each changes something: a write without effect would make no version.
    private static Operation Any(Random random, Document document)
    {
        var path = PropertyPath.Of($"c{random.Next(4)}", $"p{random.Next(6)}");
        var value = StoreFixture.Json($"{document.Version}.{random.Next(100)}1");
        return random.Next(30) switch
        {
            _ when !document.Exists => random.Next(2) == 0 ? new RestoreDocument() : new CreateDocument([new("c1", [new("p1", value)])]),
            0 => new DeleteDocument(),
            < 4 when document.Content.Holds(path) => new DeleteProperty(path),
            4 when document.Content[path.Collection!] is not null => new DeleteCollection(path.Collection!),
            < 8 => new ReplaceCollection(path.Collection!, [new("p9", value), new("p1", value), new("p5", StoreFixture.Json("\"\\u0000\""))]),
            _ => new SetProperty(path, value),
        };
    }
}
