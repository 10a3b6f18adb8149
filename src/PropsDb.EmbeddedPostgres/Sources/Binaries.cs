using System.Globalization;
using System.Text.RegularExpressions;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>A directory with a PostgreSQL server's programs, and its major version.</summary>
internal sealed partial record Binaries(string Directory, int Major)
{
    public const int OldestMajor = 13;
    private static readonly string[] Needed = ["postgres", "initdb", "pg_ctl"];
    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    public string InitDb => Program(Directory, "initdb");
    public string PgCtl => Program(Directory, "pg_ctl");

    public override string ToString() => $"{Major} in {Directory}";

    /// <summary>Null with the reason when the directory holds no server that runs here.</summary>
    public static async Task<(Binaries? Found, string Problem)> Probe(string directory, CancellationToken cancel)
    {
        var missing = Needed.Where(name => !File.Exists(Program(directory, name))).ToList();
        if (missing.Count > 0) return (null, $"it holds no {string.Join(", ", missing)}.");
        CommandResult version;
        try
        {
            version = await new Command(Program(directory, "postgres"), "--version") { Bound = TimeSpan.FromSeconds(10) }.Run(cancel);
        }
        catch (System.ComponentModel.Win32Exception e)      // not executable, or for another system
        {
            return (null, e.Message);
        }

        if (!version.Succeeded || Version().Match(version.Output) is not { Success: true } match) return (null, $"postgres --version said: {version.Output}");
        var major = int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture);
        return major < OldestMajor ? (null, $"version {major} is older than {OldestMajor}.") : (new Binaries(directory, major), "");
    }

    /// <summary>The binaries of the server that runs now, from the command line it noted.</summary>
    public static Binaries RunningOn(DataDirectory directory)
    {
        var options = File.ReadAllText(Path.Combine(directory.Cluster, "postmaster.opts"));
        var end = options.IndexOf(" \"", StringComparison.Ordinal);
        return new Binaries(Path.GetDirectoryName(options[..end].Trim('"', ' '))!, directory.ClusterMajor);
    }

    private static string Program(string directory, string name) => Path.Combine(directory, name + Suffix);

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();
}
