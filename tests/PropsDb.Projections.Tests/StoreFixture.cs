using Marten;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Testing;

[assembly: Xunit.v3.TestPipelineStartup(typeof(TestRun))]

namespace PropsDb.Projections.Tests;

/// <summary>The store as a node has it, on a database of its own.</summary>
public class StoreFixture : IAsyncLifetime
{
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-22T12:00:00Z"));
    public NpgsqlDataSource Source { get; private set; } = null!;
    public string ConnectionString { get; private set; } = "";
    public DocumentStore Marten { get; private set; } = null!;
    public CommitQueue Queue { get; private set; } = null!;
    public AppDirectory Apps { get; private set; } = null!;
    public EventReader Events { get; private set; } = null!;
    public DocumentReader Reader { get; private set; } = null!;
    public DocumentStreams Streams { get; private set; } = null!;
    public DocumentHistory History { get; private set; } = null!;
    public DocumentViews Views { get; private set; } = null!;

    protected virtual async Task<string> Connect() => await (await TestPostgres.Shared(CancellationToken.None)).CreatePrepared("store", Prepare, CancellationToken.None);

    private async Task Prepare(string database)
    {
        await using var owner = NpgsqlDataSource.Create(database);
        await StoreSetup.Migrate(owner, Time, CancellationToken.None);
    }

    public async ValueTask InitializeAsync()
    {
        Source = NpgsqlDataSource.Create(ConnectionString = await Connect());
        await StoreSetup.Migrate(Source, Time, CancellationToken.None);
        Marten = StoreSetup.Open(Source, Time);
        Queue = new CommitQueue(Source, NullLogger<CommitQueue>.Instance);
        Events = new EventReader(Source);
        Reader = new DocumentReader(Source, new DocumentLookup(Source), Events);
        Apps = await AppDirectory.Open(Source, listens: false, NullLogger<AppDirectory>.Instance, CancellationToken.None);
        Streams = NewStreams(Queue);
        Views = new DocumentViews(Source, Reader, Queue, NullLogger<DocumentViews>.Instance);
        Views.Start();
        History = new DocumentHistory(Events, Reader, new TouchingEvents(Events, Reader));
    }

    /// <summary>As another node would have them: its own turns, its own queue.</summary>
    public DocumentStreams NewStreams(CommitQueue queue) =>
        new(Reader, queue, new Receipts(Source), new DeviceSequences(Source), Apps, Limits.Default, Time);

    public async ValueTask DisposeAsync()
    {
        await Views.DisposeAsync();
        await Queue.DisposeAsync();
        await Apps.DisposeAsync();
        Marten.Dispose();
        await Source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static DocumentKey Key(string name) => new("jam", "shared", null, name);

    public static JsonValue Json(string text)
    {
        JsonValue.TryParse(System.Text.Encoding.UTF8.GetBytes(text), Limits.Default, out var value, out var fault).ShouldBeTrue(fault?.Detail);
        return value;
    }

    public Task<Outcome> Write(DocumentKey key, Operation operation, Precondition precondition, DocumentStreams? streams = null) =>
        (streams ?? Streams).Transact(new Write(key, operation, precondition), new Author("alice"), new WriteOptions(), CancellationToken.None);

    public async Task<Document> Accepted(DocumentKey key, Operation operation, Precondition precondition) =>
        (await Write(key, operation, precondition)).ShouldBeOfType<Outcome.Accepted>().After;

    public Task<Document> Set(DocumentKey key, string path, string value, long version) =>
        Accepted(key, new SetProperty(PropertyPath.Parse(path), Json(value)), Precondition.At(version));

    public async Task<Document> Load(DocumentKey key) => await Reader.Load(key, CancellationToken.None);

    public async Task<T> Scalar<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task Execute(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All that a document is, in one text that can be compared.</summary>
    public static string Show(Document document) =>
        $"{document.Version}/{document.StreamVersion}@{document.Position} {document.IsDeleted} {document.Strategy} {document.Content.Bytes} {document.Content.PropertyCount} " + ViewContent.Write(document);
}
