using CsCheck;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections.Search;

namespace PropsDb.Projections.Tests.Search;

/// <summary>What the index answers is what the plain definition of filters and sorts says of the documents that the caller may read.</summary>
public sealed class QueryModelTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    private static readonly string[] Values =
    [
        "1", "1.0", "10e-1", "0.1e1", "2", "-0", "0", "0e999999", "1e300", "1e-300", "1e-5000", "123456789012345678901234567890", "123456789012345678901234567890.0", "-1.5",
        "\"\"", "\"x\"", "\"X\"", "\"xy\"", "\"é\"", "\"\uFF5E\"", "\"😀\"", "\"1\"", "\"a\\u0000b\"", "\"%\"", "\"'; drop table x; --\"", "true", "false", "null",
        "[]", "[1]", "[1.0,\"x\"]", "[\"x\",\"xy\",null]", "[[1],{\"m\":1}]", "{}", "{\"m\":1,\"n\":\"x\"}", "{\"n\":\"x\",\"m\":1.0}", "{\"m\":{\"n\":[1,2]}}", "{\"01\":1,\"-1\":\"x\",\" 1\":2}",
        "[\"a\\u0000\",7]", "{\"a\\u0000\":1,\"m\":2}",
    ];

    private static readonly string[] Paths =
    [
        "/a", "/b", "/a/x", "/a/y", "/b/x", "/b/y", "/c/x", "/a/x/m", "/a/x/n", "/a/y/m/n", "/a/x/0", "/a/x/1", "/b/x/01", "/a/x/-1", "/a/x/+1", "/a/x/ 1", "/a/x/01", "/a/y/-1", "/b/y/0/0", "/a~1b/x",
        "/a/x/99999999999", "/b/x/1/m",
    ];

    private static readonly Gen<string> Value = Gen.OneOf(Values);

    private static readonly Gen<string> Content = Gen.Select(Gen.OneOf("a", "b", "c", "a/b"), Gen.Select(Gen.OneOf("x", "y"), Value).Array[0, 2]).Array[0, 3].Select(collections =>
        $"{{{string.Join(',', collections.DistinctBy(c => c.Item1).Select(c => $"\"{c.Item1}\":{{{string.Join(',', c.Item2.DistinctBy(p => p.Item1).Select(p => $"\"{p.Item1}\":{p.Item2}"))}}}"))}}}");

    private static readonly Gen<JsonValue> Operand = Value.Select(StoreFixture.Json).Where(v => Searchable.Of(v) is { } held && held.Equals(v)).Select(v => Searchable.Of(v)!);

    private static readonly Gen<JsonValue> Ordered = Operand.Where(v => v.Kind is JsonKind.Number or JsonKind.String);

    private static readonly Gen<JsonValue> Text = Operand.Where(v => v.Kind == JsonKind.String);

    private static readonly Gen<JsonValue> Flag = Gen.Bool.Select(b => JsonValue.FromChecked(b ? "true" : "false"));

    private static readonly Gen<Comparison> Order = Gen.OneOf(Comparison.Less, Comparison.AtMost, Comparison.Greater, Comparison.AtLeast);

    private static readonly Gen<Filter> OnPath = Gen.Select(Gen.OneOf(Paths).Select(Pointer), Gen.OneOf(
        Gen.Select(Gen.OneOf(Comparison.Equal, Comparison.NotEqual, Comparison.Contains), Operand),
        Gen.Select(Order, Ordered),
        Text.Select(t => (Comparison.StartsWith, t)),
        Flag.Select(f => (Comparison.Exists, f)),
        Operand.Array[0, 4].Select(all => (Comparison.In, JsonValue.Array(all))))).Select(Filter (path, test) => new Filter.AtPath(path, test.Item1, test.Item2));

    private static readonly Gen<JsonValue> FieldText = Gen.OneOf("alice", "bob", "d1", "d", "D2", "", "é").Select(JsonValue.Text);
    private static readonly Gen<JsonValue> FieldNumber = Gen.OneOf("1", "1.0", "2", "1.5", "0", "3e0").Select(StoreFixture.Json);
    private static readonly Gen<JsonValue> FieldTime = Gen.Int[0, 8].Select(i => JsonValue.Text(DateTimeOffset.Parse("2026-11-22T12:00:00Z").AddSeconds(i).ToString("O")));

    private static readonly Gen<Comparison> AnyOrder = Gen.OneOf(Order, Gen.OneOf(Comparison.Equal, Comparison.NotEqual));

    private static readonly Gen<Filter> OnField = Gen.OneOf<Filter>(
        Gen.Select(Gen.OneOf(DocumentField.Name, DocumentField.Owner), Gen.OneOf(AnyOrder, Gen.OneOf(Comparison.Contains, Comparison.StartsWith)), FieldText, (f, c, v) => (Filter)new Filter.OfField(f, c, v)),
        Gen.Select(AnyOrder, FieldNumber, (c, v) => (Filter)new Filter.OfField(DocumentField.Version, c, v)),
        Gen.Select(Gen.OneOf(DocumentField.UpdatedAt, DocumentField.CreatedAt), AnyOrder, FieldTime, (f, c, v) => (Filter)new Filter.OfField(f, c, v)),
        Gen.Select(Gen.Enum<DocumentField>(), Flag, (f, v) => (Filter)new Filter.OfField(f, Comparison.Exists, v)),
        FieldText.Array[0, 3].Select(all => (Filter)new Filter.OfField(DocumentField.Owner, Comparison.In, JsonValue.Array(all))),
        FieldNumber.Array[0, 3].Select(all => (Filter)new Filter.OfField(DocumentField.Version, Comparison.In, JsonValue.Array(all))));

    private static readonly Gen<Filter> Any = Gen.Recursive<Filter>((depth, self) => depth > 3 ? OnPath : Gen.Frequency(
        (4, OnPath), (1, OnField), (1, self.Array[0, 3].Select(f => (Filter)new Filter.All(f))), (1, self.Array[0, 3].Select(f => (Filter)new Filter.Any(f))), (1, self.Select(f => (Filter)new Filter.Not(f)))));

    private static readonly Gen<DocumentSort> Sort = Gen.OneOf(
        Gen.Select(Gen.Enum<DocumentField>(), Gen.Bool, (f, d) => new DocumentSort(f, null, d)),
        Gen.Select(Gen.OneOf(Paths).Select(Pointer), Gen.Bool, (p, d) => new DocumentSort(default, p, d)));

    private static JsonPointer Pointer(string text) => JsonPointer.TryParse(text, out var pointer) ? pointer : throw new FormatException(text);

    private sealed record World(List<(DocumentKey Key, Subject Subject)> Documents);

    private static readonly SemaphoreSlim Making = new(1, 1);
    private static World? made;

    private async Task<World> Made()
    {
        await Making.WaitAsync();
        try
        {
            return made ??= await Make();
        }
        finally
        {
            Making.Release();
        }
    }

    private async Task<World> Make()
    {
        var keys = new List<DocumentKey>();
        var contents = new Queue<string>();
        Content.Array[200].Sample(all => { if (contents.Count == 0) foreach (var c in all) contents.Enqueue(c); }, iter: 1, seed: "0N0XIzNsQ0O2", threads: 1);
        foreach (var app in new[] { "jam", "other" })
            foreach (var (tier, owner) in new[] { ("shared", (string?)null), ("notes", "alice"), ("notes", "bob"), ("notes", "carol") })
                for (var i = 0; i < 22; i++)
                {
                    var key = new DocumentKey(app, tier, owner, i % 3 == 0 ? $"D{i}" : $"d{i}");
                    await fixture.Create(key, contents.Dequeue());
                    if (i % 5 == 0) fixture.Store.Time.Advance(TimeSpan.FromMilliseconds(300));
                    if (i % 7 == 1) await fixture.Store.Set(key, "/a/x", "[1,2,\"x\"]", 1);
                    // Gone, and so nowhere; gone and back; gone and made anew.
                    if (i % 11 is 2 or 4) await fixture.Store.Accepted(key, new DeleteDocument(), Precondition.At((await fixture.Store.Load(key)).Version));
                    if (i == 13) await fixture.Store.Accepted(key, new RestoreDocument(), Precondition.None);
                    if (i == 2) await fixture.Create(key, """{"a":{"x":"anew"}}""");
                    keys.Add(key);
                }
        // More values than are looked up.
        var many = new DocumentKey("jam", "shared", null, "many");
        await fixture.Create(many, $$"""{"a":{"x":[{{string.Join(',', Enumerable.Range(0, 25_000))}}]},"b":{"x":1,"y":"xy"},"c":{"x":"x"} }""");
        keys.Add(many);
        // Half of them are there before the index is declared, and one is written after it.
        foreach (var tier in new[] { "shared", "notes" }) await fixture.Declare("jam", tier, "by-x", "/a/x");
        await fixture.Store.Set(new DocumentKey("jam", "notes", "bob", "d1"), "/a/x", "\"xylophone\"", (await fixture.Store.Load(new DocumentKey("jam", "notes", "bob", "d1"))).Version);
        await fixture.CatchUp();
        (await fixture.Store.Scalar<long>("SELECT count(*) FROM propsdb.search_document WHERE NOT is_whole")).ShouldBe(1);
        var documents = new List<(DocumentKey, Subject)>();
        foreach (var key in keys) if ((await fixture.Store.Load(key)).Exists) documents.Add((key, await fixture.Subject(key)));
        documents.Count.ShouldBeInRange(140, 177);
        return new World(documents);
    }

    private static readonly Dictionary<string, string> Declared = new() { ["/a/x"] = "by-x" };

    private sealed record Question(string Tier, string? Owner, bool OnlyShared, int[] SharedAt, Filter Filter, DocumentSort Sort, int Limit, bool UsesIndex);

    private static readonly Gen<Question> Questions = Gen.Select(
        Gen.OneOf("shared", "notes"), Gen.OneOf(null, "alice", "bob", "dave"), Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))), Gen.Int[0, 65].Array[0, 3], Any, Sort, Gen.Int[1, 60],
        (tier, owner, only, shared, filter, sort, limit) => new Question(tier, owner, only, shared, filter, sort, limit, limit % 2 == 0));

    [Fact]
    public async Task Every_answer_is_the_models()
    {
        var world = await Made();
        await Questions.SampleAsync(question => Compare(world, question), iter: SearchFixture.Cases(1_000), threads: 2);
    }

    private async Task Compare(World world, Question question)
    {
        var inTier = world.Documents.Where(d => d.Key.App == "jam" && d.Key.Tier == question.Tier).ToList();
        var shared = question.SharedAt.Select(i => world.Documents[i].Key).ToList();
        var owner = question.Tier == "shared" && !question.OnlyShared ? null : question.Owner;
        var ids = shared.Select(k => k.StreamId).ToHashSet();
        var readable = inTier.Where(d => question.OnlyShared ? ids.Contains(d.Key.StreamId) && (owner is null || d.Key.Owner == owner)
            : owner is null || d.Key.Owner == owner || ids.Contains(d.Key.StreamId)).ToList();
        var expected = readable.Where(d => question.Filter.Matches(d.Subject)).ToList();
        expected.Sort((l, r) => (question.Sort.IsDescending ? -1 : 1) * InOrder(question.Sort, l, r));

        var scope = new SearchScope("jam", question.Tier, owner, ids, question.OnlyShared);
        var found = new List<string>();
        Place? after = null;
        do
        {
            var page = await fixture.Queries.Page(new DocumentQuery(scope, question.Filter, question.Sort, question.Limit, after), question.UsesIndex ? Declared : SearchFixture.NoIndexes, CancellationToken.None);
            page.Documents.Count.ShouldBeLessThanOrEqualTo(question.Limit);
            found.AddRange(page.Documents.Select(d => $"{d.Owner}/{d.Name}"));
            after = page.Next is { } next ? Place.Parse(next.ToString()).ShouldNotBeNull() : null;
        } while (after is not null);
        found.ShouldBe(expected.Select(d => $"{d.Key.Owner}/{d.Key.Name}"));
        (await fixture.Queries.Count(scope, question.Filter, isExact: true, CancellationToken.None)).ShouldBe(expected.Count);
    }

    private static int InOrder(DocumentSort sort, (DocumentKey Key, Subject Subject) left, (DocumentKey Key, Subject Subject) right)
    {
        var (l, r) = (left.Subject, right.Subject);
        var order = sort.Path is { } path ? SortKey.Compare(SortKey.Of(l.At(path)), SortKey.Of(r.At(path))) : sort.Field switch
        {
            DocumentField.Name => SortKey.CompareTexts(l.Name, r.Name),
            DocumentField.Owner => SortKey.CompareTexts(l.Owner ?? "", r.Owner ?? ""),
            DocumentField.Version => l.Version.CompareTo(r.Version),
            DocumentField.CreatedAt => l.CreatedAt.CompareTo(r.CreatedAt),
            _ => l.UpdatedAt.CompareTo(r.UpdatedAt),
        };
        // uuids are compared as their bytes in PostgreSQL, which is as their texts.
        return order != 0 ? order : string.CompareOrdinal(left.Key.StreamId.ToString("N"), right.Key.StreamId.ToString("N"));
    }
}
