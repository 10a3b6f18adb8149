using System.ComponentModel;
using System.Diagnostics;
using Testcontainers.PostgreSql;

namespace PropsDb.Testing;

/// <summary>A throw-away container; Testcontainers' reaper removes it when the process is gone.</summary>
internal static class Containers
{
    public static readonly Lazy<bool> IsRunning = new(() =>
    {
        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", ["version", "--format", "{{.Server.Version}}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            });
            return docker!.WaitForExit(TimeSpan.FromSeconds(5)) && docker.ExitCode == 0;
        }
        catch (Win32Exception)      // no docker client
        {
            return false;
        }
    });

    /// <returns>The server's connection string, and what stops it.</returns>
    public static async Task<(string ConnectionString, Func<Task> Stop)> Start(CancellationToken cancel)
    {
        var container = new PostgreSqlBuilder("postgres:17").WithCommand("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off").Build();
        await container.StartAsync(cancel);
        return (container.GetConnectionString(), () => container.DisposeAsync().AsTask());
    }
}
