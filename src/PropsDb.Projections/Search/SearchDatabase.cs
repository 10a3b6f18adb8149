using Npgsql;

namespace PropsDb.Projections.Search;

/// <summary>A question took longer than it may.</summary>
public sealed class QueryTimeoutException(Exception inner) : Exception("The query took longer than its time.", inner);

/// <summary>
/// Connections for questions, apart from those for writes: few, so that questions cannot take all of the database, and each statement on them is
/// ended by the database itself when its time is over.
/// </summary>
public sealed class SearchDatabase : IAsyncDisposable
{
    private const int MaxConnections = 16;

    private readonly NpgsqlDataSource _source;

    public SearchDatabase(NpgsqlDataSourceBuilder builder, TimeSpan timeout)
    {
        var connection = builder.ConnectionStringBuilder;
        connection.MaxPoolSize = Math.Min(connection.MaxPoolSize, MaxConnections);
        connection.MinPoolSize = 0;
        // Questions leave nothing behind in their sessions.
        connection.NoResetOnClose = true;
        // How many rows a condition finds depends on what is asked for: a plan for any value would be a guess. Compiling costs more than it brings here.
        connection.Options = FormattableString.Invariant(
            $"{connection.Options} -c statement_timeout={(long)timeout.TotalMilliseconds} -c plan_cache_mode=force_custom_plan -c jit=off -c work_mem=16MB -c max_parallel_workers_per_gather=0").Trim();
        connection.ApplicationName = "propsdb search";
        // Whoever gives up first is the database, which is free then.
        connection.CommandTimeout = (int)timeout.TotalSeconds + 5;
        builder.Name = "propsdb-search";
        _source = builder.Build();
    }

    internal async Task<T> Read<T>(NpgsqlCommand command, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancel)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancel);
            command.Connection = connection;
            await using var reader = await command.ExecuteReaderAsync(cancel);
            return await read(reader);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancel.IsCancellationRequested)
        {
            throw new QueryTimeoutException(e);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
