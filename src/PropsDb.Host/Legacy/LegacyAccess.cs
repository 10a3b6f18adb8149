using PropsDb.Events.Apps;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Legacy;

/// <summary>Who asks, and whether they may: by one of our tokens, or by a session of the Authorizer.</summary>
public sealed class LegacyAccess(Settings settings, AppCatalog apps, Tokens tokens, Authorizer authorizer)
{
    public const string CookieName = "cookie_session";

    /// <summary>The role that a tier's routes ask for.</summary>
    public static string RoleOf(string tier) => tier == "app" ? Roles.Admin : Roles.User;

    /// <summary>The session or token of the request; null: it has none.</summary>
    public static string? Credentials(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim()
        : request.Cookies[CookieName] is { Length: > 0 } cookie ? cookie : null;

    /// <exception cref="ProblemException">They may not, or nobody knows them.</exception>
    public async Task<Admission> Admit(HttpContext http, string tier, DocumentAction action)
    {
        // What anyone may do asks nobody who they are: a session that has ended does not keep its owner from it.
        if (Admission(Caller.Anonymous, tier, action, out _) is { } open) return open;
        if (Credentials(http.Request) is not { } credentials) throw new ProblemException(new Problem("unauthenticated", $"Sign in: there is neither a cookie {CookieName} nor a Bearer token."));
        var caller = await CallerOf(credentials, RoleOf(tier), http.RequestAborted)
            ?? throw new ProblemException(new Problem("unauthenticated", "The session or token is not valid here, or no longer."));
        return Admission(caller, tier, action, out var because) ?? throw new ProblemException(new Problem("forbidden", $"The caller lacks a permission for this: {because}."));
    }

    private async Task<Caller?> CallerOf(string credentials, string role, CancellationToken cancel)
    {
        if (await tokens.Read(credentials) is { } own && own.BelongsTo(settings.App)) return own;
        if (!authorizer.IsConfigured) return null;
        // No more than was asked about: the session stands for this role.
        return await authorizer.UserOf(credentials, role, cancel) is { } user ? new Caller(user, [settings.App], [role], TierAccess: null) : null;
    }

    private Admission? Admission(Caller caller, string tier, DocumentAction action, out string because)
    {
        var app = apps.Find(settings.App);
        var access = AccessPolicy.Allows(caller, action, settings.App, app, tier, owner: null);
        because = access.Because;
        return access.IsAllowed ? new Admission(caller, app!, access.Tier!, access.Tier!.Type == TierType.PerUser ? caller.UserId : null) : null;
    }
}
