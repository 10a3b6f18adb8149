using System.Collections.Immutable;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Events.Apps;

public enum TierType
{
    /// <summary>One document of a name per app.</summary>
    Singleton,
    /// <summary>One document of a name per owner.</summary>
    PerUser,
    /// <summary>One document of a name, used by many.</summary>
    Shared,
}

public readonly record struct TierPermission(string Role, bool CanRead, bool CanWrite, bool CanDelete)
{
    public bool Grants(DocumentAction action) => action switch
    {
        DocumentAction.Read => CanRead,
        DocumentAction.Write => CanWrite,
        _ => CanDelete,
    };
}

/// <summary>A named class of documents in an app, and which roles may do what with them.</summary>
public sealed record Tier(string Name, TierType Type, ImmutableArray<TierPermission> Permissions)
{
    /// <summary>What happens to a write on an older version where neither request nor document says.</summary>
    public ConflictStrategy Strategy { get; init; } = ConflictStrategy.Manual;

    public bool RequiresVersion { get; init; } = true;

    /// <summary>The tier that a name such as <c>role:editor</c> stands for: shared, open to that role.</summary>
    public static Tier OfRole(string role) => new($"role:{role}", TierType.Shared, [new(role, true, true, true)]);
}

/// <summary>A tenant: its data is invisible to every other app.</summary>
public sealed record App(string Id, string Name, ImmutableDictionary<string, Tier> Tiers)
{
    public Tier? Tier(string name) =>
        Tiers.GetValueOrDefault(name) ?? (Names.RoleOfTier(name) is { } role ? Apps.Tier.OfRole(role) : null);

    /// <summary>An app as it begins: its own settings for all, each user's documents, and what users share.</summary>
    public static App WithDefaultTiers(string id, string name) => new(id, name, ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        new Tier[]
        {
            new("app", TierType.Singleton, [new(Roles.Public, true, false, false), new(Roles.Admin, true, true, true)]),
            new("user", TierType.PerUser, [new(Roles.User, true, true, true)]),
            new("shared", TierType.Shared, [new(Roles.User, true, true, true)]),
        }.Select(t => KeyValuePair.Create(t.Name, t))));
}

/// <summary>The roles that every app has.</summary>
public static class Roles
{
    /// <summary>Anyone, signed in or not.</summary>
    public const string Public = "public";

    /// <summary>Any signed-in user of the app.</summary>
    public const string User = "user";

    /// <summary>May do everything in the app.</summary>
    public const string Admin = "admin";
}
