using System.Security.Cryptography;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>Passwords of the server's roles, a file each.</summary>
internal static class Password
{
    /// <summary>Durable before the cluster that needs it is.</summary>
    public static string OfSuperUser(DataDirectory directory)
    {
        if (Read(directory.Password) is { } kept) return kept;
        if (directory.HasCluster) throw new PostgresStartException($"{directory.Password} is missing, and the cluster in {directory.Cluster} cannot be opened without it. Put it back from a backup.");
        var password = New();
        Write(directory, directory.Password, password);
        return password;
    }

    public static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static void Write(DataDirectory directory, string path, string password)
    {
        var unfinished = path + ".new";       // a host killed here leaves no empty password behind
        PrivateFile.Write(unfinished, password);
        File.Move(unfinished, path, overwrite: true);
        Unix.FlushDirectory(directory.Root);
    }
}
