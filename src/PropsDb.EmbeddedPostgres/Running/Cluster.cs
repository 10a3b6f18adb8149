using Microsoft.Extensions.Logging;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>Makes the cluster beside its place and renames it when it is complete, so an initdb killed half-way is simply done again.</summary>
internal static class Cluster
{
    public const string SuperUser = "propsdb";

    /// <summary>UTC and C also spare initdb its search for the machine's time zone and locale.</summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["TZ"] = "UTC", ["LC_ALL"] = "C", ["LANG"] = "C",
    };

    public static async Task Create(DataDirectory directory, Binaries binaries, Account account, string password, PostgresOptions options, ILogger logger, CancellationToken cancel)
    {
        logger.LogInformation("Making a PostgreSQL {Version} cluster in {Directory}.", binaries.Major, directory.Cluster);
        MakeRoom(directory);
        if (Directory.Exists(directory.UnfinishedCluster)) Directory.Delete(directory.UnfinishedCluster, recursive: true);
        await MakeDirectory(directory.UnfinishedCluster, account, cancel);
        try
        {
            // initdb must be able to read it; the durable copy is only for the host's user.
            PrivateFile.Write(directory.InitialPassword, password);
            await account.Own(directory.InitialPassword, cancel);
            await RunInitDb(directory, binaries, account, options, cancel);
        }
        finally
        {
            File.Delete(directory.InitialPassword);
        }

        await File.AppendAllTextAsync(Path.Combine(directory.UnfinishedCluster, "postgresql.conf"), $"\n{ServerSettings.Include}\n", cancel);
        Directory.Move(directory.UnfinishedCluster, directory.Cluster);
        Unix.FlushDirectory(directory.Root);
    }

    private static async Task RunInitDb(DataDirectory directory, Binaries binaries, Account account, PostgresOptions options, CancellationToken cancel)
    {
        List<string> arguments =
        [
            "--pgdata", directory.UnfinishedCluster, "--username", SuperUser, "--pwfile", directory.InitialPassword,
            "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8", "--no-locale", "--data-checksums",
        ];
        if (!options.Fsync) arguments.Add("--no-sync");
        var initdb = await new Command(binaries.InitDb, arguments) { User = account.User, WorkingDirectory = directory.Root, Environment = Environment }.Run(cancel);
        if (initdb.Succeeded) return;
        var hint = account.IsAnother && directory.ClosedParent() is { } closed
            ? $"\nThe server runs as user {account.User}, who cannot pass {closed}: choose a data directory outside it, such as /var/lib/propsdb."
            : "";
        throw new PostgresStartException($"initdb failed:\n{initdb.Output}{hint}");
    }

    private static void MakeRoom(DataDirectory directory)
    {
        if (!Directory.Exists(directory.Cluster)) return;
        if (Directory.EnumerateFileSystemEntries(directory.Cluster).Any()) throw new PostgresStartException($"{directory.Cluster} holds files but no PostgreSQL cluster. Move it away.");
        Directory.Delete(directory.Cluster);
    }

    private static async Task MakeDirectory(string path, Account account, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.Own(path, cancel);
    }
}
