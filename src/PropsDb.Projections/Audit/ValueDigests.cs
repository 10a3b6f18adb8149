using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace PropsDb.Projections.Audit;

/// <summary>
/// The salted digests that stand in the chain for an event's values, so that a value can be erased and the chain still verifies. Each value
/// has a salt of its own, derived from the event's: whoever is left the salts of the others learns nothing of an erased one's.
/// </summary>
public sealed class ValueDigests(byte[]? salt, IReadOnlyList<ValuePart>? parts)
{
    public const int SaltBytes = 16;

    /// <summary>What an erased value is replaced by in the event.</summary>
    public const string Erased = "null";

    private static readonly byte[] None = new byte[SHA256.HashSizeInBytes];

    public static ValueDigests Of(byte[]? salt, string? parts) =>
        new(salt, parts is null ? null : JsonSerializer.Deserialize<List<ValuePart>>(parts, EventJson.Options));

    public bool HasErased => parts?.Any(p => p.Digest is not null) ?? false;

    public bool IsErased(int place) => Part(place)?.Digest is not null;

    /// <summary>A value's own salt, where the event's no longer stands for all of them; null for one that is erased.</summary>
    public byte[]? SaltOf(int place) => Part(place) is { } part ? part.Salt : salt is null ? null : Derived(salt, place);

    /// <summary>What is kept of a value when another one of its event is erased.</summary>
    internal ValuePart PartOf(int place) => Part(place) ?? new ValuePart(SaltOf(place), null);

    public byte[] Of(int place, ReadOnlySpan<byte> value)
    {
        // Over an erased value nothing may be written either.
        if (Part(place)?.Digest is { } kept) return value.SequenceEqual("null"u8) ? kept : None;
        return SaltOf(place) is { } own ? SHA256.HashData([.. own, .. value]) : None;
    }

    private ValuePart? Part(int place) => parts is not null && place < parts.Count ? parts[place] : null;

    private static byte[] Derived(byte[] salt, int place)
    {
        Span<byte> input = stackalloc byte[SaltBytes + 4];
        salt.CopyTo(input);
        BinaryPrimitives.WriteInt32BigEndian(input[SaltBytes..], place);
        return SHA256.HashData(input);
    }
}

/// <summary>What is kept of one value once the event's salt is gone: its own salt, or for an erased value its digest.</summary>
public sealed record ValuePart(byte[]? Salt, byte[]? Digest);
