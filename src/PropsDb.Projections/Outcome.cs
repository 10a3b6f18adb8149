using PropsDb.Events.Documents;
using PropsDb.Events.Operations;

namespace PropsDb.Projections;

/// <summary>Who writes, and what is kept with the commit beside its events.</summary>
public sealed record Author(string By, string? Message = null, string? RequestId = null);

/// <summary>What became of a write.</summary>
public abstract record Outcome
{
    /// <summary>The document is as <paramref name="After"/> says; without events it was so before.</summary>
    /// <param name="MergedFrom">The older version that the write named, where it was merged into the present one.</param>
    public sealed record Accepted(Document Before, Document After, IReadOnlyList<DocumentEvent> Events, Document? MergedFrom) : Outcome
    {
        public bool CreatedDocument => !Before.Exists && After.Exists;
    }

    /// <param name="Lost">What the refused write would have changed in the version it named; null where that cannot be told.</param>
    public sealed record Rejected(Rejection Rejection, Draft? Lost = null) : Outcome;

    /// <summary>The same request was answered before.</summary>
    /// <param name="Receipt">The first answer; null where it is no longer kept.</param>
    public sealed record Repeated(Receipt? Receipt, Document Current) : Outcome;
}

/// <summary>Asks that a write be done once, however often it is sent.</summary>
/// <param name="Answer">The receipt of an answer, made before the commit that it goes with.</param>
public sealed record Once(string Caller, string Key, Func<IReadOnlyList<Outcome.Accepted>, Receipt> Answer);

/// <summary>The connection broke during a commit, and the database could not be asked whether it happened.</summary>
public sealed class OutcomeUnknownException(Exception cause) : Exception("Whether the commit happened could not be found out.", cause);

/// <summary>The database failed and the commit did not happen: it may be tried again.</summary>
public sealed class NotCommittedException(Exception cause) : Exception("The commit did not happen.", cause);
