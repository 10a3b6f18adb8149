using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>
/// Reads bearer tokens. An app with an issuer of its own believes that issuer alone, and it speaks for that app alone; the service's issuer
/// speaks for every other app, and for the service's administrators.
/// </summary>
public sealed class Tokens(Settings settings, Secrets secrets, AppDirectory apps, Seal seal, TimeProvider time, ILogger<Tokens> log)
{
    // A token that names many apps makes no more issuers be asked than this.
    private const int MaxIssuersAsked = 5;

    private readonly TokenVerifier _service = (settings.JwksUrl ?? settings.Authority) is { } url
        ? TokenVerifier.OfPublishedKeys(new PublishedKeys(url, settings.Authority is not null, time, log), settings.Issuer, settings.Audience, time)
        : TokenVerifier.OfSecret(secrets.JwtSecret, settings.Issuer, settings.Audience, time);

    private readonly ConcurrentDictionary<Issuer, TokenVerifier> _issuers = new();
    private readonly KnownTokens _known = new();

    /// <summary>Null for a token that is not good here, whatever is wrong with it.</summary>
    /// <param name="app">The app that the request is about, if it names one.</param>
    /// <param name="keyApp">The app whose key came with the token, which stands in where the token names none.</param>
    public async ValueTask<Caller?> Read(ReadOnlyMemory<char> token, string? app, string? keyApp)
    {
        if (token.Length is 0 or > TokenVerifier.MaxLength || (_known.Find(token.Span) ?? Parse(token.ToString())) is not { } known) return null;
        var caller = await Read(known, app, keyApp);
        // What nobody has signed takes no place.
        if (caller is not null && !known.IsKept) _known.Keep(token.ToString(), known);
        return caller;
    }

    private static KnownToken? Parse(string token) =>
        TokenForm.Parse(token) is var (jwt, claims) && CallerOf(jwt, claims) is { } caller ? new KnownToken(jwt, caller) : null;

    private async ValueTask<Caller?> Read(KnownToken token, string? app, string? keyApp)
    {
        var caller = token.Caller;
        if (caller.Apps.IsEmpty && keyApp is not null) caller = caller with { Apps = [keyApp] };
        // Which issuer is to be asked depends on the app that the request is about, where the token names several.
        foreach (var claimed in app is not null && caller.Apps.Contains(app) ? [app] : caller.Apps.Where(HasIssuer).Take(MaxIssuersAsked))
            if (apps.Find(claimed)?.Issuer is { } issuer && await VerifierOf(issuer).Accepts(token)) return caller with { Apps = [claimed] };
        var others = caller.Apps.Except(caller.Apps.Where(HasIssuer));
        if ((others.IsEmpty && !caller.Apps.IsEmpty) || !await _service.Accepts(token)) return null;
        return ReferenceEquals(others, caller.Apps) ? caller : caller with { Apps = others };
    }

    private bool HasIssuer(string app) => apps.Find(app)?.Issuer is not null;

    private TokenVerifier VerifierOf(Issuer issuer) => _issuers.GetOrAdd(issuer, i => (i.JwksUrl ?? i.Authority) is { } url
        ? TokenVerifier.OfPublishedKeys(new PublishedKeys(url, i.Authority is not null, time, log), i.Name, i.Audience, time)
        : TokenVerifier.OfSecret(seal.Open(i.SealedSecret!), i.Name, i.Audience, time));

    private static Caller? CallerOf(JsonWebToken jwt, JsonValue claims)
    {
        var user = claims.Member("sub") ?? claims.Member("user_id");
        if (user is not { Kind: JsonKind.String } || user.AsText() is not { } id || !Names.IsUserId(id)) return null;
        if (Caller.IsReserved(id)) return null;
        return Texts(claims.Member("app_id"), out var named) && Texts(claims.Member("roles"), out var roles) && Texts(claims.Member("tier_access"), out var tiers)
            ? new Caller(id, named ?? [], roles ?? [], tiers) { ExpiresAt = jwt.ValidTo == default ? null : new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero) }
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
