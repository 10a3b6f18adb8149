using System.Security.Cryptography;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>The superuser's password: durable before the cluster that needs it is.</summary>
internal static class Password
{
    public static string ReadOrCreate(DataDirectory directory)
    {
        if (File.Exists(directory.Password)) return File.ReadAllText(directory.Password);
        if (directory.HasCluster) throw new PostgresStartException($"{directory.Password} is missing, and the cluster in {directory.Cluster} cannot be opened without it. Put it back from a backup.");

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var unfinished = directory.Password + ".new";       // a host killed here leaves no empty password behind
        PrivateFile.Write(unfinished, password);
        File.Move(unfinished, directory.Password, overwrite: false);
        Unix.FlushDirectory(directory.Root);
        return password;
    }
}
