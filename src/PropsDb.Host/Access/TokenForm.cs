using System.Buffers.Text;
using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PropsDb.Events.Values;

namespace PropsDb.Host.Access;

/// <summary>What a token must look like before anyone asks who signed it: readers that disagree about a token are how one is forged.</summary>
internal static class TokenForm
{
    private const int MaxDepth = 16;

    // The last instant that a DateTimeOffset has. What is later was meant in milliseconds, and would never end.
    private const double LastSecond = 253_402_300_799;

    /// <summary>The token and its claims; null where it is none that is understood here.</summary>
    public static (JsonWebToken Token, JsonValue Claims)? Parse(string text)
    {
        if (text.Split('.') is not [var header, var payload, var signature] || Decode(signature) is not { Length: > 0 }) return null;
        if (Object(header) is not { } head || Object(payload) is not { } claims) return null;
        // An extension that must be understood is not; a type such as logout+jwt is no access token.
        if (head.Member("crit") is not null || !IsAccessToken(head.Member("typ"))) return null;
        if (!new[] { "exp", "nbf", "iat" }.All(name => IsTime(claims.Member(name)))) return null;
        try
        {
            return new JsonWebToken(text) is { IsEncrypted: false } token ? (token, claims) : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static bool IsAccessToken(JsonValue? type) => type is null
        || (type.Kind == JsonKind.String && type.AsText().ToUpperInvariant() is "JWT" or "AT+JWT" or "APPLICATION/AT+JWT");

    private static bool IsTime(JsonValue? claim) => claim is null or { Kind: JsonKind.Null }
        || (claim.Kind == JsonKind.Number && double.Parse(claim.ToString(), CultureInfo.InvariantCulture) is >= 0 and <= LastSecond);

    private static JsonValue? Object(string part) => Decode(part) is { } json && JsonText.Check(json, MaxDepth) is null
        && JsonValue.FromChecked(JsonText.Compact(json)) is { Kind: JsonKind.Object } value ? value : null;

    // Padding, blanks, and bits behind the last whole byte would give one token several spellings.
    private static byte[]? Decode(string part)
    {
        if (!Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
