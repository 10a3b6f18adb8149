using PropsDb.Events.Apps;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Legacy;

/// <summary>Who asks, and whether they may: by one of our tokens, or by a session of the Authorizer.</summary>
public sealed class LegacyAccess(Settings settings, AppDirectory apps, Members members, Tokens tokens, Authorizer authorizer)
{
    public const string CookieName = "cookie_session";

    /// <summary>The role that a tier's routes ask for.</summary>
    public static string RoleOf(string tier) => tier == "app" ? Roles.Admin : Roles.User;

    /// <summary>The session or token of the request; null: it has none.</summary>
    public static string? Credentials(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim()
        : request.Cookies[CookieName] is { Length: > 0 } cookie ? cookie : null;

    /// <exception cref="ProblemException">They may not, or nobody knows them.</exception>
    public async Task<Admission> Admit(HttpContext http, DocumentAction action, string tier, string? document)
    {
        var app = apps.Find(settings.App);
        var target = new AccessTarget(settings.App, app, tier, Owner: null, document);
        // What anyone may do asks nobody who they are: a session that has ended does not keep its owner from it.
        var access = http.Ask(Caller.Anonymous, action, target);
        if (IsOpen(access)) return new Admission(Caller.Anonymous, app!, access, Owner: null);
        if (Credentials(http.Request) is not { } credentials) throw new ProblemException(new Problem("unauthenticated", $"Sign in: there is neither a cookie {CookieName} nor a Bearer token."));
        var caller = await CallerOf(credentials, RoleOf(tier), http.RequestAborted)
            ?? throw new ProblemException(new Problem("unauthenticated", "The session or token is not valid here, or no longer."));
        caller = caller.In(app, http.Now());
        if (app is { IsActive: true }) members.Seen(app, caller);
        access = http.Ask(caller, action, target);
        if (!IsOpen(access)) throw new ProblemException(new Problem("forbidden", $"The caller lacks a permission for this: {access.Because}."));
        return new Admission(caller, app!, access, access.Tier!.Type == TierType.PerUser ? caller.UserId : null);
    }

    // What was shared with somebody alone is for /api/v1: here everyone sees their own, and what is everyone's.
    private static bool IsOpen(PropsDb.Events.Apps.Access access) => access is { IsAllowed: true, OnlyShared: false, Share: null };

    private async Task<Caller?> CallerOf(string credentials, string role, CancellationToken cancel)
    {
        if (await tokens.Read(credentials.AsMemory(), settings.App, keyApp: null) is { } own && own.BelongsTo(settings.App)) return own;
        if (!authorizer.IsConfigured) return null;
        // No more than was asked about: the session stands for this role.
        return await authorizer.UserOf(credentials, role, cancel) is { } user ? new Caller(user, [settings.App], [role], TierAccess: null) : null;
    }
}
