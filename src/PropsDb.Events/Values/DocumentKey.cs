using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Events.Values;

/// <summary>What names one document: its app, tier, owner (only in per_user tiers) and name.</summary>
public sealed record DocumentKey(string App, string Tier, string? Owner, string Name)
{
    // Without init, so that no copy of a key can carry the id of another.
    public string App { get; } = App;
    public string Tier { get; } = Tier;
    public string? Owner { get; } = Owner;
    public string Name { get; } = Name;

    /// <summary>
    /// The id of the document and of its stream: a UUIDv8 cut from SHA-256 over the length-prefixed parts, so that two creators of
    /// one document meet on one stream without a look-up.
    /// </summary>
    public Guid StreamId { get; } = IdOf(App, Tier, Owner, Name);

    private static Guid IdOf(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            // A missing owner (-1) differs from every owner, the empty text included.
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
