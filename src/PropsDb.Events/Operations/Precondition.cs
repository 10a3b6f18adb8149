using PropsDb.Events.Documents;

namespace PropsDb.Events.Operations;

public enum Demand
{
    /// <summary>The writer named no version.</summary>
    Nothing,
    /// <summary><c>If-Match: *</c>: the document is there, at whatever version.</summary>
    Present,
    /// <summary><c>If-None-Match: *</c>: what is written is not there.</summary>
    Absent,
    /// <summary>The document is at this version; 0: it is absent.</summary>
    DocumentVersion,
    /// <summary>The document is at this version, counted from the creation that its present life began with; 0: it is absent.</summary>
    LifeVersion,
    /// <summary>The collection last changed in this version; 0: it is absent.</summary>
    CollectionVersion,
    /// <summary>The property last changed in this version; 0: it is absent.</summary>
    PropertyVersion,
}

/// <summary>What the writer demands before the append.</summary>
/// <param name="ByHeader">Named by If-Match or If-None-Match, so that a refusal is 412.</param>
public readonly record struct Precondition(Demand Demand, long Version = 0, bool ByHeader = false)
{
    public static Precondition None => default;

    public static Precondition At(long version, bool byHeader = false) => new(Demand.DocumentVersion, version, byHeader);

    /// <summary>The same demand on a version of the whole document, where it was one on a version of the document's life.</summary>
    internal Precondition On(Document current)
    {
        if (Demand != Demand.LifeVersion) return this;
        // A version is any number that a client likes to name.
        return At(Version == 0 ? 0 : Version + Math.Min(current.VersionsBeforeLife, long.MaxValue - Version), ByHeader);
    }
}

/// <summary>What is done with a write on an older version.</summary>
public enum ConflictStrategy
{
    Manual,
    Merge,
    LastWriteWins,
}

/// <summary>What the strategies are called on the wire and in the store.</summary>
public static class ConflictStrategies
{
    public static string Name(ConflictStrategy strategy) => strategy switch
    {
        ConflictStrategy.Merge => "merge",
        ConflictStrategy.LastWriteWins => "last_write_wins",
        _ => "manual",
    };

    public static bool TryParse(string name, out ConflictStrategy strategy)
    {
        (strategy, var isKnown) = name switch
        {
            "manual" => (ConflictStrategy.Manual, true),
            "merge" => (ConflictStrategy.Merge, true),
            "last_write_wins" => (ConflictStrategy.LastWriteWins, true),
            _ => (ConflictStrategy.Manual, false),
        };
        return isKnown;
    }
}
