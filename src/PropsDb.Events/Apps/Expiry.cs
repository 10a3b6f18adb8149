using PropsDb.Events.Documents;

namespace PropsDb.Events.Apps;

/// <summary>Something that a user was given in an app ends at an instant: a role, a subscription, or a share of a document.</summary>
public sealed record Expiry(string App, string User, DateTimeOffset At)
{
    public string? Role { get; init; }

    /// <summary>The subscription's id.</summary>
    public string? Subscription { get; init; }

    /// <summary>The shared document's id.</summary>
    public Guid? Document { get; init; }

    /// <summary>What an event gives until an instant; null: nothing, or it does not end by itself.</summary>
    public static Expiry? Of(string app, Guid stream, object e) => e switch
    {
        RoleAssigned { ExpiresAt: { } at } role => new(app, role.User, at) { Role = role.Role },
        SubscriptionStarted subscription => new(app, subscription.User, subscription.ExpiresAt) { Subscription = subscription.Id },
        SubscriptionChanged subscription => new(app, subscription.User, subscription.ExpiresAt) { Subscription = subscription.Id },
        DocumentShared { ExpiresAt: { } at } share => new(app, share.User, at) { Document = stream },
        _ => null,
    };

    /// <summary>All that ends by itself in an app, or has ended without a record of it.</summary>
    public static IEnumerable<Expiry> Of(App app)
    {
        foreach (var user in app.Users.Values)
        {
            foreach (var (role, until) in user.Roles)
                if (until is { } at) yield return new(app.Id, user.Id, at) { Role = role };
            foreach (var subscription in user.Subscriptions.Values)
                if (subscription.EndedAt is null) yield return new(app.Id, user.Id, subscription.ExpiresAt) { Subscription = subscription.Id };
        }
        foreach (var (document, shared) in app.Shared)
            foreach (var share in shared.Shares.Values)
                if (share.ExpiresAt is { } at) yield return new(app.Id, share.User, at) { Document = document };
    }
}
