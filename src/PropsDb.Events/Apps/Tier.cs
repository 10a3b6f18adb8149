using System.Collections.Immutable;
using PropsDb.Events.Operations;

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

public static class TierTypes
{
    public static string Name(this TierType type) => type switch
    {
        TierType.Singleton => "singleton",
        TierType.PerUser => "per_user",
        _ => "shared",
    };

    public static TierType? Parse(string name) => name switch
    {
        "singleton" => TierType.Singleton,
        "per_user" => TierType.PerUser,
        "shared" => TierType.Shared,
        _ => null,
    };
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
    public string? Description { get; init; }

    /// <summary>What happens to a write on an older version where neither request nor document says.</summary>
    public ConflictStrategy Strategy { get; init; } = ConflictStrategy.Manual;

    public bool RequiresVersion { get; init; } = true;

    /// <summary>Other apps whose callers may read the tier.</summary>
    public ImmutableHashSet<string> ReadableBy { get; init; } = [];

    /// <summary>The tier that a name such as <c>role:editor</c> stands for: shared, open to that role.</summary>
    public static Tier OfRole(string role) => new($"role:{role}", TierType.Shared, [new(role, true, true, true)]);

    public static Tier From(TierDefined e) => new(e.Tier, TierTypes.Parse(e.Type)!.Value, [.. e.Permissions])
    {
        Description = e.Description,
        Strategy = e.Strategy is { } text && ConflictStrategies.TryParse(text, out var strategy) ? strategy : ConflictStrategy.Manual,
        RequiresVersion = e.RequireVersion,
    };
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

    public static bool IsBuiltIn(string role) => role is Public or User or Admin;
}
