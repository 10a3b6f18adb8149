using System.Security.Cryptography;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>Passwords of the server's roles, a file each: durable before anything needs them.</summary>
internal static class Password
{
    public static string OfSuperUser(DataDirectory directory) => File.Exists(directory.Password) || !directory.HasCluster
        ? ReadOrCreate(directory, directory.Password)
        : throw new PostgresStartException($"{directory.Password} is missing, and the cluster in {directory.Cluster} cannot be opened without it. Put it back from a backup.");

    public static string ReadOrCreate(DataDirectory directory, string path)
    {
        if (File.Exists(path)) return File.ReadAllText(path);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var unfinished = path + ".new";       // a host killed here leaves no empty password behind
        PrivateFile.Write(unfinished, password);
        File.Move(unfinished, path, overwrite: false);
        Unix.FlushDirectory(directory.Root);
        return password;
    }
}
