using Npgsql;

namespace PropsDb.Testing;

/// <summary>One PostgreSQL server per test process, started at first use and stopped by <see cref="TestRun"/>; a database per test class.</summary>
public sealed class TestPostgres
{
    private static readonly SemaphoreSlim Starting = new(1, 1);
    private static TestPostgres? shared;

    private static readonly SemaphoreSlim Preparing = new(1, 1);
    private static readonly SemaphoreSlim Creating = new(1, 1);     // PostgreSQL copies the template once at a time
    private readonly Func<Task> stop;
    private string? template;
    private int databases;

    private TestPostgres(string connectionString, Func<Task> stop) => (ConnectionString, this.stop) = (connectionString, stop);

    /// <summary>To a database that all tests of the process share.</summary>
    public string ConnectionString { get; }

    public static bool DockerIsRunning => Containers.IsRunning.Value;

    public static async Task<TestPostgres> Shared(CancellationToken cancel)
    {
        await Starting.WaitAsync(cancel);
        try
        {
            if (shared is not null) return shared;
            var (connectionString, stop) = await StartServer(cancel);
            return shared = new TestPostgres(connectionString, stop);
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>After the last test of the process, if any started the server.</summary>
    internal static async Task Stop()
    {
        if (shared is { } server) await server.stop();
    }

    /// <returns>The connection string of a new, empty database.</returns>
    public Task<string> CreateDatabase(string prefix, CancellationToken cancel) => CreateDatabase(prefix, "template0", cancel);

    /// <summary>A database with what is the same in most tests: to make its tables and functions takes longer than many a test.</summary>
    /// <param name="prepare">Run once a process, on a database that is empty; it must leave no connection open there.</param>
    /// <returns>The connection string of a new database.</returns>
    public async Task<string> CreatePrepared(string prefix, Func<string, Task> prepare, CancellationToken cancel)
    {
        await Preparing.WaitAsync(cancel);
        try
        {
            if (template is null)
            {
                var prepared = await CreateDatabase("prepared", cancel);
                await prepare(prepared);
                template = new NpgsqlConnectionStringBuilder(prepared).Database;
            }
        }
        finally
        {
            Preparing.Release();
        }
        return await CreateDatabase(prefix, template!, cancel);
    }

    private async Task<string> CreateDatabase(string prefix, string template, CancellationToken cancel)
    {
        var name = $"{prefix}_{Interlocked.Increment(ref databases)}";
        await Creating.WaitAsync(cancel);
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            await connection.OpenAsync(cancel);
            await using var create = connection.CreateCommand();
            using var quoting = new NpgsqlCommandBuilder();
            create.CommandText = $"CREATE DATABASE {quoting.QuoteIdentifier(name)} TEMPLATE {quoting.QuoteIdentifier(template)}";
            await create.ExecuteNonQueryAsync(cancel);
        }
        finally
        {
            Creating.Release();
        }

        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>PROPSDB_TEST_POSTGRES=container asks for the version that ships; else whatever the machine has, the fastest.</summary>
    private static async Task<(string ConnectionString, Func<Task> Stop)> StartServer(CancellationToken cancel)
    {
        var wantsContainer = string.Equals(Environment.GetEnvironmentVariable("PROPSDB_TEST_POSTGRES"), "container", StringComparison.OrdinalIgnoreCase);
        return wantsContainer || (DockerIsRunning && !await LocalServers.HaveBinaries(cancel)) ? await Containers.Start(cancel) : await LocalServers.Start(cancel);
    }
}
