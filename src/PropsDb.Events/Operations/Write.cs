using System.Collections.Immutable;
using PropsDb.Events.Documents;
using PropsDb.Events.Merging;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>An operation on one document, with what its writer demands and what to do if the document has moved on.</summary>
/// <param name="Asked">The strategy that the request asks for; else the document's own, else the tier's.</param>
/// <param name="RequiresVersion">The tier wants every writer to name a version.</param>
public sealed record Write(
    DocumentKey Key, Operation Operation, Precondition Precondition, ConflictStrategy? Asked = null, ConflictStrategy TierStrategy = ConflictStrategy.Manual, bool RequiresVersion = true)
{
    /// <summary>Decides on a document's state alone. Refusals come in the contract's order: absence, no version, conflict, the operation's own.</summary>
    /// <param name="ancestor">The document at the version that an earlier answer asked for.</param>
    public Decision Decide(Document current, Document? ancestor, Limits limits)
    {
        if (Precondition.Demand == Demand.LifeVersion) return (this with { Precondition = Precondition.On(current) }).Decide(current, ancestor, limits);
        if (Absence(current) is { } absent) return new Decision.Rejected(absent);
        if (Precondition.Demand == Demand.Nothing && Operation.NeedsVersion && RequiresVersion)
            return new Decision.Rejected(new Rejection("version_required", "Name the version that the write builds on: If-Match, version or document_version."));
        var isThere = current.Exists && current.Content.Holds(Operation.Target);
        if (isThere && (Operation.OnlyCreates || Precondition.Demand == Demand.Absent))
            return new Decision.Rejected(Rejection.AlreadyExists(Operation.Target, Precondition.Demand == Demand.Absent));

        if (Standing(current) is var (expected, actual))
        {
            var isKnown = expected > 0 && expected <= current.Version && !(expected > actual && actual > 0);
            var strategy = StrategyOn(current);
            var mayMerge = isKnown && expected < actual && current.Exists;
            if (!mayMerge || strategy != ConflictStrategy.LastWriteWins)
            {
                if (isKnown && ancestor is null) return new Decision.NeedsAncestor(expected!.Value);
                return DecideOn(isKnown ? ancestor : expected == 0 ? Document.Unborn : null, current, new(expected, actual), mayMerge, strategy == ConflictStrategy.Merge, limits);
            }
        }
        var draft = new Draft(current);
        return Operation.Apply(draft, limits) is { } rejection ? new Decision.Rejected(rejection) : Accept(draft, limits, merged: false);
    }

    private ConflictStrategy StrategyOn(Document current) => Asked
        ?? (current.Strategy is { } own && ConflictStrategies.TryParse(own, out var strategy) ? strategy : TierStrategy);

    private Rejection? Absence(Document current)
    {
        if (Operation.ActsOnDeleted && current.Version == 0) return Rejection.NotFound(PropertyPath.Document);
        if (!current.Exists) return Operation.CreatesDocument ? null : Rejection.NotFound(PropertyPath.Document);
        if (Operation.NeedsTarget && !current.Content.Holds(Operation.Target)) return Rejection.NotFound(Operation.Target);
        return null;
    }

    // Null: the precondition holds. Else what the writer expected and what is there.
    private Stale? Standing(Document current)
    {
        var (demand, version, _) = Precondition;
        var actual = demand switch
        {
            Demand.CollectionVersion => current.Visible[Operation.Target.Collection!]?.Commit.Version ?? 0,
            Demand.PropertyVersion => current.Visible[Operation.Target]?.Commit.Version ?? 0,
            Demand.DocumentVersion when version == 0 && !current.Exists => 0,
            _ => current.Version,
        };
        return demand switch
        {
            Demand.Nothing or Demand.Absent => null,
            Demand.Present => current.Exists ? null : new(null, actual),
            _ => version == actual && (demand != Demand.DocumentVersion || version == 0 || current.Exists || Operation.ActsOnDeleted) ? null : new(version, actual),
        };
    }

    private Decision DecideOn(Document? ancestor, Document current, Stale stale, bool mayMerge, bool merges, Limits limits)
    {
        if (ancestor is null) return Reject(current, stale, [], merged: null);
        var local = new Draft(ancestor);
        mayMerge &= ancestor.Exists;
        if (Operation.Apply(local, limits) is { } rejection)
            return mayMerge && merges ? new Decision.Rejected(rejection) : Reject(current, stale, [], merged: null);
        var merge = ThreeWayMerge.Of(local, current);
        if (mayMerge && merges && merge.Conflicts.Count == 0) return Accept(merge.Merged, limits, merged: true);
        return Reject(current, stale, [.. merge.Conflicts], mayMerge && merge.Merged.Exists ? merge.Merged.Now : null);
    }

    private Decision.Rejected Reject(Document current, Stale stale, ImmutableArray<Conflict> conflicts, Content? merged) =>
        new(new VersionConflict(stale.Expected, stale.Actual, conflicts, current, merged, Reason(current, stale)) { ByHeader = Precondition.ByHeader });

    private string Reason(Document current, Stale stale) => stale.Expected is null ? "The document is not there."
        : current.IsDeleted ? $"The write builds on version {stale.Expected}, but the document was deleted in version {stale.Actual}."
        : $"The write builds on version {stale.Expected}, but the {Part()} is at version {stale.Actual}.";

    private string Part() => Precondition.Demand switch
    {
        Demand.CollectionVersion => "collection",
        Demand.PropertyVersion => "property",
        _ => "document",
    };

    /// <param name="Expected">The version the writer named; null: any.</param>
    private sealed record Stale(long? Expected, long Actual);

    private Decision Accept(Draft draft, Limits limits, bool merged)
    {
        var events = draft.Events(Key);
        if (events.Count > 0 && draft.Exists)
        {
            if (draft.Now.PropertyCount > limits.MaxProperties && draft.Now.PropertyCount > draft.Before.Visible.PropertyCount)
                return new Decision.Rejected(Rejection.TooLarge($"A document has more than {limits.MaxProperties} properties."));
            if (draft.Now.Bytes > limits.MaxDocumentBytes && draft.Now.Bytes > draft.Before.Visible.Bytes)
                return new Decision.Rejected(Rejection.TooLarge($"A document has more than {limits.MaxDocumentBytes} bytes."));
        }
        return new Decision.Accepted(draft, events, merged);
    }
}
