using System.Globalization;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>
/// Where everything lies. Whatever the host writes is directly in this directory, which only the host's user can change:
/// a root process that wrote into the cluster's own directory could be led elsewhere by a symbolic link put there.
/// </summary>
internal sealed class DataDirectory
{
    private DataDirectory(string path) => Root = path;

    public string Root { get; }
    public string Lock => In("lock");
    public string Password => In("postgres.password");
    public string OwnerPassword => In("postgres-owner.password");
    public string RuntimePassword => In("postgres-runtime.password");
    public string Settings => In("postgres.conf");
    public string Log => In("postgres.log");

    /// <summary>Complete whenever it exists: it is made under another name and renamed.</summary>
    public string Cluster => In("postgres");
    public string UnfinishedCluster => In("postgres.new");
    public string InitialPassword => In("initdb.password");

    /// <summary>Binaries fetched by root, whose home is closed to the server's user.</summary>
    public string Binaries => In("binaries");

    /// <summary>Names the container and volume, if the data is kept by Docker: local binaries must then not begin an empty cluster.</summary>
    public string ContainerName => In("docker-container");

    public bool HasCluster => File.Exists(Path.Combine(Cluster, "PG_VERSION"));
    public bool IsKeptInDocker => File.Exists(ContainerName);
    public int ClusterMajor => int.Parse(File.ReadAllText(Path.Combine(Cluster, "PG_VERSION")), CultureInfo.InvariantCulture);

    public static DataDirectory Open(string path)
    {
        path = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return new DataDirectory(path);
        }

        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode passThrough = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var needed = Environment.IsPrivilegedProcess ? own | passThrough : own;
        if (!Directory.Exists(path)) Directory.CreateDirectory(path, needed);

        // As root always, since the umask may have cut it; an ordinary user's existing directory keeps its mode.
        if (Environment.IsPrivilegedProcess) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | needed);
        return new DataDirectory(Unix.RealPath(path));
    }

    /// <summary>The first parent that the server's user cannot pass, as far as plain modes tell.</summary>
    public string? ClosedParent()
    {
        if (OperatingSystem.IsWindows()) return null;
        for (var parent = Path.GetDirectoryName(Root); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (!File.GetUnixFileMode(parent).HasFlag(UnixFileMode.OtherExecute)) return parent;
        }

        return null;
    }

    private string In(string name) => Path.Combine(Root, name);
}
