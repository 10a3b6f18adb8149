using System.Collections.Immutable;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Apps;

/// <summary>A tenant: its data is invisible to every other app. All that the question of access needs to know of it.</summary>
public sealed record App(string Id, string Name, ImmutableDictionary<string, Tier> Tiers)
{
    /// <summary>How many events the app's own stream has; 0: it is not registered.</summary>
    public long StreamVersion { get; init; }

    public bool IsActive { get; init; } = true;
    public Issuer? Issuer { get; init; }

    /// <summary>The sealed secret of each payment provider.</summary>
    public ImmutableDictionary<string, string> PaymentSecrets { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The roles that are described, with their descriptions. Others may be assigned as well.</summary>
    public ImmutableDictionary<string, string?> Roles { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public ImmutableDictionary<string, ImmutableArray<string>> Plans { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;
    public ImmutableDictionary<string, AppKey> Keys { get; init; } = ImmutableDictionary<string, AppKey>.Empty;
    public ImmutableHashSet<string> RevokedKeys { get; init; } = [];
    public ImmutableDictionary<string, Webhook> Webhooks { get; init; } = ImmutableDictionary<string, Webhook>.Empty;
    public ImmutableDictionary<string, User> Users { get; init; } = ImmutableDictionary<string, User>.Empty;

    /// <summary>The documents that are or were shared, by their ids.</summary>
    public ImmutableDictionary<Guid, SharedDocument> Shared { get; init; } = ImmutableDictionary<Guid, SharedDocument>.Empty;

    /// <summary>The ids of documents that a user may have a share of.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<Guid>> SharedWith { get; init; } = ImmutableDictionary<string, ImmutableHashSet<Guid>>.Empty;

    /// <summary>The paths of the declared indexes.</summary>
    public ImmutableDictionary<IndexName, string> Indexes { get; init; } = ImmutableDictionary<IndexName, string>.Empty;

    public static App Unregistered(string id) => new(id, id, ImmutableDictionary<string, Tier>.Empty);

    public Tier? Tier(string name) =>
        Tiers.GetValueOrDefault(name) ?? (Names.RoleOfTier(name) is { } role ? Apps.Tier.OfRole(role) : null);

    public User User(string id) => Users.GetValueOrDefault(id) ?? new User(id);

    /// <summary>Whose a subscription is; null: nobody here has one of the id.</summary>
    public string? SubscriberOf(string subscription) => Users.Values.FirstOrDefault(u => u.Subscriptions.ContainsKey(subscription))?.Id;

    /// <summary>What a user was given here and still has: an undefined plan grants the role of its name.</summary>
    public IEnumerable<RoleGrant> GrantsOf(string user, DateTimeOffset at)
    {
        if (!Users.TryGetValue(user, out var member)) yield break;
        foreach (var (role, until) in member.Roles)
            if (until is null || at < until) yield return new RoleGrant(role, until, "assigned");
        foreach (var subscription in member.Subscriptions.Values)
        {
            if (!subscription.IsActive(at)) continue;
            foreach (var role in Plans.TryGetValue(subscription.Plan, out var roles) ? roles : [subscription.Plan])
                yield return new RoleGrant(role, subscription.ExpiresAt, $"plan:{subscription.Plan}");
        }
    }

    /// <summary>What was shared with a user of one document and still is.</summary>
    public Share? ShareOf(Guid document, string user, DateTimeOffset at) =>
        Shared.TryGetValue(document, out var shared) && shared.IsActive && shared.Shares.TryGetValue(user, out var share) && share.IsActive(at) ? share : null;

    /// <summary>What was shared with a user of a document until it was deleted.</summary>
    public Share? EndedShareOf(Guid document, string user, DateTimeOffset at) =>
        Shared.TryGetValue(document, out var shared) && !shared.IsActive && shared.Shares.TryGetValue(user, out var share) && share.IsActive(at) ? share : null;

    /// <summary>The ids of the documents of which a user has a share that grants the action.</summary>
    public IEnumerable<Guid> SharedTo(string user, DocumentAction action, DateTimeOffset at) =>
        SharedWith.TryGetValue(user, out var ids) ? ids.Where(id => ShareOf(id, user, at)?.Grants(action) == true) : [];

    /// <summary>Those of one tier.</summary>
    public IEnumerable<Guid> SharedIn(string tier, string user, DocumentAction action, DateTimeOffset at) => SharedTo(user, action, at).Where(id => Shared[id].Tier == tier);

    /// <summary>The app after an event of its own stream or of one of its users'.</summary>
    public static App Evolve(App app, AppEvent e, DateTimeOffset at, string by)
    {
        if (e is not UserEvent { User: var id }) return Evolved(app, e, at, by) with { StreamVersion = app.StreamVersion + 1 };
        var user = app.User(id);
        return app with { Users = app.Users.SetItem(id, Apps.User.Evolve(user, e, at) with { StreamVersion = user.StreamVersion + 1 }) };
    }

    private static App Evolved(App app, AppEvent e, DateTimeOffset at, string by) => e switch
    {
        AppRegistered(var name) => app with { Name = name, IsActive = true },
        AppRenamed(var name) => app with { Name = name },
        AppDeactivated => app with { IsActive = false },
        AppActivated => app with { IsActive = true },
        IssuerChanged(var issuer) => app with { Issuer = issuer },
        PaymentProviderChanged(var provider, var secret) => app with
        {
            PaymentSecrets = secret is null ? app.PaymentSecrets.Remove(provider) : app.PaymentSecrets.SetItem(provider, secret),
        },
        TierDefined defined => app.With(Apps.Tier.From(defined) with { ReadableBy = app.Tiers.GetValueOrDefault(defined.Tier)?.ReadableBy ?? [] }),
        TierRemoved(var tier) => app with { Tiers = app.Tiers.Remove(tier), Indexes = app.Indexes.RemoveRange(app.Indexes.Keys.Where(i => i.Tier == tier)) },
        TierGranted(var tier, var other) => app.With(app.Tiers[tier] with { ReadableBy = app.Tiers[tier].ReadableBy.Add(other) }),
        TierGrantRevoked(var tier, var other) => app.With(app.Tiers[tier] with { ReadableBy = app.Tiers[tier].ReadableBy.Remove(other) }),
        IndexDeclared(var tier, var index, var path) => app with { Indexes = app.Indexes.SetItem(new(tier, index), path) },
        IndexDropped(var tier, var index) => app with { Indexes = app.Indexes.Remove(new(tier, index)) },
        RoleDefined(var role, var description) => app with { Roles = app.Roles.SetItem(role, description) },
        RoleRemoved(var role) => app with { Roles = app.Roles.Remove(role) },
        PlanDefined(var plan, var roles) => app with { Plans = app.Plans.SetItem(plan, [.. roles]) },
        PlanRemoved(var plan) => app with { Plans = app.Plans.Remove(plan) },
        KeyIssued key => app with { Keys = app.Keys.SetItem(key.Key, new AppKey(key.Key, key.Name, key.Prefix, key.Hash, [.. key.Scopes], at, by)) },
        KeyRevoked(var key) => app with { Keys = app.Keys.Remove(key), RevokedKeys = app.RevokedKeys.Add(key) },
        WebhookDefined defined => app.With(Webhook.Of(defined, app.StreamVersion + 1, at, by)),
        WebhookChanged(var name, var url, var tier, var document) => app.With(app.Webhooks[name] with { Url = url, Tier = tier, Document = document }),
        WebhookSecretRotated(var name, var secret, var hash, var until) => app.With(app.Webhooks[name].With(new WebhookSecret(secret, hash), until)),
        WebhookReplayed(var name, var from) => app.With(app.Webhooks[name] with { From = from, BeginsAt = app.StreamVersion + 1 }),
        WebhookRemoved(var name) => app with { Webhooks = app.Webhooks.Remove(name) },
        _ => throw new System.Diagnostics.UnreachableException($"unhandled event {e.GetType().Name}"),
    };

    /// <summary>The app after an event of one of its documents that concerns the document's shares.</summary>
    public static App Evolve(App app, Guid document, DocumentEvent e, DateTimeOffset at, string by)
    {
        var shared = app.Shared.GetValueOrDefault(document);
        switch (e)
        {
            case DocumentShared share:
                // What a document's earlier life had shared is not shared of the present one.
                var before = shared is { IsActive: true } ? shared.Shares : ImmutableDictionary<string, Share>.Empty;
                return (app with
                {
                    SharedWith = app.SharedWith.SetItem(share.User, (app.SharedWith.GetValueOrDefault(share.User) ?? []).Add(document)),
                }).With(document, new SharedDocument(share.Tier, share.Owner, share.Name, true, before.SetItem(share.User, share.After(before.GetValueOrDefault(share.User), at, by))));
            case ShareRevoked(_, var user) when shared is not null:
                return app.With(document, shared with { Shares = shared.Shares.Remove(user) });
            case ShareExpired(_, var user) when shared is not null:
                return app.With(document, shared with { Shares = shared.Shares.Remove(user) });
            case SharesEnded when shared is not null:
                return app.With(document, shared with { IsActive = false });
            case SharesReturned when shared is not null:
                return app.With(document, shared with { IsActive = true });
            default:
                return app;
        }
    }

    private App With(Tier tier) => this with { Tiers = Tiers.SetItem(tier.Name, tier) };

    private App With(Webhook webhook) => this with { Webhooks = Webhooks.SetItem(webhook.Name, webhook) };

    private App With(Guid document, SharedDocument shared) => this with { Shared = Shared.SetItem(document, shared) };

    /// <summary>An app as it begins: its own settings for all, each user's documents, and what users share.</summary>
    public static App WithDefaultTiers(string id, string name) =>
        RegisterApp.DefaultTiers.Aggregate(Unregistered(id) with { Name = name }, (app, tier) => app.With(Apps.Tier.From(tier)));
}

/// <summary>A declared index: its name is good in its tier.</summary>
public readonly record struct IndexName(string Tier, string Name);
