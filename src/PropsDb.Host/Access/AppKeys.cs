using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>
/// What a key looks like: <c>propsdb_{app}_{id}_{secret}{checksum}</c>. Scanners know it by its prefix, typing mistakes show in the checksum,
/// and of the 256 random bits only the hash is kept, so that no copy of the database holds a key.
/// </summary>
public static class AppKeys
{
    private const string Product = "propsdb";
    private const int SecretLength = 64;
    private const int ChecksumLength = 6;

    private const int IdBytes = 8;
    public const int SeedLength = IdBytes + (SecretLength / 2);

    /// <summary>A new key, and the fact of it.</summary>
    /// <param name="seed">Random bytes that nobody can guess.</param>
    public static (string Key, KeyIssued Issued) Issue(string app, string? name, IReadOnlyList<KeyScope> scopes, byte[] seed)
    {
        var id = Convert.ToHexStringLower(seed.AsSpan(0, IdBytes));
        var prefix = $"{Product}_{app}_{id}";
        var unchecked_ = $"{prefix}_{Convert.ToHexStringLower(seed.AsSpan(IdBytes))}";
        var key = unchecked_ + Checksum(unchecked_);
        return (key, new KeyIssued(id, name, prefix, Hash(key), scopes));
    }

    /// <summary>The app and the key that a text stands for; null where it stands for none, or no longer.</summary>
    public static (App App, AppKey Key)? Find(AppDirectory apps, string text)
    {
        var parts = text.Split('_');
        if (parts is not [Product, var app, var id, { Length: SecretLength + ChecksumLength }] || !Names.IsAppId(app)) return null;
        if (text[^ChecksumLength..] != Checksum(text[..^ChecksumLength])) return null;
        var (found, hash) = (apps.Find(app), Hash(text));
        var key = found?.Keys.GetValueOrDefault(id);
        // An unknown id takes as long as a known one.
        var isIt = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(key?.Hash ?? new string('0', hash.Length)));
        return isIt && key is not null && found!.IsActive ? (found, key) : null;
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));

    private static string Checksum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, ChecksumLength / 2));
}
