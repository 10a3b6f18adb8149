using CsCheck;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections.Search;

namespace PropsDb.Projections.Tests.Search;

/// <summary>What a search finds is what the plain reading of its terms says of each document.</summary>
public sealed class TextModelTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    private static readonly string[] Texts =
    [
        "\"dark\"", "\"Dark mode\"", "\"mode dark\"", "\"a dark mode for STRASSE and more\"", "\"Straße\"", "\"é\"", "\"E\u0301\"", "5", "5.0", "6", "\"5\"", "true", "null", "[\"dark\",5]", "{\"m\":\"dark mode\"}",
        "\"2026-01-01\"", "\"日本語\"", "\"a & b\"",
    ];

    private static readonly string[] Queries =
    [
        "dark", "\"dark mode\"", "mode", "-dark", "theme:dark", "theme:\"dark mode\"", "-theme:dark", "theme:*", "-size:*", "size:5", "size:5.0", "size:>5", "size:>=5", "size:<6", "theme:true", "theme:null", "strasse", "STRASSE",
        "É", "日本", "本日", "theme:>2025", "ui", "font", "\"font size\"", "a & & b", "a", "d1", "theme:5", "\"mode for\"", "-\"dark mode\"", "size:-1", "theme:日",
    ];

    private static readonly (string Name, string Content)[] Documents = Make();

    private static (string, string)[] Make()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, 60).Select(i => (i % 10 == 0 ? $"dark d{i}" : $"d{i}", $$"""
            {"ui":{"theme":{{Texts[random.Next(Texts.Length)]}},"size":{{Texts[random.Next(Texts.Length)]}}},"font-size":{"theme":{{Texts[random.Next(Texts.Length)]}},"dark":1} }
            """))];
    }

    private static readonly Lock Gate = new();
    private static Task? made;

    private Task Made()
    {
        lock (Gate) return made ??= Write();
    }

    private async Task Write()
    {
        foreach (var (name, content) in Documents) await fixture.Create(StoreFixture.Key(name), content);
        await fixture.CatchUp();
    }

    [Fact]
    public async Task Every_search_finds_what_the_model_does()
    {
        await Made();
        await Gen.Select(Gen.OneOf(Queries).Array[1, 3], Gen.OneOf(null, null, "ui", "font-size", "absent"), Gen.Int[1, 40])
            .SampleAsync(q => Compare(string.Join(' ', q.Item1), q.Item2, q.Item3), iter: SearchFixture.Cases(500), threads: 2);
    }

    private async Task Compare(string text, string? collection, int limit)
    {
        SearchParser.TryParse(text, out var query).ShouldBeNull(text);
        var expected = Documents.Where(d => query.Terms.All(t => Holds(t, collection, d.Name, StoreFixture.Json(d.Content)) != t.IsNegated)).Select(d => d.Name).ToList();
        var (found, scores) = (new List<string>(), new List<int>());
        HitPlace? after = null;
        do
        {
            var page = await fixture.Texts.Page(new TextQuery(SearchFixture.All("jam", "shared"), query, collection, limit, after), CancellationToken.None);
            if (page.Hits.Count > 0) page.Total.ShouldBe(expected.Count, text);
            found.AddRange(page.Hits.Select(h => h.Document.Name));
            scores.AddRange(page.Hits.Select(h => h.Score));
            after = page.Next;
        } while (after is not null);
        found.ShouldBe(expected, ignoreOrder: true, $"{text} in {collection}");
        scores.SequenceEqual(scores.OrderDescending()).ShouldBeTrue(text);
    }

    private static bool Holds(SearchTerm term, string? collection, string name, JsonValue content)
    {
        var properties = content.Members.Where(c => collection is null || c.Name == collection).SelectMany(c => c.Value.Members.Select(p => (Collection: c.Name, p.Name, p.Value))).ToList();
        var names = properties.Select(p => p.Name).Concat(content.Members.Select(c => c.Name).Where(c => collection is null || c == collection)).Concat(collection is null ? [name] : Array.Empty<string>());
        return term switch
        {
            SearchTerm.Phrase(var words, _) => names.Concat(properties.SelectMany(p => Strings(p.Value))).Any(t => Snippets.Holds(t, words)),
            SearchTerm.Has(var property, _) => properties.Any(p => p.Name == property),
            SearchTerm.Says(var property, var words, var scalar, _) => properties.Any(p => p.Name == property && (Strings(p.Value).Any(t => Snippets.Holds(t, words)) || Scalars(p.Value).Any(s => s.Equals(scalar)))),
            SearchTerm.Compares(var property, var comparison, var operand, _) => properties.Any(p => p.Name == property && Scalars(p.Value).Any(s =>
                new Filter.AtPath(JsonPointer.Root, comparison, operand).Matches(new Subject("", null, 1, default, default, s.At)))),
            _ => throw new InvalidOperationException(),
        };
    }

    private static IEnumerable<string> Strings(JsonValue value) => value.Kind switch
    {
        JsonKind.String => [value.AsText()],
        JsonKind.Array => value.Items.SelectMany(Strings),
        JsonKind.Object => value.Members.SelectMany(m => Strings(m.Value)),
        _ => [],
    };

    private static IEnumerable<JsonValue> Scalars(JsonValue value) => value.Kind == JsonKind.Array ? value.Items : [value];
}
