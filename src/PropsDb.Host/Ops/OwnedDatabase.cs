using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.EmbeddedPostgres;

namespace PropsDb.Host.Ops;

/// <summary>The database as its owner, for a command: the service's own server is started for it, so the service must be stopped then.</summary>
public sealed class OwnedDatabase : IAsyncDisposable
{
    private readonly PostgresServer? _embedded;

    private OwnedDatabase(PostgresServer? embedded, NpgsqlDataSource source) => (_embedded, Source) = (embedded, source);

    public NpgsqlDataSource Source { get; }

    public static async Task<OwnedDatabase> Open(Settings settings, TimeProvider time, CancellationToken cancel)
    {
        var embedded = settings.ConnectionString is null ? await Store.StartEmbedded(settings, NullLoggerFactory.Instance, cancel) : null;
        var (runtime, owner, runtimeRole) = Store.Connections(embedded, settings);
        var database = new OwnedDatabase(embedded, Store.Connect(owner ?? runtime));
        try
        {
            await Store.Migrate(owner ?? runtime, runtimeRole, time, cancel);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }
}
