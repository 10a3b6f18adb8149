namespace PropsDb.Events.Values;

/// <summary>What one request, value, document or batch may hold at the most. Each limit itself is still allowed.</summary>
public sealed record Limits
{
    public static Limits Default { get; } = new();

    /// <summary>Bytes of a request's body.</summary>
    public int MaxRequestBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>Bytes of a document's collections as compact JSON objects in UTF-8, after the write.</summary>
    public int MaxDocumentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Levels of nesting in one property's value; a scalar has 0, [] has 1.</summary>
    public int MaxValueDepth { get; init; } = 64;

    /// <summary>Values in one property's value, nested ones counted.</summary>
    public int MaxValueElements { get; init; } = 100_000;

    /// <summary>Properties in one document, after the write.</summary>
    public int MaxProperties { get; init; } = 10_000;

    /// <summary>Operations in one batch or JSON patch.</summary>
    public int MaxOperations { get; init; } = 1_000;

    /// <summary>Users that one document is shared with.</summary>
    public int MaxShares { get; init; } = 1_000;
}
