using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.EmbeddedPostgres;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections;
using PropsDb.Projections.Search;
using PropsDb.SearchBench;

// Measures questions of the search index over very many documents. The index is kept in PROPSDB_BENCH_DATA for the next run.
var documents = Number("PROPSDB_DOCUMENTS", 1_000_000);
var owners = Number("PROPSDB_OWNERS", 1_000);
var rounds = Number("PROPSDB_ROUNDS", 101);
var directory = Environment.GetEnvironmentVariable("PROPSDB_BENCH_DATA") ?? Path.Combine(Path.GetTempPath(), "propsdb-search-bench");
await using var server = await PostgresServer.Start(new PostgresOptions { DataDirectory = directory }, NullLogger.Instance, CancellationToken.None);
await using var source = NpgsqlDataSource.Create(server.OwnerConnectionString + ";Command Timeout=3600");
await StoreSetup.Migrate(source, TimeProvider.System, CancellationToken.None);
await using (var counting = source.CreateCommand($"SELECT count(*) FROM {SearchTables.Document}"))
    if ((long)(await counting.ExecuteScalarAsync())! != documents)
    {
        await Loading.Execute(source, $"TRUNCATE {SearchTables.All}");
        await Loading.Fill(source, documents, owners);
    }
await Sizes();

await using var database = new SearchDatabase(new NpgsqlDataSourceBuilder(server.OwnerConnectionString), TimeSpan.FromSeconds(10));
var (queries, texts, aggregates) = (new DocumentQueries(database), new TextSearch(database), new Aggregates(database));
var none = new Dictionary<string, string>();
var declared = new Dictionary<string, string> { ["/body/size"] = "by-size" };
var all = new SearchScope(Made.App, Made.Tier, null, [], false);
SearchScope Of(int i) => all with { Owner = Made.Owner(i, owners) };
var byName = DocumentSort.ByName;
var bySize = new DocumentSort(default, Pointer("/body/size"), false);

Console.WriteLine($"\n{documents:N0} documents of {owners:N0} owners, {rounds} rounds each, milliseconds");
Console.WriteLine($"{"",-74}{"results",8}{"p50",9}{"p95",9}");
await Time("equality, 20 results, of all owners", i => Query(all, Eq("/tags/group", $"{i * 331 % Made.Groups}"), byName, none));
await Time("equality, a page of some 50 results, of one owner", i => Query(Of(i), Eq("/tags/category", $"\"{Made.Category(i)}\""), byName, none));
await Time("equality, a page of some 50,000 results, of all owners", i => Query(all, Eq("/tags/category", $"\"{Made.Category(i)}\""), byName, none));
await Time("two equalities, of all owners", i => Query(all, new Filter.All([Eq("/tags/category", $"\"{Made.Category(i)}\""), Eq("/ui/theme", "\"dark\"")]), byName, none));
await Time("containment in a list, 20 results, of all owners", i => Query(all, new Filter.AtPath(Pointer("/tags/circles"), Comparison.Contains, Json($"{i * 331 % Made.Groups}")), byName, none));
await Time("containment in a list, a page of some 600 results, of all owners", i => Query(all, new Filter.AtPath(Pointer("/tags/labels"), Comparison.Contains, JsonValue.Text($"label-{i * 37 % 5_000}")), byName, none));
await Time("containment in a list, of one owner", i => Query(Of(i), new Filter.AtPath(Pointer("/tags/labels"), Comparison.Contains, JsonValue.Text($"label-{i * 37 % 5_000}")), byName, none));
await Time("range, sorted by its path, declared index, of all owners", i => Query(all, new Filter.AtPath(Pointer("/body/size"), Comparison.Greater, Json($"{i * 9_000}")), bySize, declared));
await Time("narrow range, sorted by name, declared index, of all owners", i => Query(all, new Filter.All([new Filter.AtPath(Pointer("/body/size"), Comparison.Greater, Json($"{i * 9_000}")), new Filter.AtPath(Pointer("/body/size"), Comparison.Less, Json($"{i * 9_000 + 20}"))]), byName, declared));
await Time("not, of one owner", i => Query(Of(i), new Filter.Not(Eq("/ui/theme", "\"dark\"")), byName, none));
await Time("everything, newest first, of all owners", _ => Query(all, Filter.Everything, new DocumentSort(DocumentField.UpdatedAt, null, true), none));
await Time("search, a rare word, of all owners", i => Search(all, Made.Word(19_000 - i * 9)));
await Time("search, a word of some thousand documents, of all owners", i => Search(all, Made.Word(3_000 + i)));
await Time("search, a common word, of one owner", i => Search(Of(i), Made.Word(5 + i % 50)));
await Time("search, two words, of one owner", i => Search(Of(i), $"{Made.Word(20 + i % 50)} {Made.Word(90 + i)}"));
await Time("search, name:value, of all owners", i => Search(all, $"group:{i * 331 % Made.Groups}"));
await Time("search, name:value and a word, of one owner", i => Search(Of(i), $"category:{Made.Category(i)} {Made.Word(50 + i)}"));
await Time("facets of one owner's documents", async i => (await aggregates.Reckon(new AggregateQuery(Of(i), Filter.Everything, Pointer("/tags/category"), null, [new Measure(Reckoning.Avg, Pointer("/body/size"))], 100), CancellationToken.None)).Groups.Count);
await Deep("equality by name", Eq("/ui/theme", "\"dark\""), byName, none);
await Deep("everything by name", Filter.Everything, byName, none);
await Deep("everything by a declared index", Filter.Everything, bySize, declared);
if (args.Contains("--plans")) await Plans();

