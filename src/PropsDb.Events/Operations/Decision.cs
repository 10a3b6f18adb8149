using PropsDb.Events.Documents;

namespace PropsDb.Events.Operations;

/// <summary>What becomes of a write.</summary>
public abstract record Decision
{
    /// <param name="Merged">The write was made on an older version and merged.</param>
    public sealed record Accepted(Draft Draft, IReadOnlyList<DocumentEvent> Events, bool Merged = false) : Decision;

    public sealed record Rejected(Rejection Rejection) : Decision;

    /// <summary>Ask again with the document as it was at this version.</summary>
    public sealed record NeedsAncestor(long Version) : Decision;
}
