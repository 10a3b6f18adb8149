using PropsDb.Events.Values;

namespace PropsDb.Events.Apps;

public enum DocumentAction { Read, Write, Delete }

/// <summary>The answer to a question about access, and why.</summary>
public sealed record Access(AccessVerdict Verdict, string Because, Tier? Tier = null)
{
    public bool IsAllowed => Verdict == AccessVerdict.Allowed;
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
    /// <param name="app">The app; null: there is none of the name.</param>
    /// <param name="owner">Whose document is meant in a per_user tier; null: the caller's own, or a list of all that the caller may see.</param>
    public static Access Allows(Caller caller, DocumentAction action, string appId, App? app, string tierName, string? owner)
    {
        if (caller.IsSignedIn && !caller.BelongsTo(appId)) return Forbidden(Names.IsAppId(appId) ? $"requires_app:{appId}" : "requires_app");
        if (app is null) return Unknown(caller);
        if (app.Tier(tierName) is not { } tier) return Unknown(caller);
        if (caller.TierAccess is { } tiers && !tiers.Contains(tierName)) return Forbidden("requires_tier_access");
        if (Refusal(caller, action, tier) is { } refusal) return refusal;
        if (tier.Type == TierType.PerUser && owner is not null && !string.Equals(owner, caller.UserId, StringComparison.Ordinal) && !caller.IsAdmin)
            return new(AccessVerdict.Hidden, "not_shared");
        return new(AccessVerdict.Allowed, caller.IsAdmin ? "role:admin" : "tier_permission", tier);
    }

    private static Access? Refusal(Caller caller, DocumentAction action, Tier tier)
    {
        if (caller.IsAdmin) return null;
        if (!caller.IsSignedIn && tier.Type == TierType.PerUser) return Unauthenticated;
        string? wanted = null;
        foreach (var permission in tier.Permissions)
        {
            if (!permission.Grants(action)) continue;
            if (caller.Holds(permission.Role)) return null;
            wanted ??= permission.Role;
        }
        return caller.IsSignedIn ? Forbidden($"requires_role:{wanted ?? Roles.Admin}") : Unauthenticated;
    }

    // Anonymous callers learn nothing about which apps and tiers there are.
    private static Access Unknown(Caller caller) => caller.IsSignedIn ? new(AccessVerdict.Hidden, "unknown") : Unauthenticated;

    private static Access Unauthenticated { get; } = new(AccessVerdict.Unauthenticated, "requires_sign_in");

    private static Access Forbidden(string because) => new(AccessVerdict.Forbidden, because);
}
