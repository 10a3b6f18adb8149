using System.Collections.Immutable;

namespace PropsDb.Events.Apps;

/// <summary>Who asks, as their credentials prove it.</summary>
/// <param name="UserId">Null for anyone who did not sign in.</param>
/// <param name="Apps">The apps that the token names.</param>
/// <param name="Roles">The roles that the token gives.</param>
/// <param name="TierAccess">The only tiers that the token is good for; null: no such limit.</param>
public sealed record Caller(string? UserId, ImmutableHashSet<string> Apps, ImmutableHashSet<string> Roles, ImmutableHashSet<string>? TierAccess)
{
    private const string EveryApp = "*";

    public static Caller Anonymous { get; } = new(null, [], [], null);

    public bool IsSignedIn => UserId is not null;

    /// <summary>Runs the service: an administrator of every app.</summary>
    public bool IsServiceAdmin => Apps.Contains(EveryApp) && Roles.Contains(Events.Apps.Roles.Admin);

    public bool IsAdmin => IsSignedIn && Roles.Contains(Events.Apps.Roles.Admin);

    public bool BelongsTo(string app) => Apps.Contains(app) || IsServiceAdmin;

    public bool Holds(string role) => role switch
    {
        Events.Apps.Roles.Public => true,
        Events.Apps.Roles.User => IsSignedIn,
        _ => IsSignedIn && Roles.Contains(role),
    };
}
