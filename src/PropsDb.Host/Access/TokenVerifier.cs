using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PropsDb.Host.Access;

/// <summary>How one issuer's tokens are checked: by a secret (HS256), or by the keys that it publishes (RS256, ES256).</summary>
public sealed class TokenVerifier
{
    public const int MaxLength = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };

    private readonly TokenValidationParameters _parameters;
    private readonly PublishedKeys? _published;
    private readonly TimeProvider _time;

    private TokenVerifier(string? issuer, string? audience, PublishedKeys? published, TimeProvider time)
    {
        (_published, _time) = (published, time);
        _parameters = new TokenValidationParameters
        {
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuer = issuer is not null,
            ValidIssuer = issuer,
            ValidateAudience = audience is not null,
            ValidAudience = audience,
            // One of them was chosen by its id, where the token names one.
            TryAllIssuerSigningKeys = true,
            ValidAlgorithms = published is null ? [SecurityAlgorithms.HmacSha256] : [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            LifetimeValidator = (from, until, token, _) => IsAlive(from, until, (token as JsonWebToken)?.IssuedAt ?? default, time.GetUtcNow().UtcDateTime),
        };
    }

    public static TokenVerifier OfSecret(byte[] secret, string? issuer, string? audience, TimeProvider time) =>
        new(issuer, audience, null, time) { _parameters = { IssuerSigningKey = new SymmetricSecurityKey(secret) } };

    /// <param name="issuer">The <c>iss</c> that tokens must have; null: any, or the one that the discovery document names.</param>
    public static TokenVerifier OfPublishedKeys(PublishedKeys keys, string? issuer, string? audience, TimeProvider time) => new(issuer, audience, keys, time);

    private static bool IsAlive(DateTime? from, DateTime? until, DateTime issued, DateTime now) =>
        until is not null && now < until + ClockSkew && (from is null || from <= now + ClockSkew) && issued <= now + ClockSkew;

    public async ValueTask<bool> Accepts(KnownToken token)
    {
        var (parameters, published, jwt) = (_parameters, (PublishedKeys.KeySet?)null, token.Token);
        if (_published is not null)
        {
            // Tokens that no key could make good cost no fetch.
            if (!_parameters.ValidAlgorithms.Contains(jwt.Alg, StringComparer.Ordinal)) return false;
            published = await _published.For(jwt.Kid is { Length: > 0 } id ? id : null);
            if (published is not { Keys.Count: > 0 }) return false;
        }
        // What a signature proves is so for ever, by the same keys; only the time must be looked at again.
        if (token.IsProvedBy(this, published?.FetchedAt)) return IsAlive(jwt.ValidFrom == default ? null : jwt.ValidFrom, jwt.ValidTo, jwt.IssuedAt, _time.GetUtcNow().UtcDateTime);
        if (published is not null)
        {
            parameters = _parameters.Clone();
            parameters.IssuerSigningKeys = published.Keys;
            if (published.Issuer is not null && parameters.ValidIssuer is null) (parameters.ValidateIssuer, parameters.ValidIssuer) = (true, published.Issuer);
        }
        var result = await Handler.ValidateTokenAsync(jwt, parameters);
        if (result.IsValid) token.Prove(this, published?.FetchedAt);
        return result.IsValid;
    }
}
