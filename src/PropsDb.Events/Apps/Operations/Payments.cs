namespace PropsDb.Events.Apps.Operations;

/// <summary>
/// What a payment provider says of a subscription. Providers deliver late, twice and in any order, so what counts is when it was so by the
/// provider's own clock: the older undoes nothing of the newer, and nothing but newer news brings back what has ended.
/// </summary>
public abstract record PaymentOperation(string Member, string Id, string Source) : AppOperation
{
    public override string? User => Member;

    protected Subscription? Old(App app) => app.User(Member).Subscriptions.GetValueOrDefault(Id);

    protected static bool IsNews(Subscription old, DateTimeOffset asOf) => old.AsOf is not { } known || asOf > known || (asOf == known && old.EndedAt is null);

    protected static Ruling AnothersId => Refuse("already_exists", "A subscription of this id was not begun by this provider.");
}

/// <summary>The plan is paid until an instant.</summary>
public sealed record FollowSubscription(string Member, string Id, string Plan, DateTimeOffset ExpiresAt, string Source, DateTimeOffset AsOf) : PaymentOperation(Member, Id, Source)
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        // A message that comes late may tell of a time that has passed by now.
        if (Old(app) is not { } old) return ExpiresAt <= at ? Ruling.NoChange : new SubscriptionStarted(Member, Id, Plan, ExpiresAt, Source, AsOf);
        if (old.Source != Source) return AnothersId;
        if (!IsNews(old, AsOf)) return Ruling.NoChange;
        if (ExpiresAt <= at) return old.EndedAt is null ? new SubscriptionEnded(Member, Id, "expired", AsOf) : Ruling.NoChange;
        // That it is still so is news as well: what is older and comes later must not undo it.
        return old.AsOf == AsOf && old.Plan == Plan && old.ExpiresAt == ExpiresAt ? Ruling.NoChange : new SubscriptionChanged(Member, Id, Plan, ExpiresAt, AsOf);
    }
}

/// <summary>The subscription is over.</summary>
/// <param name="Plan">Of what; null: the provider does not say.</param>
public sealed record FollowEnd(string Member, string Id, string? Plan, string Source, DateTimeOffset AsOf) : PaymentOperation(Member, Id, Source)
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        // The end may come before the beginning, which then must not begin it.
        if (Old(app) is not { } old)
            return Plan is null ? Ruling.NoChange : new(null, [new SubscriptionStarted(Member, Id, Plan, AsOf, Source, AsOf), new SubscriptionEnded(Member, Id, "cancelled", AsOf)]);
        if (old.Source != Source) return AnothersId;
        return IsNews(old, AsOf) ? new SubscriptionEnded(Member, Id, "cancelled", AsOf) : Ruling.NoChange;
    }
}

/// <summary>A user has bought the subscription; until when it is paid, its own messages tell. It holds until they have had time to come.</summary>
public sealed record FollowCheckout(string Member, string Id, string Plan, DateTimeOffset ExpiresAt, string Source) : PaymentOperation(Member, Id, Source)
{
    public override Ruling Decide(App app, DateTimeOffset at) =>
        Old(app) is null && ExpiresAt > at ? new SubscriptionStarted(Member, Id, Plan, ExpiresAt, Source) : Ruling.NoChange;
}
