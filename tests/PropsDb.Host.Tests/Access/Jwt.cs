using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Host.Tests;

/// <summary>Tokens written by hand, so that each part of one can be wrong.</summary>
public static class Jwt
{
    public static string Hs256(string claims) => Signed("""{"alg":"HS256","typ":"JWT"}""", claims, HMACSHA256.HashData, PropsDbServer.SecretBytes);

    public static string Signed(string header, string claims, Func<byte[], byte[], byte[]> sign, byte[] key)
    {
        var body = $"{Part(header)}.{Part(claims)}";
        return $"{body}.{Base64Url.EncodeToString(sign(key, Encoding.ASCII.GetBytes(body)))}";
    }

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
