using Npgsql;
using PropsDb.EmbeddedPostgres;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Ops;

/// <summary>The database, up to date and held by this node: its own server, or the one that the operator names.</summary>
public sealed partial class Store : IAsyncDisposable
{
    private const long MigrationLock = 0x50726F7073444205;

    private const int MaxConnections = 24;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MigrationPatience = TimeSpan.FromMinutes(2);

    private readonly PostgresServer? _embedded;
    private readonly NodeLock _lock;

    private Store(PostgresServer? embedded, NpgsqlDataSource source, NodeLock nodeLock, Seal seal) => (_embedded, Source, _lock, Seal) = (embedded, source, nodeLock, seal);

    public NpgsqlDataSource Source { get; }
    public Seal Seal { get; }

    /// <summary>The database, for appends and look-ups: they leave nothing behind in their sessions, so these are not reset after each.</summary>
    public required NpgsqlDataSource Brief { get; init; }

    /// <summary>The database, for questions that may take long.</summary>
    public required SearchDatabase Search { get; init; }

    /// <summary>Where the embedded server keeps its data; null where none is run.</summary>
    public string? EmbeddedDirectory { get; private init; }

    /// <summary>No other node works on the database now.</summary>
    public bool IsAlone => _lock.IsAlone;

    public Action? LockRegained { set => _lock.Regained = value; }

    public Task<bool> CanWrite(CancellationToken cancel) => _lock.IsHeldOn(Source, cancel);

    public static async Task<Store> Open(Settings settings, ILoggerFactory logs, TimeProvider time, CancellationToken cancel)
    {
        var embedded = settings.ConnectionString is null ? await StartEmbedded(settings, logs, cancel) : null;
        try
        {
            return await Open(embedded, settings, time, cancel);
        }
        catch
        {
            if (embedded is not null) await embedded.DisposeAsync();
            throw;
        }
    }

    internal static Task<PostgresServer> StartEmbedded(Settings settings, ILoggerFactory logs, CancellationToken cancel) => PostgresServer.Start(
        new PostgresOptions { DataDirectory = settings.DataDirectory, BinDirectory = settings.PostgresBinDirectory }, logs.CreateLogger("PropsDb.EmbeddedPostgres"), cancel);

    private static async Task<Store> Open(PostgresServer? embedded, Settings settings, TimeProvider time, CancellationToken cancel)
    {
        var (runtime, ownerConnection, runtimeRole) = Connections(embedded, settings);
        var source = Connect(runtime);
        await using var owner = ownerConnection is null ? null : Connect(ownerConnection);
        // At once: what takes time here is that PostgreSQL begins a session.
        var (upToDate, leavingOut) = (IsUpToDate(owner ?? source, runtimeRole, cancel), MayLeaveOutChecks(source, cancel));
        // Before anything is changed: a node that is refused must leave the database as the other needs it.
        var nodeLock = await NodeLock.Take(source, settings.IsCluster, LockPatience, time, cancel)
            ?? throw new SettingsException("Another node works on this database. Nodes that share one are all started with PROPSDB__CLUSTER=true.");
        if (!await upToDate) await Migrate(ownerConnection ?? runtime, runtimeRole, time, cancel);
        return new Store(embedded, source, nodeLock, await Seal.Open(source, cancel))
        {
            EmbeddedDirectory = embedded is null ? null : settings.DataDirectory,
            Search = new SearchDatabase(Connecting(runtime), settings.QueryTimeout),
            Brief = Connect(runtime, isReset: false, await leavingOut ? ["session_replication_role=replica"] : []),
        };
    }

    /// <returns>As whom the service works, and, where that is somebody else, as whom it changes the schema: the one role is granted what the other makes.</returns>
    internal static (string Runtime, string? Owner, string? RuntimeRole) Connections(PostgresServer? embedded, Settings settings)
    {
        var (runtime, owner) = embedded is null ? (settings.ConnectionString!, settings.OwnerConnectionString) : (embedded.RuntimeConnectionString, embedded.OwnerConnectionString);
        return (runtime, owner, owner is null ? null : new NpgsqlConnectionStringBuilder(runtime).Username);
    }

