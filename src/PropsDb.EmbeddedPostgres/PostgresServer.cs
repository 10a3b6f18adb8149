using Microsoft.Extensions.Logging;
using Npgsql;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Running;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres;

/// <summary>A PostgreSQL server of our own on a data directory of our own: adopted if a killed host left it running, else started.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly IRunningServer running;
    private readonly OwnerLock ownership;
    private readonly ServerLog log;
    private int stopped;

    private PostgresServer(IRunningServer running, OwnerLock ownership, ServerLog log, string connectionString, ServerRoles roles, Version version)
    {
        this.running = running;
        this.ownership = ownership;
        this.log = log;
        ConnectionString = connectionString;
        OwnerConnectionString = As(connectionString, roles.Owner, roles.OwnerPassword);
        RuntimeConnectionString = As(connectionString, roles.Runtime, roles.RuntimePassword);
        ServerVersion = version;
    }

    /// <summary>To <see cref="PostgresOptions.Database"/>, with the superuser's role and password.</summary>
    public string ConnectionString { get; }

    /// <summary>With the role that owns what is in the database: for changes to its schema.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>With the role that works there: it has no rights but those that the owner grants it.</summary>
    public string RuntimeConnectionString { get; }

    /// <summary>The server was running already, left by a host that is gone.</summary>
    public bool WasAdopted => running.WasAdopted;

    public int ProcessId => running.ProcessId;
    public Version ServerVersion { get; }

    /// <exception cref="PostgresUnavailableException">There is no PostgreSQL on this machine, or none that fits.</exception>
    /// <exception cref="DataDirectoryInUseException">Another host owns the data directory.</exception>
    /// <exception cref="PostgresStartException">The server did not start or did not accept connections in time.</exception>
    public static Task<PostgresServer> Start(PostgresOptions options, ILogger logger, CancellationToken cancel) =>
        Start(options, Surroundings.OfThisMachine(), logger, cancel);

    internal static async Task<PostgresServer> Start(PostgresOptions options, Surroundings surroundings, ILogger logger, CancellationToken cancel)
    {
        var directory = DataDirectory.Open(options.DataDirectory);
        var taken = OwnerLock.Take(directory);
        IRunningServer? server = null;
        try
        {
            var password = Password.OfSuperUser(directory);
            server = await new Provider(directory, options, surroundings, logger).Provide(password, cancel);
            var connectionString = ConnectionTo(server, options.Database, password);
            await using var connection = await FirstConnection.Open(connectionString, server, options.StartTimeout, cancel);
            var roles = await ServerRoles.Prepare(directory, connection, password, cancel);
            return new PostgresServer(server, taken, new ServerLog(directory.Log), connectionString, roles, connection.PostgreSqlVersion);
        }
        catch
        {
            if (server is { WasAdopted: false }) await server.Stop(CancellationToken.None);
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server, adopted or not, then lets go of the data directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) == 1) return;
        try
        {
            await running.Stop(CancellationToken.None);
        }
        finally
        {
            await log.DisposeAsync();
            ownership.Dispose();
        }
    }

    private static string As(string connectionString, string role, string password) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = role, Password = password }.ConnectionString;

    /// <summary>Neither TLS nor GSS is of use on this machine, and asking for them costs round trips.</summary>
    private static string ConnectionTo(IRunningServer server, string database, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = server.Host,
        Port = server.Port,
        Username = Cluster.SuperUser,
        Password = password,
        Database = database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;
}
