using System.Collections.Immutable;

namespace PropsDb.Events.Apps;

/// <summary>A role that someone has, until when, and from where: <c>token</c>, <c>assigned</c>, or <c>plan:gold</c>.</summary>
/// <param name="ExpiresAt">The instant from which it is no longer held; null: it does not end.</param>
public sealed record RoleGrant(string Role, DateTimeOffset? ExpiresAt, string Source);

public sealed record Subscription(string Id, string Plan, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, string Source)
{
    /// <summary>When it ended before its time, or was recorded as ended; null: it was not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public string? EndReason { get; init; }

    /// <summary>The provider's time of the newest it said; null: it said nothing yet.</summary>
    public DateTimeOffset? AsOf { get; init; }

    public bool IsActive(DateTimeOffset at) => EndedAt is null && at < ExpiresAt;
}

/// <summary>A member of an app: what was given to them there.</summary>
public sealed record User(string Id)
{
    /// <summary>How many events the user's stream has; 0: nothing is known of the user.</summary>
    public long StreamVersion { get; init; }

    public bool IsActive { get; init; } = true;
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>The roles assigned, each with its end.</summary>
    public ImmutableDictionary<string, DateTimeOffset?> Roles { get; init; } = ImmutableDictionary<string, DateTimeOffset?>.Empty;

    public ImmutableDictionary<string, Subscription> Subscriptions { get; init; } = ImmutableDictionary<string, Subscription>.Empty;

    public static User Evolve(User user, AppEvent e, DateTimeOffset at) => e switch
    {
        UserJoined => user with { JoinedAt = at },
        UserDeactivated => user with { IsActive = false },
        UserActivated => user with { IsActive = true },
        RoleAssigned assigned => user with { Roles = user.Roles.SetItem(assigned.Role, assigned.ExpiresAt) },
        RoleRevoked(_, var role) => user with { Roles = user.Roles.Remove(role) },
        RoleExpired(_, var role) => user with { Roles = user.Roles.Remove(role) },
        SubscriptionStarted s => user.With(new Subscription(s.Id, s.Plan, at, s.ExpiresAt, s.Source) { AsOf = s.AsOf }),
        SubscriptionChanged s => user.With(s.Id, old => old with { Plan = s.Plan, ExpiresAt = s.ExpiresAt, EndedAt = null, EndReason = null, AsOf = s.AsOf ?? old.AsOf }),
        SubscriptionEnded s => user.With(s.Id, old => old with { EndedAt = old.EndedAt ?? at, EndReason = old.EndReason ?? s.Reason, AsOf = s.AsOf ?? old.AsOf }),
        _ => user,
    };

    private User With(string subscription, Func<Subscription, Subscription> change) => With(change(Subscriptions[subscription]));

    private User With(Subscription subscription) => this with { Subscriptions = Subscriptions.SetItem(subscription.Id, subscription) };
}
