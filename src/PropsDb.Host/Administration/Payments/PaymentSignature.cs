using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Host.Administration.Payments;

/// <summary>
/// A header of the form <c>t=1792000000,v1=5257a8…[,v1=…]</c>: when a message was signed, and HMAC-SHA256 of <c>{t}.{body}</c> in
/// hexadecimal, twice while the sender's secret is being replaced.
/// </summary>
public sealed record PaymentSignature(DateTimeOffset At, string Timestamp, IReadOnlyList<byte[]> Signatures)
{
    private const int MaxSignatures = 10;

    /// <summary>What was signed longer ago may be a copy that somebody sends again.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Null: the header is missing or malformed.</summary>
    public static PaymentSignature? Parse(Microsoft.Extensions.Primitives.StringValues header)
    {
        if (header is not [{ } text]) return null;
        string? timestamp = null;
        List<byte[]> signatures = [];
        foreach (var part in text.Split(','))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : ("", "");
            if (name is "t" && timestamp is not null) return null;
            if (name is "t") timestamp = value;
            if (name is not "v1" || value.Length != 2 * HMACSHA256.HashSizeInBytes || !value.All(char.IsAsciiHexDigit)) continue;
            if (signatures.Count == MaxSignatures) return null;
            signatures.Add(Convert.FromHexString(value));
        }
        const long farthest = 253_402_300_799;
        return timestamp is { Length: <= 12 } && long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= farthest
            ? new(DateTimeOffset.FromUnixTimeSeconds(seconds), timestamp, signatures) : null;
    }

    /// <summary>Whether the secret's holder signed this body, and of late.</summary>
    public bool IsOf(ReadOnlySpan<byte> body, byte[] secret, DateTimeOffset now)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(Encoding.ASCII.GetBytes(Timestamp + "."));
        mac.AppendData(body);
        var expected = mac.GetHashAndReset();
        var isSigned = false;
        foreach (var signature in Signatures) isSigned |= CryptographicOperations.FixedTimeEquals(expected, signature);
        return isSigned && (now - At).Duration() <= Tolerance;
    }
}
