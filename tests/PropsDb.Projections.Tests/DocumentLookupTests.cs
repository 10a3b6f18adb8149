using Microsoft.Extensions.Logging;
using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Tests;

/// <summary>Readers who miss the memory at once share statements, and each gets the own document and nobody else's failure.</summary>
public sealed class DocumentLookupTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private sealed class Counting : ILoggerProvider, ILogger
    {
        private int _count;

        public int Count => _count;

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith("Command execution completed", StringComparison.Ordinal)) Interlocked.Increment(ref _count);
        }

        public void Dispose()
        {
        }
    }

    private async Task Fill(string name, int documents)
    {
        var filler = new string('x', 9_000);
        for (var i = 0; i < documents; i++)
        {
            await store.Accepted(StoreFixture.Key($"{name}{i}"), new CreateDocument([new NamedCollection("c", [new NamedValue("n", StoreFixture.Json($"{i}"))])]), Precondition.None);
            // Of a large document the view has no content, and it begins at a snapshot.
            if (i % 10 == 0) await store.Set(StoreFixture.Key($"{name}{i}"), "/c/large", $"\"{filler}\"", 1);
        }
    }

    [Fact]
    public async Task Everybody_gets_the_own_document_and_few_statements_are_enough()
    {
        const int Documents = 40, Readers = 800;
        await Fill("many", Documents);
        var counting = new Counting();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(counting));
        await using var source = new NpgsqlDataSourceBuilder(store.ConnectionString).UseLoggerFactory(logs).Build();
        var reader = new DocumentReader(source, new DocumentLookup(source), new EventReader(source));
        var loads = Enumerable.Range(0, Readers).Select(i => Task.Run(async () => (i, Document: await reader.Load(StoreFixture.Key($"many{i % (Documents + 10)}"), CancellationToken.None)))).ToList();
        foreach (var (i, document) in await Task.WhenAll(loads))
        {
            var at = i % (Documents + 10);
            document.Exists.ShouldBe(at < Documents);
            if (at < Documents) document.Content[PropertyPath.Of("c", "n")]!.Value.ToString().ShouldBe($"{at}");
        }
        // Large ones and their events are asked for one by one: each at most with its nearest snapshot and its tail.
        var large = loads.Count(l => l.Result.i % (Documents + 10) is var at && at < Documents && at % 10 == 0);
        counting.Count.ShouldBeLessThan((Readers / 4) + (3 * large));
    }

    [Fact]
    public async Task Who_no_longer_waits_disturbs_nobody()
    {
        await Fill("left", 5);
        using var leaving = new CancellationTokenSource();
        var left = Enumerable.Range(0, 50).Select(i => store.Reader.Load(StoreFixture.Key($"left{i % 5}"), leaving.Token).AsTask()).ToList();
        var stayed = Enumerable.Range(0, 50).Select(i => store.Reader.Load(StoreFixture.Key($"left{i % 5}"), CancellationToken.None).AsTask()).ToList();
        await leaving.CancelAsync();
        (await Task.WhenAll(stayed)).ShouldAllBe(d => d.Exists);
        foreach (var load in left)
            if (await Record.ExceptionAsync(() => load) is { } e) e.ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task Without_a_database_everybody_is_told_so_and_with_it_again_everybody_is_answered()
    {
        await Fill("lost", 3);
        var connection = new NpgsqlConnectionStringBuilder(store.ConnectionString) { Timeout = 2 };
        await using var nowhere = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = 1 }.ConnectionString);
        var reader = new DocumentReader(nowhere, new DocumentLookup(nowhere), new EventReader(nowhere));
        foreach (var load in Enumerable.Range(0, 300).Select(i => reader.Load(StoreFixture.Key($"lost{i % 3}"), CancellationToken.None).AsTask()).ToList())
            (await Record.ExceptionAsync(() => load)).ShouldBeAssignableTo<NpgsqlException>();

        // The sessions of a source are ended under it: the first group may fail, and none after it hangs.
        await using var own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { ApplicationName = "lookup" }.ConnectionString);
        reader = new DocumentReader(own, new DocumentLookup(own), new EventReader(own));
        (await reader.Load(StoreFixture.Key("lost1"), CancellationToken.None)).Exists.ShouldBeTrue();
        await store.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lookup'");
        for (var i = 0; await Record.ExceptionAsync(() => reader.Load(StoreFixture.Key("lost1"), CancellationToken.None).AsTask()) is { } e; i++)
        {
            e.ShouldBeAssignableTo<NpgsqlException>();
            i.ShouldBeLessThan(3);
        }
    }

    [Fact]
    public async Task Nobody_waits_for_ever_behind_a_database_that_does_not_answer()
    {
        await Fill("held", 1);
        await using (var holding = await store.Source.OpenConnectionAsync())
        await using (var transaction = await holding.BeginTransactionAsync())
        {
            await using var locking = new NpgsqlCommand("LOCK TABLE propsdb.mt_streams IN ACCESS EXCLUSIVE MODE", holding);
            await locking.ExecuteNonQueryAsync();
            var loads = Enumerable.Range(0, 20).Select(_ => store.Reader.Load(StoreFixture.Key("held0"), CancellationToken.None).AsTask()).ToList();
            foreach (var load in loads) (await Record.ExceptionAsync(() => load)).ShouldBeOfType<TimeoutException>();
        }
        (await store.Load(StoreFixture.Key("held0"))).Exists.ShouldBeTrue();
    }
}
