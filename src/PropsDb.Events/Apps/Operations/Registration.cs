using System.Collections.Immutable;

namespace PropsDb.Events.Apps.Operations;

/// <summary>Begins an app with some of the tiers that apps commonly have.</summary>
public sealed record RegisterApp(string Name, ImmutableArray<string> Tiers) : AppOperation
{
    public static ImmutableArray<TierDefined> DefaultTiers { get; } =
    [
        new("app", "singleton", "Settings of the app itself", [new(Roles.Public, true, false, false), new(Roles.Admin, true, true, true)], null, true),
        new("user", "per_user", "Each user's own documents", [new(Roles.User, true, true, true)], null, true),
        new("shared", "shared", "Documents that users share", [new(Roles.User, true, true, true)], null, true),
    ];

    public override Ruling Decide(App app, DateTimeOffset at) => app.StreamVersion > 0
        ? Refuse("already_exists", "There is an app of this id.")
        : new(null, [new AppRegistered(Name), .. DefaultTiers.Where(t => Tiers.Contains(t.Tier))]);
}

/// <summary>Changes what is said of an app; what is null stays.</summary>
public sealed record UpdateApp : AppOperation
{
    public string? Name { get; init; }
    public bool? IsActive { get; init; }

    /// <summary>Says that <see cref="Issuer"/> is meant, null included.</summary>
    public bool ChangesIssuer { get; init; }
    public Issuer? Issuer { get; init; }

    /// <summary>The sealed secrets of payment providers; null takes one away.</summary>
    public ImmutableDictionary<string, string?> PaymentSecrets { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public override Ruling Decide(App app, DateTimeOffset at)
    {
        var events = ImmutableArray.CreateBuilder<AppEvent>();
        if (Name is not null && Name != app.Name) events.Add(new AppRenamed(Name));
        if (IsActive is { } active && active != app.IsActive) events.Add(active ? new AppActivated() : new AppDeactivated());
        if (ChangesIssuer && Issuer != app.Issuer) events.Add(new IssuerChanged(Issuer));
        foreach (var (provider, secret) in PaymentSecrets)
            if (secret is not null || app.PaymentSecrets.ContainsKey(provider)) events.Add(new PaymentProviderChanged(provider, secret));
        return new(null, events.ToImmutable());
    }
}
