namespace PropsDb.Events.Values;

/// <summary>What names one document: its app, tier, owner (only in per_user tiers) and name.</summary>
public sealed class DocumentKey(string app, string tier, string? owner, string name) : IEquatable<DocumentKey>
{
    private object? _streamId;

    public string App { get; } = app;
    public string Tier { get; } = tier;
    public string? Owner { get; } = owner;
    public string Name { get; } = name;

    /// <summary>
    /// The id of the document and of its stream: a UUIDv8 cut from SHA-256 over the length-prefixed parts, so that two creators of
    /// one document meet on one stream without a look-up. It is made when it is asked for: who finds the document in memory needs none.
    /// </summary>
    public Guid StreamId => (Guid)(_streamId ??= StreamIds.Of(App, Tier, Owner, Name));

    public bool Equals(DocumentKey? other) => other is not null
        && (ReferenceEquals(this, other) || (Name == other.Name && Owner == other.Owner && Tier == other.Tier && App == other.App));

    public override bool Equals(object? obj) => Equals(obj as DocumentKey);

    public override int GetHashCode() => HashCode.Combine(App, Tier, Owner, Name);

    public override string ToString() => $"{App}/{Tier}/{(Owner is null ? "" : Owner + ":")}{Name}";
}
