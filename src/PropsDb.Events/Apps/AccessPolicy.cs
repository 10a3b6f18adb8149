using PropsDb.Events.Values;

namespace PropsDb.Events.Apps;

public enum DocumentAction { Read, Write, Delete }

/// <summary>What a caller wants to get at: one document, or with none named a tier's list of what they may read.</summary>
/// <param name="App">The app; null: there is none of the name.</param>
/// <param name="Owner">Whose document is meant in a per_user tier; null: the caller's own.</param>
public readonly record struct AccessTarget(string AppId, App? App, string Tier, string? Owner = null, string? Document = null);

/// <summary>The answer to a question about access, and why.</summary>
/// <param name="Because">By which rule, in a word: <c>role:admin</c>, <c>tier_permission</c>, <c>share</c>, <c>key</c>, <c>grant:{app}</c>, or what is missing.</param>
public sealed record Access(AccessVerdict Verdict, string Because, Tier? Tier = null)
{
    public bool IsAllowed => Verdict == AccessVerdict.Allowed;

    /// <summary>The role that it was allowed by, and from where the caller has it.</summary>
    public RoleGrant? Role { get; init; }

    /// <summary>The share that it was allowed by.</summary>
    public Share? Share { get; init; }

    /// <summary>The instant from which it is no longer allowed; null: it does not end by itself.</summary>
    public DateTimeOffset? Until => Share is not null ? Share.ExpiresAt : Role?.Source is "token" ? null : Role?.ExpiresAt;

    /// <summary>A list holds nothing but what was shared with the caller.</summary>
    public bool OnlyShared { get; init; }
}

public enum AccessVerdict
{
    Allowed,
    /// <summary>Credentials are needed: 401.</summary>
    Unauthenticated,
    /// <summary>The caller may know that it is there, but not use it: 403.</summary>
    Forbidden,
    /// <summary>The caller may not even know whether it is there: 404.</summary>
    Hidden,
}

/// <summary>One pure question, asked at every door.</summary>
public static class AccessPolicy
{
    /// <summary>Whether a signed-in caller is let into the app at all.</summary>
    public static bool Admits(Caller caller, string appId, App? app) =>
        caller.BelongsTo(appId) && (caller.IsServiceAdmin || (app is { IsActive: true } && app.User(caller.UserId!).IsActive));

    /// <param name="caller">As they are in the app: see <see cref="Caller.In"/>.</param>
    public static Access Allows(Caller caller, DocumentAction action, in AccessTarget target, DateTimeOffset at)
    {
        var app = target.App is { IsActive: true } active ? active : null;
        if (caller.IsSignedIn && !caller.BelongsTo(target.AppId)) return OfAnotherApp(caller, action, target.AppId, app, target.Tier);
        if (app is null) return Unknown(caller);
        if (caller.UserId is { } id && !app.User(id).IsActive && caller.Apps.Contains(app.Id)) return Forbidden("inactive_user");
        if (app.Tier(target.Tier) is not { } tier) return Unknown(caller);
        if (caller.TierAccess is { } tiers && !tiers.Contains(tier.Name)) return Forbidden("requires_tier_access");
        if (caller.Key is { } key) return key.Grants(action, tier.Name) ? new(AccessVerdict.Allowed, "key", tier) : Forbidden($"requires_scope:{tier.Name}");
        if (caller.GrantOf(Roles.Admin) is { } admin) return new(AccessVerdict.Allowed, "role:admin", tier) { Role = admin };

        var (role, wanted) = RoleFor(caller, action, tier);
        var isOwn = tier.Type != TierType.PerUser || target.Owner is null || target.Owner == caller.UserId;
        if (role is not null && isOwn) return new(AccessVerdict.Allowed, "tier_permission", tier) { Role = role };
        if (BySharing(caller, action, target, app, tier, at) is { } shared) return shared;
        if (!caller.IsSignedIn) return Unauthenticated;
        return role is null ? Forbidden($"requires_role:{wanted ?? Roles.Admin}") : new(AccessVerdict.Hidden, "not_shared");
    }

    // The role that lasts longest among those that may, else one that would do.
    private static (RoleGrant? Role, string? Wanted) RoleFor(Caller caller, DocumentAction action, Tier tier)
    {
        if (!caller.IsSignedIn && tier.Type == TierType.PerUser) return (null, null);
        string? wanted = null;
        RoleGrant? longest = null;
        foreach (var permission in tier.Permissions)
        {
            if (!permission.Grants(action)) continue;
            wanted ??= permission.Role;
            if (caller.GrantOf(permission.Role) is not { } grant) continue;
            if (grant.ExpiresAt is null || grant.Source is "token") return (grant, wanted);
            if (longest is null || grant.ExpiresAt > longest.ExpiresAt) longest = grant;
        }
        return (longest, wanted);
    }

    private static Access? BySharing(Caller caller, DocumentAction action, in AccessTarget target, App app, Tier tier, DateTimeOffset at)
    {
        if (caller.UserId is not { } user || !app.SharedWith.ContainsKey(user) || !caller.Apps.Contains(app.Id)) return null;
        if (target.Document is null)
            return action == DocumentAction.Read && app.SharedIn(tier.Name, user, action, at).Any() ? new(AccessVerdict.Allowed, "share", tier) { OnlyShared = true } : null;
        var owner = tier.Type == TierType.PerUser ? target.Owner ?? user : null;
        var share = app.ShareOf(new DocumentKey(app.Id, tier.Name, owner, target.Document).StreamId, user, at);
        if (share?.Grants(action) == true) return new(AccessVerdict.Allowed, "share", tier) { Share = share };
        // Who may read a document knows that it is there.
        return share?.CanRead == true ? Forbidden($"requires_share:{(action == DocumentAction.Delete ? "delete" : "write")}") : null;
    }

    // The callers of another app read a tier that was granted to it; where documents are the users' own, they have none.
    private static Access OfAnotherApp(Caller caller, DocumentAction action, string appId, App? app, string tierName)
    {
        if (action == DocumentAction.Read && app?.Tier(tierName) is { Type: not TierType.PerUser } tier && (caller.TierAccess is null || caller.TierAccess.Contains(tierName)))
        {
            foreach (var other in caller.Apps)
                if (tier.ReadableBy.Contains(other) && (caller.Key is null || caller.Key.Scopes.IsEmpty)) return new(AccessVerdict.Allowed, $"grant:{other}", tier);
        }
        return Forbidden(Names.IsAppId(appId) ? $"requires_app:{appId}" : "requires_app");
    }

    // Anonymous callers learn nothing about which apps and tiers there are.
    private static Access Unknown(Caller caller) => caller.IsSignedIn ? new(AccessVerdict.Hidden, "unknown") : Unauthenticated;

    private static Access Unauthenticated { get; } = new(AccessVerdict.Unauthenticated, "requires_sign_in");

    private static Access Forbidden(string because) => new(AccessVerdict.Forbidden, because);
}
