using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace PropsDb.Host.Access;

/// <summary>How one issuer's tokens are checked: by a secret (HS256), or by the keys that it publishes (RS256, ES256).</summary>
public sealed class TokenVerifier
{
    public const int MaxLength = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };

    private readonly TokenValidationParameters _parameters;

    private TokenVerifier(string? issuer, bool checksIssuer, string? audience, TimeProvider time, Action<TokenValidationParameters> keys)
    {
        _parameters = new TokenValidationParameters
        {
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuer = checksIssuer,
            ValidIssuer = issuer,
            ValidateAudience = audience is not null,
            ValidAudience = audience,
            TryAllIssuerSigningKeys = true,
            LifetimeValidator = (from, until, _, _) => IsAlive(from, until, time.GetUtcNow().UtcDateTime),
        };
        keys(_parameters);
    }

    public static TokenVerifier OfSecret(byte[] secret, string? issuer, string? audience, TimeProvider time) => new(issuer, issuer is not null, audience, time, parameters =>
    {
        parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        parameters.IssuerSigningKey = new SymmetricSecurityKey(secret);
    });

    /// <param name="authority">Its discovery document names issuer and keys.</param>
    public static TokenVerifier OfAuthority(string authority, string? issuer, string? audience, TimeProvider time) => new(issuer, true, audience, time, parameters =>
        Published(parameters, new(authority.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), Documents(authority))));

    public static TokenVerifier OfKeySet(string jwksUrl, string? issuer, string? audience, TimeProvider time) => new(issuer, issuer is not null, audience, time, parameters =>
        Published(parameters, new(jwksUrl, new JwksAsConfiguration(), Documents(jwksUrl))));

    // Fetched once, kept, and fetched again at most every few minutes when a token names a key that is not among them.
    private static void Published(TokenValidationParameters parameters, ConfigurationManager<OpenIdConnectConfiguration> keys)
    {
        parameters.ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
        parameters.ConfigurationManager = keys;
    }

    private static HttpDocumentRetriever Documents(string url) => new() { RequireHttps = !new Uri(url).IsLoopback };

    private sealed class JwksAsConfiguration : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var keys = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel));
            var configuration = new OpenIdConnectConfiguration { JsonWebKeySet = keys };
            foreach (var key in keys.GetSigningKeys()) configuration.SigningKeys.Add(key);
            return configuration;
        }
    }

    private static bool IsAlive(DateTime? from, DateTime? until, DateTime now) =>
        until is not null && now < until + ClockSkew && (from is null || from <= now + ClockSkew);

    public async Task<bool> Accepts(JsonWebToken token)
    {
        var result = await Handler.ValidateTokenAsync(token, _parameters);
        return result.IsValid;
    }
}
