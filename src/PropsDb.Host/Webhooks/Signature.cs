using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Host.Webhooks;

/// <summary><c>t=1792000000,v1=5257a8…</c>: when a delivery was signed, and HMAC-SHA256 of <c>{t}.{body}</c> for each secret that is good.</summary>
public static class Signature
{
    public const string Header = "X-PropsDb-Signature";
    public const string SecretPrefix = "whsec_";

    public static string Of(ReadOnlySpan<byte> body, IEnumerable<byte[]> secrets, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        return $"t={timestamp}{string.Concat(secrets.Select(secret => ",v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))))}";
    }
}
