using System.Globalization;
using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>A thousand random commits, beside a model that keeps every version's content as plain lists.</summary>
public sealed class LongHistoryTests(PropsDbServer server)
{
    private sealed class Model
    {
        private readonly List<(string Name, List<(string Name, string Value)> Properties)> _collections = [];

        public void Set(string collection, string property, string value)
        {
            var at = _collections.FindIndex(c => c.Name == collection);
            if (at < 0) _collections.Add((collection, []));
            var properties = _collections[at < 0 ? ^1 : at].Properties;
            var place = properties.FindIndex(p => p.Name == property);
            if (place < 0) properties.Add((property, value));
            else properties[place] = (property, value);
        }

        public void Delete(string collection, string? property)
        {
            if (property is null) _collections.RemoveAll(c => c.Name == collection);
            else if (_collections.Find(c => c.Name == collection).Properties is { } properties) properties.RemoveAll(p => p.Name == property);
        }

        public override string ToString() =>
            "{" + string.Join(',', _collections.Select(c => $"\"{c.Name}\":{{{string.Join(',', c.Properties.Select(p => $"\"{p.Name}\":{p.Value}"))}}}")) + "}";
    }

    [Fact]
    public async Task Every_version_is_what_the_model_says_and_can_be_gone_back_to()
    {
        var random = new Random(20261122);
        var alice = await server.NewUser().Holding("user/d", "{}");
        var (model, contents) = (new Model(), new List<string> { "", "{}" });
        while (contents.Count <= 1000)
        {
            var operations = new List<string>();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var (collection, property) = ($"c{random.Next(5)}", $"p{random.Next(8)}");
                var kind = random.Next(20);
                if (kind < 15)
                {
                    // Each value is new, so that every commit has an effect.
                    var value = $$"""{"n":{{contents.Count}}.{{random.Next(1000000)}},"l":[{{i}}]}""";
                    model.Set(collection, property, value);
                    operations.Add($$"""{"op":"set","path":"/{{collection}}/{{property}}","value":{{value}}}""");
                }
                else
                {
                    model.Delete(collection, kind < 19 ? property : null);
                    operations.Add($$"""{"op":"delete","path":"/{{collection}}{{(kind < 19 ? "/" + property : "")}}"}""");
                }
            }
            var before = contents[^1];
            var answer = await alice.Post("user/d/_batch", $$"""{"version":{{contents.Count - 1}},"operations":[{{string.Join(',', operations)}}]}""");
            answer.Status.ShouldBe(200, answer.ToString());
            var version = answer.Json.GetProperty("document_version").GetInt32();
            version.ShouldBe(model.ToString() == before ? contents.Count - 1 : contents.Count, string.Join(',', operations));
            if (version == contents.Count) contents.Add(model.ToString());
        }

        foreach (var version in Enumerable.Range(0, 100).Select(_ => random.Next(1, 1001)))
            (await alice.ContentAsOf($"user/d?version={version}")).ShouldBe(contents[version], version.ToString(CultureInfo.InvariantCulture));
        for (var i = 0; i < 20; i++)
        {
            var to = random.Next(1, 1001);
            (await alice.Post("user/d/_rollback", $$"""{"to_version":{{to}}}""")).Status.ShouldBe(200);
            (await alice.ContentAsOf("user/d?x=1")).ShouldBe(contents[to]);
        }
        for (var i = 0; i < 10; i++)
        {
            var (from, to) = (random.Next(1, 500), random.Next(500, 1001));
            await alice.Holding($"user/copy{i}", contents[from]);
            var diff = (await alice.Get($"user/d/_diff?from={from}&to={to}")).Json;
            (await alice.JsonPatch($"user/copy{i}?version=1", diff.GetProperty("patch").GetRawText())).Status.ShouldBe(200);
            // The patch leaves the order out.
            Sorted((await alice.Get($"user/copy{i}?shape=object")).Json).ShouldBe(Sorted((await alice.Get($"user/d?version={to}&shape=object")).Json));
        }
    }

    private static string Sorted(JsonElement answer) => string.Join('\n', answer.GetProperty("document").GetProperty("collections").EnumerateObject()
        .Select(c => c.Name + string.Join(' ', c.Value.EnumerateObject().Select(p => p.ToString()).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
}

internal static class AsOfClient
{
    /// <summary>The content of a document whose path has a query.</summary>
    public static async Task<string> ContentAsOf(this Client client, string path) =>
        (await client.Get(path + "&shape=object")).Json.GetProperty("document").GetProperty("collections").GetRawText();
}
