namespace PropsDb.Events.Values;

/// <summary>What names one document: its app, tier, owner (only in per_user tiers) and name.</summary>
public sealed record DocumentKey(string App, string Tier, string? Owner, string Name)
{
    // Without init, so that no copy of a key can carry the id of another.
    public string App { get; } = App;
    public string Tier { get; } = Tier;
    public string? Owner { get; } = Owner;
    public string Name { get; } = Name;

    /// <summary>
    /// The id of the document and of its stream: a UUIDv8 cut from SHA-256 over the length-prefixed parts, so that two creators of
    /// one document meet on one stream without a look-up.
    /// </summary>
    public Guid StreamId { get; } = StreamIds.Of(App, Tier, Owner, Name);
}
