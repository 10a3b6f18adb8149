using PropsDb.EmbeddedPostgres.Files;

namespace PropsDb.EmbeddedPostgres.Processes;

/// <summary>PostgreSQL refuses to run as root, so a host started by root hands the server to another user.</summary>
internal sealed record Account(string? User)
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    public bool IsAnother => User is not null;

    public static async Task<Account> For(DataDirectory directory, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return new Account(User: null);       // on Windows pg_ctl drops the administrator's rights itself

        // A cluster stays with the user that made it: a postgres user may have been added to the machine since.
        if (directory.HasCluster) return new Account(await OwnerOf(directory.Cluster, cancel));
        foreach (var candidate in Candidates)
        {
            if ((await new Command("id", "-u", candidate).Run(cancel)).Succeeded) return new Account(candidate);
        }

        throw new PostgresStartException($"PostgreSQL does not run as root, and this machine has none of the users {string.Join(", ", Candidates)}. Start as an ordinary user.");
    }

    /// <summary>Gives one file or directory, not its contents, to the server's user.</summary>
    public async Task Own(string path, CancellationToken cancel)
    {
        if (User is null) return;
        var chown = await new Command("chown", "-h", $"{User}:", path).Run(cancel);
        if (!chown.Succeeded) throw new PostgresStartException($"Could not give {path} to user {User}: {chown.Output}");
    }

    private static async Task<string> OwnerOf(string path, CancellationToken cancel)
    {
        string[] format = OperatingSystem.IsMacOS() ? ["-f", "%Su"] : ["-c", "%U"];
        var stat = await new Command("stat", [.. format, path]).Run(cancel);
        return stat.Succeeded ? stat.Output : throw new PostgresStartException($"Could not tell the owner of {path}: {stat.Output}");
    }
}
