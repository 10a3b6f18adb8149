using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Access;

/// <summary>Checks bearer tokens: by the configured secret (HS256), or by the keys that the configured issuer publishes (RS256, ES256).</summary>
public sealed class Tokens
{
    private const int MaxLength = 16 * 1024;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };
    private readonly TokenValidationParameters _parameters;

    public Tokens(Settings settings, Secrets secrets, TimeProvider time)
    {
        _parameters = new TokenValidationParameters
        {
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuer = settings.Issuer is not null || settings.Authority is not null,
            ValidIssuer = settings.Issuer,
            ValidateAudience = settings.Audience is not null,
            ValidAudience = settings.Audience,
            TryAllIssuerSigningKeys = true,
            LifetimeValidator = (from, until, _, _) => IsAlive(from, until, time.GetUtcNow().UtcDateTime),
        };
        if (settings.HasOwnIssuer)
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
            _parameters.ConfigurationManager = Published(settings);
        }
        else
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
            _parameters.IssuerSigningKey = new SymmetricSecurityKey(secrets.JwtSecret);
        }
    }

    private static bool IsAlive(DateTime? from, DateTime? until, DateTime now) =>
        until is not null && now < until + ClockSkew && (from is null || from <= now + ClockSkew);

    // Fetched once, kept, and fetched again at most every few minutes when a token names a key that is not among them.
    private static ConfigurationManager<OpenIdConnectConfiguration> Published(Settings settings) => settings.JwksUrl is { } url
        ? new(url, new JwksAsConfiguration(), new HttpDocumentRetriever { RequireHttps = !new Uri(url).IsLoopback })
        : new(settings.Authority!.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !new Uri(settings.Authority).IsLoopback });

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

    /// <summary>Null for a token that is not good here, whatever is wrong with it.</summary>
    public async Task<Caller?> Read(string token)
    {
        if (token.Length is 0 or > MaxLength) return null;
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        return result is { IsValid: true, SecurityToken: JsonWebToken jwt } ? CallerOf(jwt) : null;
    }

    private static Caller? CallerOf(JsonWebToken jwt)
    {
        var payload = Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload);
        if (JsonText.Check(payload, 16) is not null) return null;
        var claims = JsonValue.FromChecked(JsonText.Compact(payload));
        var user = claims.Member("sub") ?? claims.Member("user_id");
        if (user is not { Kind: JsonKind.String } || user.AsText() is not { } id || !Names.IsUserId(id)) return null;
        return Texts(claims.Member("app_id"), out var apps) && Texts(claims.Member("roles"), out var roles) && Texts(claims.Member("tier_access"), out var tiers)
            ? new Caller(id, apps ?? [], roles ?? [], tiers)
            : null;
    }

    // A claim may be one text or an array of texts; anything else spoils the token.
    private static bool Texts(JsonValue? claim, out ImmutableHashSet<string>? texts)
    {
        texts = null;
        if (claim is null || claim.Kind == JsonKind.Null) return true;
        if (claim.Kind == JsonKind.String) texts = [claim.AsText()];
        else if (claim.Kind == JsonKind.Array && claim.Items.All(i => i.Kind == JsonKind.String))
            texts = claim.Items.Select(i => i.AsText()).ToImmutableHashSet(StringComparer.Ordinal);
        return texts is not null;
    }

    /// <summary>A token for the configured secret, as the <c>token</c> command prints it.</summary>
    public static string Issue(byte[] secret, string user, IEnumerable<string> roles, IEnumerable<string> apps, DateTimeOffset expires)
    {
        var claims = JsonValue.Object(
        [
            new("sub", JsonValue.Text(user)),
            new("app_id", JsonValue.Array(apps.Select(JsonValue.Text))),
            new("roles", JsonValue.Array(roles.Select(JsonValue.Text))),
            new("exp", JsonValue.FromChecked(expires.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture))),
        ]);
        var key = new SigningCredentials(new SymmetricSecurityKey(secret), SecurityAlgorithms.HmacSha256);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(Encoding.UTF8.GetString(claims.Utf8.Span), key);
    }
}
