namespace PropsDb.Events.Apps.Operations;

/// <summary>Defines a tier, anew or again.</summary>
/// <param name="HoldsDocuments">The tier has documents, which a tier of another type could not hold.</param>
public sealed record DefineTier(TierDefined Definition, bool HoldsDocuments) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (!app.Tiers.TryGetValue(Definition.Tier, out var old)) return Definition;
        var tier = Tier.From(Definition);
        if (tier.Type != old.Type && HoldsDocuments) return Refuse("not_empty", "The tier has documents, so its type stays.");
        if (tier.Type == TierType.PerUser && !old.ReadableBy.IsEmpty) return Refuse("not_empty", "The tier is granted to other apps, whose users are not this app's.");
        return tier.Permissions.SequenceEqual(old.Permissions) && tier with { Permissions = old.Permissions, ReadableBy = old.ReadableBy } == old ? Ruling.NoChange : Definition;
    }
}

public sealed record RemoveTier(string Tier, bool HoldsDocuments) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => !app.Tiers.ContainsKey(Tier) ? NotFound
        : HoldsDocuments ? Refuse("not_empty", "The tier has documents.") : new TierRemoved(Tier);
}

/// <summary>Lets the callers of another app read a tier.</summary>
public sealed record GrantTier(string Tier, string Other) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => !app.Tiers.TryGetValue(Tier, out var tier) ? NotFound
        : tier.Type == TierType.PerUser ? Refuse("invalid_value", "A per_user tier holds each user's own documents, and another app's users are not this app's.")
        : Other == app.Id ? Refuse("invalid_value", "An app's own callers need no grant.")
        : tier.ReadableBy.Contains(Other) ? Ruling.NoChange : new TierGranted(Tier, Other);
}

public sealed record RevokeTierGrant(string Tier, string Other) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.Tiers.TryGetValue(Tier, out var tier) && tier.ReadableBy.Contains(Other) ? new TierGrantRevoked(Tier, Other) : NotFound;
}
