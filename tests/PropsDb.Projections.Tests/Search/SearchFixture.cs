using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Projections.Search;

namespace PropsDb.Projections.Tests.Search;

/// <summary>The store with a node that makes the search index, and everything that asks it.</summary>
public sealed class SearchFixture : IAsyncLifetime
{
    public StoreFixture Store { get; } = new();
    public SearchDatabase Database { get; private set; } = null!;
    public SearchProgress Progress { get; private set; } = null!;
    public DocumentQueries Queries { get; private set; } = null!;
    public TextSearch Texts { get; private set; } = null!;
    public Aggregates Aggregates { get; private set; } = null!;

    private SearchProjector? _projector;

    public async ValueTask InitializeAsync()
    {
        await Store.InitializeAsync();
        Database = new SearchDatabase(new NpgsqlDataSourceBuilder(Store.ConnectionString), TimeSpan.FromSeconds(30));
        Progress = new SearchProgress(Store.Source, Store.Queue);
        Queries = new DocumentQueries(Database);
        Texts = new TextSearch(Database);
        Aggregates = new Aggregates(Database);
        Start();
    }

    public void Start() => _projector = StartProjector(Progress);

    public SearchProjector StartProjector(SearchProgress progress)
    {
        var projector = new SearchProjector(Store.Source, Store.Queue, Store.Reader, Store.Apps, progress, Store.Time, NullLogger<SearchProjector>.Instance);
        projector.Start();
        return projector;
    }

    public async Task Stop()
    {
        if (_projector is not null) await _projector.DisposeAsync();
        _projector = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await Database.DisposeAsync();
        await Store.DisposeAsync();
    }

    public async Task<Document> Create(DocumentKey key, string collections) =>
        await Store.Accepted(key, new CreateDocument(Named(collections)), new Precondition(Demand.Absent));

    public static IReadOnlyList<NamedCollection> Named(string collections) => [.. StoreFixture.Json(collections).Members
        .Select(c => new NamedCollection(c.Name, [.. c.Value.Members.Select(p => new NamedValue(p.Name, p.Value))]))];

    /// <summary>Until the index has everything.</summary>
    public async Task CatchUp()
    {
        var head = await Store.Scalar<long>("SELECT coalesce(max(seq_id), 0) FROM propsdb.mt_events");
        (await Progress.Includes("any", head, CancellationToken.None)).ShouldBeTrue("the index does not come to the last event");
    }

    public async Task Declare(string app, string tier, string index, string path)
    {
        await new AppStreams(Store.Apps, Store.Queue, Store.Time).Transact(app, new DeclareIndex(tier, index, path), new Author("root"), CancellationToken.None);
        for (var i = 0; i < 1_000; i++)
        {
            if ((await Queries.ReadyIndexes(app, tier, CancellationToken.None)).ContainsKey(path)) return;
            await Task.Delay(20);
        }
        throw new TimeoutException("The index is not built.");
    }

    public async Task<Subject> Subject(DocumentKey key) => PropsDb.Events.Search.Subject.Of(key, await Store.Load(key));

    public static SearchScope All(string app, string tier) => new(app, tier, null, [], false);

    public async Task<IReadOnlyList<string>> Names(SearchScope scope, Filter filter) =>
        [.. (await Queries.Page(new DocumentQuery(scope, filter, DocumentSort.ByName, 500, null), NoIndexes, CancellationToken.None)).Documents.Select(d => d.Name)];

    public static IReadOnlyDictionary<string, string> NoIndexes { get; } = new Dictionary<string, string>();

    public async Task<IReadOnlyList<string>> Found(SearchScope scope, string text, string? collection = null)
    {
        SearchParser.TryParse(text, out var query).ShouldBeNull();
        return [.. (await Texts.Page(new TextQuery(scope, query, collection, 500, null), CancellationToken.None)).Hits.Select(h => h.Document.Name)];
    }

    public static int Cases(int otherwise) => Environment.GetEnvironmentVariable("PROPSDB_CASES") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
