namespace PropsDb.Events.Apps.Operations;

/// <summary>A user has a plan until an instant: begins the subscription, or changes the one of this id.</summary>
public sealed record Subscribe(string Member, string Id, string Plan, DateTimeOffset ExpiresAt, string Source) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (ExpiresAt <= at) return InvalidExpiry("/expires_at");
        if (!app.User(Member).Subscriptions.TryGetValue(Id, out var old)) return new SubscriptionStarted(Member, Id, Plan, ExpiresAt, Source);
        return old.EndedAt is null && old.Plan == Plan && old.ExpiresAt == ExpiresAt ? Ruling.NoChange : new SubscriptionChanged(Member, Id, Plan, ExpiresAt);
    }
}

public sealed record CancelSubscription(string Member, string Id) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.User(Member).Subscriptions.TryGetValue(Id, out var subscription) && subscription.IsActive(at) ? new SubscriptionEnded(Member, Id, "cancelled") : NotFound;
}

/// <summary>Records that a subscription has ended, if it has.</summary>
public sealed record ExpireSubscription(string Member, string Id) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.User(Member).Subscriptions.TryGetValue(Id, out var subscription) && subscription.EndedAt is null && subscription.ExpiresAt <= at
            ? new SubscriptionEnded(Member, Id, "expired") : Ruling.NoChange;
}
