using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.EmbeddedPostgres;

namespace PropsDb.Testing;

/// <summary>A server of one test's own, durable as it ships, which the test may kill and start again where it was.</summary>
public sealed class OwnServer : IAsyncDisposable
{
    private readonly string _directory;
    private PostgresServer _server;

    private OwnServer(string directory, PostgresServer server) => (_directory, _server) = (directory, server);

    public static async Task<OwnServer> Start(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("propsdb-own-").FullName;
        // As root the server runs as another user, who has to get in.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        return new OwnServer(directory, await Launch(directory, cancel));
    }

    /// <summary>The same after each start.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabase(string name, CancellationToken cancel)
    {
        await using (var source = NpgsqlDataSource.Create(ConnectionString))
        await using (var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0"))
            await create.ExecuteNonQueryAsync(cancel);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Ends the postmaster as a crash does; its children notice and end.</summary>
    public void Kill()
    {
        using var postmaster = Process.GetProcessById(_server.ProcessId);
        postmaster.Kill();
        postmaster.WaitForExit();
    }

    public async Task Restart(CancellationToken cancel)
    {
        await _server.DisposeAsync();
        _server = await Launch(_directory, cancel);
    }

    private static Task<PostgresServer> Launch(string directory, CancellationToken cancel) =>
        PostgresServer.Start(new PostgresOptions { DataDirectory = Path.Combine(directory, "data") }, NullLogger.Instance, cancel);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
