using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Host.Ops;

/// <summary>Secrets that the service makes for itself where the operator sets none: files in the data directory that only its user can read.</summary>
public sealed class Secrets
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private Secrets(byte[] jwtSecret) => JwtSecret = jwtSecret;

    public byte[] JwtSecret { get; }

    public static Secrets Open(Settings settings)
    {
        if (settings.JwtSecret is { } configured) return new(Encoding.UTF8.GetBytes(configured));
        return settings.HasOwnIssuer ? new([]) : new(Encoding.UTF8.GetBytes(ReadOrCreate(settings.DataDirectory)));
    }

    private static string ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, "jwt.secret");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(directory);
            // Written aside and moved into place, so that two first starts agree on one and neither reads half of it.
            var aside = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(aside, options))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(48))));
                file.Flush(flushToDisk: true);
            }
            try
            {
                File.Move(aside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(aside);
            }
        }
        var secret = File.ReadAllText(path).Trim();
        return secret.Length >= 32 ? secret : throw new SettingsException($"{path} has fewer than 32 characters; remove it to have a new secret made.");
    }
}
