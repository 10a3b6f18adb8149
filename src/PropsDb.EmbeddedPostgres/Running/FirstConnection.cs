using System.Diagnostics;
using Npgsql;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>The proof that the server serves: a connection to the database, which is created if missing.</summary>
internal static class FirstConnection
{
    /// <returns>The connection, of no pool and the caller's to close.</returns>
    public static async Task<NpgsqlConnection> Open(string connectionString, IRunningServer server, TimeSpan bound, CancellationToken cancel)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var builder = new NpgsqlDataSourceBuilder(target.ConnectionString);
        // A long question, of which nothing is needed here.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        await using var source = builder.Build();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await source.OpenConnectionAsync(cancel);
            }
            catch (PostgresException e) when (string.Equals(e.SqlState, PostgresErrorCodes.InvalidCatalogName, StringComparison.Ordinal))
            {
                await Create(target, cancel);
            }
            catch (NpgsqlException e) when (e.IsTransient && clock.Elapsed < bound)     // a container that still sets itself up
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
            }
            catch (NpgsqlException e)
            {
                throw new PostgresStartException($"PostgreSQL runs, but refuses the connection: {e.Message}\n{await server.LastLines(cancel)}", e);
            }
        }
    }

    private static async Task Create(NpgsqlConnectionStringBuilder target, CancellationToken cancel)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Database = "postgres" };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancel);
        await using var create = connection.CreateCommand();
        using var quoting = new NpgsqlCommandBuilder();
        create.CommandText = $"CREATE DATABASE {quoting.QuoteIdentifier(target.Database!)}";
        await create.ExecuteNonQueryAsync(cancel);
    }
}
