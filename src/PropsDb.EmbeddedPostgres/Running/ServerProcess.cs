using System.Diagnostics;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>Is this pid a postmaster on this cluster? Pids are reused, so being alive is not enough.</summary>
internal static class ServerProcess
{
    public static bool Exists(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>A postmaster works in its data directory. A zombie has no such directory any more, and counts as gone.</summary>
    public static bool Serves(int process, string cluster)
    {
        if (!OperatingSystem.IsLinux()) return Exists(process) && IsNamedPostgres(process);
        try
        {
            return string.Equals(new FileInfo($"/proc/{process}/cwd").LinkTarget, cluster, StringComparison.Ordinal) && IsNamedPostgres(process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;       // gone meanwhile, or another user's, whose cluster could not be ours to run
        }
    }

    private static bool IsNamedPostgres(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return found.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
