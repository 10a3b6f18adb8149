using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace PropsDb.Projections;

/// <summary>
/// Makes positions and cursors opaque and bound to the app they were given for, with a key that all nodes of a database share. A plain
/// sequence number would tell each app how much the others write.
/// </summary>
public sealed class Seal : IDisposable
{
    private readonly Aes _block;
    private readonly byte[] _key;
    private readonly ConcurrentDictionary<string, byte[]> _tags = new(StringComparer.Ordinal);
    private const int MaxTags = 10_000;

    private Seal(byte[] key)
    {
        _key = key;
        _block = Aes.Create();
        _block.Key = HMACSHA256.HashData(key, "position"u8);
    }

    public static async Task<Seal> Open(NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"""
            INSERT INTO {StoreSetup.Schema}.secret (name, value) VALUES ('seal', $1) ON CONFLICT DO NOTHING;
            """);
        command.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(32) });
        await command.ExecuteNonQueryAsync(cancel);
        await using var reading = source.CreateCommand($"SELECT value FROM {StoreSetup.Schema}.secret WHERE name = 'seal'");
        return new Seal((byte[])(await reading.ExecuteScalarAsync(cancel))!);
    }

    /// <summary>22 URL-safe characters: one AES block that holds the number and a tag of the app.</summary>
    public string Position(string app, long number)
    {
        Span<byte> block = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(block, number);
        Tag(app, block[8..]);
        Span<byte> sealedBlock = stackalloc byte[16];
        _block.EncryptEcb(block, sealedBlock, PaddingMode.None);
        return Base64Url.EncodeToString(sealedBlock);
    }

    /// <summary>False for what this service never gave out for the app.</summary>
    public bool TryPosition(string app, string text, out long number)
    {
        number = 0;
        Span<byte> sealedBlock = stackalloc byte[16], block = stackalloc byte[16], tag = stackalloc byte[8];
        if (text.Length != 22 || !Base64Url.IsValid(text, out var length) || length != 16) return false;
        Base64Url.DecodeFromChars(text, sealedBlock);
        _block.DecryptEcb(sealedBlock, block, PaddingMode.None);
        Tag(app, tag);
        number = BinaryPrimitives.ReadInt64BigEndian(block);
        return CryptographicOperations.FixedTimeEquals(tag, block[8..]);
    }

    private void Tag(string app, Span<byte> tag)
    {
        if (!_tags.TryGetValue(app, out var known))
        {
            known = SHA256.HashData(Encoding.UTF8.GetBytes(app))[..8];
            // Who asks for apps that there are not must not fill it.
            if (_tags.Count < MaxTags) _tags[app] = known;
        }
        known.CopyTo(tag);
    }

    /// <summary>A cursor that only the query it was given for accepts.</summary>
    /// <param name="query">Everything that the page depends on but its place.</param>
    public string Cursor(string query, string place)
    {
        var body = Encoding.UTF8.GetBytes(place);
        return Base64Url.EncodeToString([.. Mac(query, body), .. body]);
    }

    public string? PlaceOf(string query, string cursor)
    {
        if (!Base64Url.IsValid(cursor)) return null;
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length < 16) return null;
        return CryptographicOperations.FixedTimeEquals(Mac(query, bytes.AsSpan(16)), bytes.AsSpan(0, 16)) ? Encoding.UTF8.GetString(bytes, 16, bytes.Length - 16) : null;
    }

    /// <summary>A secret that the service must be able to use again, as it is stored: no export of events tells it.</summary>
    public string Protect(ReadOnlySpan<byte> secret)
    {
        using var cipher = new AesGcm(HMACSHA256.HashData(_key, "secret"u8), 16);
        var sealedBytes = new byte[12 + 16 + secret.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, 12));
        cipher.Encrypt(sealedBytes.AsSpan(0, 12), secret, sealedBytes.AsSpan(28), sealedBytes.AsSpan(12, 16));
        return Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>40 bytes that only this database's nodes can make of a text, and always the same.</summary>
    public byte[] Derive(string text) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 40, info: Encoding.UTF8.GetBytes(text));

    public byte[] Open(string sealedSecret)
    {
        using var cipher = new AesGcm(HMACSHA256.HashData(_key, "secret"u8), 16);
        var sealedBytes = Base64Url.DecodeFromChars(sealedSecret);
        var secret = new byte[sealedBytes.Length - 28];
        cipher.Decrypt(sealedBytes.AsSpan(0, 12), sealedBytes.AsSpan(28), sealedBytes.AsSpan(12, 16), secret);
        return secret;
    }

    private byte[] Mac(string query, ReadOnlySpan<byte> place)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        mac.AppendData(Encoding.UTF8.GetBytes(query));
        mac.AppendData([0]);
        mac.AppendData(place);
        return mac.GetHashAndReset()[..16];
    }

    public void Dispose() => _block.Dispose();
}
