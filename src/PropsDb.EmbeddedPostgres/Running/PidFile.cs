using System.Globalization;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>
/// <c>postmaster.pid</c>, which the server keeps: its pid, data directory, start time, port, socket directory, listen address,
/// shared memory key, status, a line each. Source: src/include/utils/pidfile.h.
/// </summary>
internal sealed record PidFile(int ProcessId, int Port, string SocketDirectory, string Status)
{
    public bool IsReady => string.Equals(Status, "ready", StringComparison.Ordinal);

    private static string PathIn(DataDirectory directory) => Path.Combine(directory.Cluster, "postmaster.pid");

    /// <summary>Null when there is none, or none yet that can be made out.</summary>
    public static PidFile? Read(DataDirectory directory)
    {
        var lines = Lines(directory);
        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process)) return null;
        string Line(int number) => lines.Length >= number ? lines[number - 1].Trim() : "";
        return new PidFile(process, int.TryParse(Line(4), CultureInfo.InvariantCulture, out var port) ? port : 0, Line(5), Line(8));
    }

    /// <summary>
    /// After a reboot, or in a restarted container, the dead server's pid may belong to some other process (or to its own zombie),
    /// and PostgreSQL would refuse to start beside it. It does not refuse beside the parent of pg_ctl, so the file is made to name
    /// us. The file must not be deleted: its shared memory key is how the server notices orphans of a killed one that still write.
    /// The socket's lock file holds nothing but the pid.
    /// </summary>
    public static void ForgetDeadServer(DataDirectory directory)
    {
        foreach (var socketLock in Directory.EnumerateFiles(directory.Cluster, ".s.PGSQL.*.lock")) File.Delete(socketLock);
        if (Read(directory) is not { } dead || !ServerProcess.Exists(dead.ProcessId)) return;
        var lines = Lines(directory);
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var replacement = Path.Combine(directory.Root, "postmaster.pid.new");
        PrivateFile.Write(replacement, string.Join('\n', lines) + "\n", PrivateFile.Readable);
        File.Move(replacement, PathIn(directory), overwrite: true);
    }

    private static string[] Lines(DataDirectory directory)
    {
        try
        {
            using var stream = new FileStream(PathIn(directory), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd().Split('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}