static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
static JsonPointer Pointer(string text) => JsonPointer.TryParse(text, out var pointer) ? pointer : throw new FormatException(text);
static JsonValue Json(string text) => JsonValue.FromChecked(text);
static Filter Eq(string path, string value) => new Filter.AtPath(Pointer(path), Comparison.Equal, Json(value));

async Task<int> Query(SearchScope scope, Filter filter, DocumentSort sort, IReadOnlyDictionary<string, string> indexes) =>
    (await queries.Page(new DocumentQuery(scope, filter, sort, 20, null), indexes, CancellationToken.None)).Documents.Count;

async Task<int> Search(SearchScope scope, string text) => SearchParser.TryParse(text, out var query) is { } fault
    ? throw new FormatException(fault.Detail) : (int)(await texts.Page(new TextQuery(scope, query, null, 20, null), CancellationToken.None)).Total;

async Task Time(string what, Func<int, Task<int>> ask)
{
    var (times, results) = (new List<double>(), new List<int>());
    try
    {
        for (var i = -5; i < rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var found = await ask(i + 5);
            if (i < 0) continue;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            results.Add(found);
        }
    }
    catch (Exception e) when (e is QueryTimeoutException or NpgsqlException)
    {
        Console.WriteLine($"{what,-74} beyond 10 s");
        return;
    }
    times.Sort();
    results.Sort();
    Console.WriteLine($"{what,-74}{results[results.Count / 2],8}{times[times.Count / 2],9:F2}{times[times.Count * 95 / 100],9:F2}");
}

// Every page up to the thousandth, by the cursor of the one before.
async Task Deep(string what, Filter filter, DocumentSort sort, IReadOnlyDictionary<string, string> indexes)
{
    Place? after = null;
    for (var i = 0; i < 999; i++) after = (await queries.Page(new DocumentQuery(all, filter, sort, 20, after), indexes, CancellationToken.None)).Next ?? throw new InvalidOperationException("There are not so many pages.");
    // In turns, so that whatever else the machine does is the same for both.
    var (first, last) = (new List<double>(), new List<double>());
    for (var i = 0; i < rounds; i++)
    {
        first.Add(await Page(null));
        last.Add(await Page(after));
    }
    first.Sort();
    last.Sort();
    Console.WriteLine($"{"the 1,000th page by cursor, " + what,-74}{"",8}{last[rounds / 2],9:F2}  {last[rounds / 2] / first[rounds / 2]:F2} times the first's {first[rounds / 2]:F2}");

    async Task<double> Page(Place? place)
    {
        var started = Stopwatch.GetTimestamp();
        await queries.Page(new DocumentQuery(all, filter, sort, 20, place), indexes, CancellationToken.None);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}

async Task Plans()
{
    foreach (var (scope, filter, sort, indexes) in new[]
    {
        (all, Eq("/tags/group", "77"), byName, none), (Of(7), Eq("/tags/category", "\"category-3\""), byName, none), (all, Eq("/tags/category", "\"category-3\""), byName, none),
        (all, new Filter.AtPath(Pointer("/body/size"), Comparison.Greater, Json("5000")), bySize, declared),
    })
    {
        var plan = await queries.Explain(new DocumentQuery(scope, filter, sort, 20, null), indexes, CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(plan, new JsonSerializerOptions { WriteIndented = true }));
    }
}

async Task Sizes()
{
    await using var command = source.CreateCommand("""
        SELECT relname, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'propsdb' AND relname LIKE 'search_%' AND relkind IN ('r', 'i') ORDER BY relname
        """);
    await using var reader = await command.ExecuteReaderAsync();
    while (await reader.ReadAsync()) Console.WriteLine($"{reader.GetString(0),-40}{reader.GetString(1),12}");
}