    // PostgreSQL looks up each event's stream once more, which the append has just moved itself: a third of what an event costs. A replica's session
    // leaves that out, for whoever was granted it.
    private static async Task<bool> MayLeaveOutChecks(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        var question = connection.PostgreSqlVersion.Major < 15 ? "current_setting('is_superuser')::boolean" : "has_parameter_privilege('session_replication_role', 'SET')";
        await using var asking = new NpgsqlCommand($"SELECT {question}", connection);
        return (bool)(await asking.ExecuteScalarAsync(cancel))!;
    }

    private static async Task<bool> IsUpToDate(NpgsqlDataSource owner, string? runtimeRole, CancellationToken cancel) =>
        await StoreSetup.Mark.IsSet(owner, runtimeRole, cancel) && await Messaging.Mark.IsSet(owner, runtimeRole, cancel);

    // Nodes that start at once take turns: of two that make the same table one would fail. The lock goes with the connection.
    internal static async Task Migrate(string ownerConnection, string? runtimeRole, TimeProvider time, CancellationToken cancel)
    {
        // What compares schemas reads PostgreSQL's catalog, which has types of its own.
        await using var owner = Connecting(ownerConnection).ConfigureTypeLoading(types => types.EnableTypeLoading()).Build();
        await using var turn = await owner.OpenConnectionAsync(cancel);
        await using (var taking = new NpgsqlCommand($"SELECT pg_advisory_lock({MigrationLock})", turn) { CommandTimeout = (int)MigrationPatience.TotalSeconds }) await taking.ExecuteNonQueryAsync(cancel);
        await Task.WhenAll(StoreSetup.Migrate(owner, time, cancel, runtimeRole), Messaging.Migrate(owner, runtimeRole, cancel));
        await using var leaving = new NpgsqlCommand($"SELECT pg_advisory_unlock({MigrationLock})", turn);
        await leaving.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Says loudly where the database was told to lose what it acknowledged.</summary>
    public async Task WarnOfUnsafeSettings(ILogger log, CancellationToken cancel)
    {
        await using var command = Source.CreateCommand("SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) UnsafeSetting(log, reader.GetString(0));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL runs with {Setting} = off: A CRASH CAN LOSE WRITES THAT WERE ACKNOWLEDGED.")]
    private static partial void UnsafeSetting(ILogger log, string setting);

    /// <param name="isReset">Between two uses of a session nothing of the first is left.</param>
    /// <param name="further">Settings of the sessions.</param>
    internal static NpgsqlDataSource Connect(string connectionString, bool isReset = true, params string[] further)
    {
        var builder = Connecting(connectionString);
        builder.ConnectionStringBuilder.NoResetOnClose = !isReset;
        // To compile a statement costs more than any of these does, and is done where the planner takes little for much.
        foreach (var setting in further.Prepend("jit=off")) builder.ConnectionStringBuilder.Options = $"{builder.ConnectionStringBuilder.Options} -c {setting}".Trim();
        return builder.Build();
    }

    private static NpgsqlDataSourceBuilder Connecting(string connectionString)
    {
        NpgsqlDataSourceBuilder builder;
        try
        {
            builder = new NpgsqlDataSourceBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingsException($"PROPSDB__CONNECTIONSTRING is malformed: {e.Message}");
        }
        // No types but the usual ones, which need not be asked for: that would be the longest question of a start.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        // In metrics, instead of the connection string.
        builder.Name = "propsdb";
        var connection = builder.ConnectionStringBuilder;
        // Values of rows are nothing for logs.
        (connection.IncludeErrorDetail, connection.IncludeFailedBatchedCommand) = (false, false);
        // Waiting for the database is bounded, so that no request hangs longer than its answer is worth.
        if (!connectionString.Contains("Timeout", StringComparison.OrdinalIgnoreCase)) (connection.Timeout, connection.CommandTimeout) = (5, 8);
        // More connections than these make a database slower, and it has a hundred for all its nodes.
        if (!connectionString.Contains("Pool Size", StringComparison.OrdinalIgnoreCase)) connection.MaxPoolSize = MaxConnections;
        connection.ApplicationName ??= "propsdb";
        connection.MaxAutoPrepare = 64;
        connection.AutoPrepareMinUsages = 2;
        return builder;
    }

    public async ValueTask DisposeAsync()
    {
        await _lock.DisposeAsync();
        Seal.Dispose();
        await Search.DisposeAsync();
        await Brief.DisposeAsync();
        await Source.DisposeAsync();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }
}
