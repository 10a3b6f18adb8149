using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Events.Values;

/// <summary>Names streams: UUIDv8 cut from SHA-256 over length-prefixed parts. Apps have one part, users two, documents four, so none meets another.</summary>
public static class StreamIds
{
    public static Guid OfApp(string app) => Hash(app);

    public static Guid OfUser(string app, string user) => Hash(app, user);

    public static Guid Of(string app, string tier, string? owner, string document) => Hash(app, tier, owner, document);

    private static Guid Hash(params ReadOnlySpan<string?> parts)
    {
        var most = 0;
        foreach (var part in parts) most += 4 + Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0);
        var input = most <= 1024 ? stackalloc byte[most] : new byte[most];
        var length = 0;
        foreach (var part in parts)
        {
            // A missing owner (-1) differs from every owner, the empty text included.
            var bytes = part is null ? 0 : Encoding.UTF8.GetBytes(part, input[(length + 4)..]);
            BinaryPrimitives.WriteInt32BigEndian(input[length..], part is null ? -1 : bytes);
            length += 4 + bytes;
        }
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(input[..length], digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
