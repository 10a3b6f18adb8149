using PropsDb.Events.Documents;
using PropsDb.Events.Patching;
using PropsDb.Events.Values;

namespace PropsDb.Events.Merging;

/// <summary>
/// Brings what one writer did to an ancestor onto what others have made of it since. A path that one side changed takes that side; both
/// the same is no conflict; objects on all three sides merge member by member, all else is an atom; a deletion against a change is a
/// conflict. Only paths that the local side touched are looked at.
/// </summary>
public sealed class ThreeWayMerge
{
    private readonly Draft _local;
    private readonly Content _base, _remote;
    private readonly IReadOnlySet<PropertyPath>? _touchedLater;
    private readonly List<Conflict> _conflicts = [];

    private ThreeWayMerge(Draft local, Draft onto, IReadOnlySet<PropertyPath>? touchedLater) =>
        (_local, _base, _remote, Merged, _touchedLater) = (local, local.Before.Visible, onto.Now, onto, touchedLater);

    /// <summary>The remote document with the local side's changes; conflicting paths have their remote values.</summary>
    public Draft Merged { get; }

    public IReadOnlyList<Conflict> Conflicts => _conflicts;

    /// <param name="local">The ancestor as the local writer edited it.</param>
    /// <param name="remote">The document now.</param>
    public static ThreeWayMerge Of(Draft local, Document remote) => Onto(new Draft(remote), local, touchedLater: null);

    /// <summary>Merges into a draft that may have been edited already.</summary>
    /// <param name="touchedLater">Null but for an undo, which is stricter: objects are atoms too, and whatever a later commit touched counts
    /// as changed, though it be equal again, or gone again.</param>
    public static ThreeWayMerge Onto(Draft draft, Draft local, IReadOnlySet<PropertyPath>? touchedLater)
    {
        var merge = new ThreeWayMerge(local, draft, touchedLater);
        if (local.Exists) merge.MergeCollections();
        else merge.MergeDeletion();
        return merge;
    }

    private void MergeDeletion()
    {
        foreach (var (name, collection) in _remote.Collections)
        {
            RefuseToDrop(name, collection);
            if (_base[name] is null && collection.Properties.Count == 0)
                _conflicts.Add(new Conflict(PropertyPath.OfCollection(name).ToPointer(), null, JsonValue.EmptyObject, collection.Commit, Local: null));
        }
        if (_conflicts.Count == 0 && Merged.Exists) Merged.Delete();
    }

    private void MergeCollections()
    {
        foreach (var name in _local.TouchedCollections.OrderBy(n => _local.Now.Collections.Place(n) ?? -1).ToList())
        {
            switch (_base[name], _local.Now[name], _remote[name])
            {
                case ({ } gone, null, null) when _touchedLater?.Contains(PropertyPath.OfCollection(name)) is true:
                    // Taken away already, be it by an undo of the same commit.
                    _conflicts.Add(new Conflict(PropertyPath.OfCollection(name).ToPointer(), PatchDocument.ToJson(gone), Remote: null, RemoteCommit: null, Local: null));
                    break;
                case (_, null, null):
                    break;
                case (null, null, not null):
                    break;
                case (not null, null, { } remote):
                    DropCollection(name, remote);
                    break;
                case (_, { } local, null) when !Merged.Exists:
                    RefuseToRevive(name, local);
                    break;
                case (null, { } local, null):
                    Merged.SetCollection(name, local.Properties.Select(p => new NamedValue(p.Key, p.Value.Value)));
                    break;
                case (not null, { } local, null):
                    RefuseToRevive(name, local);
                    break;
                case (_, { } local, { } remote):
                    MergeProperties(name, local, remote);
                    break;
            }
        }
        if (_local.MayHaveReorderedCollections && OrderOf(_base.Collections.Names, _local.Now.Collections.Names, _remote.Collections.Names) is { } names)
            Merged.OrderCollections(names);
    }

    // The local side deleted the collection: what the remote side changed in it is a conflict each, the rest goes.
    private void DropCollection(string name, Collection remote)
    {
        var refused = RefuseToDrop(name, remote);
        if (refused.Count == 0) Merged.RemoveCollection(name);
        else foreach (var property in remote.Properties.Names.Where(p => !refused.Contains(p)).ToList()) Merged.RemoveProperty(PropertyPath.Of(name, property));
    }

