using System.Collections.Immutable;

namespace PropsDb.Events.Apps;

/// <summary>Who asks, as their credentials prove it: a user, or a key with which a backend acts as its app.</summary>
/// <param name="UserId">Null for anyone who did not sign in; of a key <c>key:{id}</c>.</param>
/// <param name="Apps">The apps that the credentials name.</param>
/// <param name="Roles">The roles that the token gives.</param>
/// <param name="TierAccess">The only tiers that the token is good for; null: no such limit.</param>
public sealed record Caller(string? UserId, ImmutableHashSet<string> Apps, ImmutableHashSet<string> Roles, ImmutableHashSet<string>? TierAccess)
{
    public const string EveryApp = "*";
    public const string KeyPrefix = "key:";
    public const string PaymentsPrefix = "payments:";

    public static Caller Anonymous { get; } = new(null, [], [], null);

    /// <summary>Keys and payment providers act under such names; no user may pass for one.</summary>
    public static bool IsReserved(string id) => id.StartsWith(KeyPrefix, StringComparison.Ordinal) || id.StartsWith(PaymentsPrefix, StringComparison.Ordinal);

    public static Caller Of(AppKey key, string app) => new(KeyPrefix + key.Id, [app], [], null) { Key = key };

    /// <summary>The key that acts; null for users.</summary>
    public AppKey? Key { get; init; }

    /// <summary>When the token ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the app has given the user, beside what the token says.</summary>
    public ImmutableArray<RoleGrant> Grants { get; init; } = [];

    public bool IsSignedIn => UserId is not null;

    /// <summary>Runs the service: an administrator of every app.</summary>
    public bool IsServiceAdmin => Apps.Contains(EveryApp) && Roles.Contains(Events.Apps.Roles.Admin);

    public bool IsAdmin => IsSignedIn && Holds(Events.Apps.Roles.Admin);

    /// <summary>May administer the app as a whole, which a token narrowed to some tiers does not allow.</summary>
    public bool Administers => IsAdmin && TierAccess is null;

    /// <summary>Sees every owner's documents in a per_user tier.</summary>
    public bool ActsForAll => IsAdmin || Key is not null;

    public bool BelongsTo(string app) => Apps.Contains(app) || IsServiceAdmin;

    /// <summary>The caller in one app, with what that app gave them by now.</summary>
    public Caller In(App? app, DateTimeOffset at)
    {
        // Another app's user of the same id is another user.
        if (app is null || UserId is null || Key is not null || !Apps.Contains(app.Id)) return this;
        if (!app.Users.TryGetValue(UserId, out var member) || (member.Roles.IsEmpty && member.Subscriptions.IsEmpty)) return this;
        var grants = app.GrantsOf(UserId, at).ToImmutableArray();
        return grants.IsEmpty ? this : this with { Grants = grants };
    }

    public bool Holds(string role) => GrantOf(role) is not null;

    /// <summary>Why the caller holds a role, by the source that lasts longest; null where they do not.</summary>
    public RoleGrant? GrantOf(string role)
    {
        if (role == Events.Apps.Roles.Public) return s_public;
        if (!IsSignedIn || Key is not null) return null;
        if (role == Events.Apps.Roles.User) return s_user;
        if (Roles.Contains(role)) return new RoleGrant(role, ExpiresAt, "token");
        RoleGrant? longest = null;
        foreach (var grant in Grants)
            if (grant.Role == role && (longest is null || grant.ExpiresAt is null || (longest.ExpiresAt is { } until && grant.ExpiresAt > until))) longest = grant;
        return longest;
    }

    private static readonly RoleGrant s_public = new(Events.Apps.Roles.Public, null, "everyone");
    private static readonly RoleGrant s_user = new(Events.Apps.Roles.User, null, "signed in");
}
