using PropsDb.Events.Documents;
using PropsDb.Events.Merging;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Un-deletes a document as it was when it was deleted.</summary>
public sealed record RestoreDocument : Operation
{
    public override bool CreatesDocument => true;
    public override bool OnlyCreates => true;
    public override bool NeedsVersion => false;
    public override bool ActsOnDeleted => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Before.IsDeleted) return Rejection.NotFound(PropertyPath.Document);
        draft.Restore();
        return null;
    }
}

/// <summary>Makes a document, or one collection or property of it, equal to what it was.</summary>
/// <param name="To">The document as it was at the version to go back to, when it was there.</param>
public sealed record RollBack(Document To, PropertyPath Path) : Operation
{
    public override PropertyPath Target => Path;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (Path.Collection is null)
            draft.SetContent(To.Content.Collections.Select(c => KeyValuePair.Create(c.Key, Values(c.Value))));
        else if (!draft.Now.Holds(Path) && !To.Content.Holds(Path))
            return Rejection.NotFound(Path);
        else if (Path.Property is null)
        {
            if (To.Content[Path.Collection] is { } collection) draft.SetCollection(Path.Collection, Values(collection));
            else draft.RemoveCollection(Path.Collection);
        }
        else if (To.Content[Path] is { } property) draft.SetProperty(Path, property.Value);
        else draft.RemoveProperty(Path);
        draft.MarkRolledBack(To.Version);
        return null;
    }

    private static IEnumerable<NamedValue> Values(Collection collection) => collection.Properties.Select(p => new NamedValue(p.Key, p.Value.Value));
}

/// <param name="Before">The document before the commit.</param>
/// <param name="After">The document after it.</param>
/// <param name="TouchedLater">What commits since have touched, though nothing of it may be left to see in the document now.</param>
public sealed record UndoneCommit(Document Before, Document After, IReadOnlySet<PropertyPath> TouchedLater)
{
    /// <summary>The properties that events touch; a collection among them stands for all that is in it.</summary>
    public static IReadOnlySet<PropertyPath> PathsTouched(IEnumerable<DocumentEvent> events) => new HashSet<PropertyPath>(events.SelectMany(e => e switch
    {
        PropertySet set => [set.Path],
        PropertyDeleted deleted => [deleted.Path],
        CollectionSet(_, var name, var properties) => properties.Select(p => PropertyPath.Of(name, p.Name)),
        CollectionDeleted(_, var name, _) => [PropertyPath.OfCollection(name)],
        _ => Enumerable.Empty<PropertyPath>(),
    }));
}

/// <summary>Takes back what certain commits did, where nothing later touched the same paths.</summary>
/// <param name="Commits">The commits, the newest first.</param>
public sealed record UndoCommits(IReadOnlyList<UndoneCommit> Commits) : Operation
{
    public override bool CreatesDocument => true;
    public override bool NeedsVersion => false;
    public override bool ActsOnDeleted => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        foreach (var (before, after, touchedLater) in Commits)
        {
            if (before.Exists && !after.Exists)
            {
                if (draft.Before.Version != after.Version || draft.Exists) return Refused(draft, after, []);
                draft.Restore();
                continue;
            }
            if (!draft.Exists) return Rejection.NotFound(PropertyPath.Document);
            var local = new Draft(after);
            if (before.Exists)
                local.SetContent(before.Content.Collections.Select(c => KeyValuePair.Create(c.Key, c.Value.Properties.Select(p => new NamedValue(p.Key, p.Value.Value)))));
            else local.Delete();
            var merge = ThreeWayMerge.Onto(draft, local, touchedLater);
            if (merge.Conflicts.Count > 0) return Refused(draft, after, merge.Conflicts);
        }
        return null;
    }

    private static VersionConflict Refused(Draft draft, Document after, IEnumerable<Conflict> conflicts) => new(
        after.Version, draft.Before.Version, [.. conflicts], draft.Before, Merged: null, $"Later commits touched what version {after.Version} changed.");
}
