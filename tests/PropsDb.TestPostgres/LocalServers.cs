using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.EmbeddedPostgres;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Running;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.Testing;

/// <summary>A server in a temporary directory, removed with it; a killed process's is removed by the next one.</summary>
internal static class LocalServers
{
    private const string Prefix = "propsdb-test-";

    internal static string DirectoryOf(int process) => Path.Combine(Path.GetTempPath(), $"{Prefix}{process}");

    public static async Task<bool> HaveBinaries(CancellationToken cancel) =>
        (await InstalledBinaries.Find(Surroundings.OfThisMachine(), DirectoryOf(Environment.ProcessId), cancel)).Count > 0;

    /// <returns>The server's connection string, and what stops it.</returns>
    public static async Task<(string ConnectionString, Func<Task> Stop)> Start(CancellationToken cancel)
    {
        await RemoveLeftovers(cancel);
        var directory = DirectoryOf(Environment.ProcessId);
        // Autovacuum goes through all databases, of which there is one a test class: it would work more than many a test.
        var options = new PostgresOptions { DataDirectory = directory, Fsync = false, Settings = new Dictionary<string, string> { ["autovacuum"] = "off" } };
        var server = await PostgresServer.Start(options, NullLogger.Instance, cancel);
        return (server.ConnectionString, async () =>
        {
            await server.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        });
    }

    internal static async Task RemoveLeftovers(CancellationToken cancel)
    {
        foreach (var path in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            if (!int.TryParse(Path.GetFileName(path)[Prefix.Length..], out var process) || ServerProcess.Exists(process)) continue;
            try
            {
                await Remove(path, cancel);
            }
            catch (Exception e) when (e is DataDirectoryInUseException or UnauthorizedAccessException or DirectoryNotFoundException)
            {
                // Another process cleans it just now, or it is another user's: not ours to remove.
            }
        }
    }

    private static async Task Remove(string path, CancellationToken cancel)
    {
        var directory = DataDirectory.Open(path);
        using (OwnerLock.Take(directory))
        {
            if (Postmaster.FindLive(directory, NullLogger.Instance) is { } left) await left.Stop(cancel);
            Directory.Delete(path, recursive: true);
        }
    }
}
