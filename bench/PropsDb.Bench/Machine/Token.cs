using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PropsDb.Bench.Machine;

/// <summary>Tokens as an issuer makes them (HS256), for the secret that the measured service is started with.</summary>
public static class Token
{
    public const string Secret = "a secret of the benchmarks, long enough for HS256";

    public static string For(string user, string app, params string[] roles)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = user, ["app_id"] = new[] { app }, ["roles"] = roles, ["exp"] = TimeProvider.System.GetUtcNow().AddHours(12).ToUnixTimeSeconds(),
        });
        var signed = $"{Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Header(string token) => $"Authorization: Bearer {token}\r\n";
}
