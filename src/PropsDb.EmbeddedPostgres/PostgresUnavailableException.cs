namespace PropsDb.EmbeddedPostgres;

/// <summary>No PostgreSQL that fits is to be had on this machine.</summary>
public sealed class PostgresUnavailableException(string message) : Exception(message)
{
    /// <summary>The name of the option in <see cref="PostgresOptions"/> that is to blame, or null when the machine is.</summary>
    public string? Option { get; init; }

    internal const string HowToInstall = """
        Debian, Ubuntu:  sudo apt-get install -y postgresql
        Fedora, RHEL:    sudo dnf install -y postgresql-server
        Alpine:          sudo apk add postgresql17
        macOS:           brew install postgresql@17
        Windows:         winget install PostgreSQL.PostgreSQL.17
        """;

    internal static PostgresUnavailableException NothingFound(string reason) =>
        new($"No PostgreSQL 13 or later was found. {reason}\nInstall one with the line for your system, or set a connection string:\n{HowToInstall}");

    internal static PostgresUnavailableException NoneForCluster(string directory, int major, IEnumerable<string> found) =>
        new($"The data in {directory} was made by PostgreSQL {major} and needs binaries of that version; found: {Listed(found)}. " +
            $"Install PostgreSQL {major}, or carry the data over with pg_upgrade.\n{HowToInstall.Replace("17", $"{major}", StringComparison.Ordinal)}");

    internal static PostgresUnavailableException BadBinDirectory(string directory, string reason) =>
        new($"The configured PostgreSQL binaries in {directory} cannot be used: {reason}") { Option = nameof(PostgresOptions.BinDirectory) };

    private static string Listed(IEnumerable<string> found) => string.Join(", ", found) is { Length: > 0 } list ? list : "none";
}
