using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Running;
using PropsDb.EmbeddedPostgres.Sources;
using PropsDb.Testing;

namespace PropsDb.EmbeddedPostgres.Tests;

/// <summary>A data directory under the temporary directory; whatever still runs on it at the end is stopped.</summary>
internal sealed class Scratch : IAsyncDisposable
{
    public Scratch(string suffix = "") => Root = Path.Combine(Path.GetTempPath(), $"propsdb-embedded-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}{suffix}");

    private Scratch(int process) => Root = LocalServers.DirectoryOf(process);

    /// <summary>What a test process of that pid would have left.</summary>
    public static Scratch LeftBy(int process) => new(process);

    public string Root { get; }
    public string Cluster => Path.Combine(Root, "postgres");

    public static Surroundings Bare(string? fetched = null) => new() { Path = [], Patterns = [], FetchedBinaries = fetched };

    public PostgresOptions Options => new() { DataDirectory = Root, Fsync = false };

    public Task<PostgresServer> Start(PostgresOptions? options = null, Surroundings? surroundings = null) =>
        PostgresServer.Start(options ?? Options, surroundings ?? Surroundings.OfThisMachine(), NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>A host in a process of its own, to be killed.</summary>
    public async Task<Process> StartHost()
    {
        var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", Root]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        (await host.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(Root)) return;
        if (Postmaster.FindLive(DataDirectory.Open(Root), NullLogger.Instance) is { } left) await left.Stop(CancellationToken.None);
        Directory.Delete(Root, recursive: true);
    }
}

internal static class Sql
{
    public static async Task<string> Scalar(this PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return $"{await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)}";
    }
}