    private HashSet<string> RefuseToDrop(string name, Collection remote)
    {
        var refused = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (property, now) in remote.Properties)
        {
            var path = PropertyPath.Of(name, property);
            var old = _base[path]?.Value;
            if (now.Value.Equals(old) && !TouchedLater(path, now)) continue;
            refused.Add(property);
            _conflicts.Add(new Conflict(path.ToPointer(), old, now.Value, now.Commit, Local: null));
        }
        return refused;
    }

    // The remote side deleted the collection: what the local side changed in it is a conflict each.
    private void RefuseToRevive(string name, Collection local)
    {
        foreach (var property in _local.TouchedProperties(name))
        {
            var path = PropertyPath.Of(name, property);
            var (old, mine) = (_base[path]?.Value, local.Properties[property]?.Value);
            if (mine is not null && !mine.Equals(old)) _conflicts.Add(new Conflict(path.ToPointer(), old, Remote: null, RemoteCommit: null, mine));
        }
    }

    private void MergeProperties(string name, Collection local, Collection remote)
    {
        foreach (var property in _local.TouchedProperties(name).OrderBy(p => local.Properties.Place(p) ?? -1).ToList())
        {
            var path = PropertyPath.Of(name, property);
            var theirs = remote.Properties[property];
            var (old, mine) = (_base[path]?.Value, local.Properties[property]?.Value);
            if (TouchedLater(path, theirs) && !Equals(mine, old))
            {
                _conflicts.Add(new Conflict(path.ToPointer(), old, theirs?.Value, theirs?.Commit, mine));
                continue;
            }
            var merged = MergeValues(path.ToPointer(), old, mine, theirs?.Value, theirs?.Commit);
            if (merged is null) Merged.RemoveProperty(path);
            else if (!ReferenceEquals(merged, theirs?.Value)) Merged.SetProperty(path, merged);
        }
        if (_local.MayHaveReordered(name) && OrderOf(_base[name]?.Properties.Names ?? [], local.Properties.Names, remote.Properties.Names) is { } names)
            Merged.OrderProperties(name, names);
    }

    private bool TouchedLater(PropertyPath path, Property? remote) => _touchedLater is not null
        && (remote?.Commit.Version > _local.Before.Version || _touchedLater.Contains(path) || _touchedLater.Contains(PropertyPath.OfCollection(path.Collection!)));

    private JsonValue? MergeValues(JsonPointer path, JsonValue? old, JsonValue? local, JsonValue? remote, Commit? remoteCommit)
    {
        if (Equals(local, old) || Equals(local, remote)) return remote;
        if (Equals(remote, old)) return local;
        if (_touchedLater is null && old is { Kind: JsonKind.Object } && local is { Kind: JsonKind.Object } && remote is { Kind: JsonKind.Object })
            return MergeMembers(path, old, local, remote, remoteCommit);
        _conflicts.Add(new Conflict(path, old, remote, remote is null ? null : remoteCommit, local));
        return remote;
    }

    private JsonValue MergeMembers(JsonPointer path, JsonValue old, JsonValue local, JsonValue remote, Commit? remoteCommit)
    {
        var (oldNames, localNames, remoteNames) = (NamesOf(old), NamesOf(local), NamesOf(remote));
        var (oldMembers, localMembers, remoteMembers) = (MembersOf(old), MembersOf(local), MembersOf(remote));
        var order = OrderOf(oldNames, localNames, remoteNames) ?? remoteNames;
        var members = new List<JsonMember>();
        foreach (var name in order.Union(remoteNames, StringComparer.Ordinal).Union(localNames, StringComparer.Ordinal))
            if (MergeValues(path.Then(name), oldMembers.GetValueOrDefault(name), localMembers.GetValueOrDefault(name), remoteMembers.GetValueOrDefault(name), remoteCommit) is { } value)
                members.Add(new JsonMember(name, value));
        return JsonValue.Object(members);
    }

    private static List<string> NamesOf(JsonValue value) => [.. value.Members.Select(m => m.Name)];

    private static Dictionary<string, JsonValue> MembersOf(JsonValue value) => value.Members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);

    // The local order where the local side alone changed it; null: the remote's stays. What the other side took away says nothing of order.
    private static List<string>? OrderOf(IEnumerable<string> old, IEnumerable<string> local, IEnumerable<string> remote)
    {
        var (was, mine, theirs) = (old.ToList(), local.ToList(), remote.ToList());
        return IsReordered(was, mine, theirs) && !IsReordered(was, theirs, mine) ? mine : null;
    }

    private static bool IsReordered(List<string> old, List<string> now, List<string> other)
    {
        var (before, after, others) = (old.ToHashSet(StringComparer.Ordinal), now.ToHashSet(StringComparer.Ordinal), other.ToHashSet(StringComparer.Ordinal));
        bool IsGone(string name) => before.Contains(name) && !others.Contains(name);
        return Draft.IsReordered(old.Where(n => !IsGone(n)), now.Where(n => !IsGone(n)), after.Contains, [.. now.Where(n => !before.Contains(n))]);
    }
}
