using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Events.Patching;

/// <summary>Changes a document by a patch on its collections as one object of objects.</summary>
public abstract record PatchDocument : Operation
{
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        var before = ToJson(draft.Now);
        var after = before;
        if (Patch(ref after, limits) is { } rejection) return rejection;
        if (after.Kind != JsonKind.Object) return Rejection.InvalidValue("The collections of a document are an object.", "");
        var kept = after.Members.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in draft.Now.Collections.Names.Where(n => !kept.Contains(n)).ToList()) draft.RemoveCollection(name);
        var unchanged = before.Members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
        foreach (var (name, collection) in after.Members)
        {
            if (unchanged.TryGetValue(name, out var old) && ReferenceEquals(old, collection)) continue;
            if (SetPatchedCollection(draft, limits, name, collection, "/" + JsonPointer.Escape(name)) is { } fault) return fault;
        }
        if (!after.Members.Select(m => m.Name).SequenceEqual(draft.Now.Collections.Names, StringComparer.Ordinal))
            draft.OrderCollections(after.Members.Select(m => m.Name));
        return null;
    }

    protected abstract Rejection? Patch(ref JsonValue root, Limits limits);

    /// <param name="pointer">Where in the request's body the collection stands.</param>
    internal static Rejection? SetPatchedCollection(Draft draft, Limits limits, string name, JsonValue patched, string pointer)
    {
        if (!draft.Now.Collections.Contains(name) && Names.CollectionFault(name) is { } nameFault) return Rejection.InvalidName(nameFault, pointer);
        if (patched.Kind != JsonKind.Object) return Rejection.InvalidValue("A collection is an object of its properties.", pointer);
        foreach (var (property, value) in patched.Members)
        {
            var old = draft.Now[PropertyPath.Of(name, property)];
            if (old is not null && ReferenceEquals(old.Value, value)) continue;
            if (old is null && Names.Fault(property) is { } fault) return Rejection.InvalidName(fault, $"{pointer}/{JsonPointer.Escape(property)}");
            if (ValueLimits.Fault(value, limits, $"{pointer}/{JsonPointer.Escape(property)}") is { } rejection) return rejection;
        }
        draft.SetCollection(name, patched.Members.Select(m => new NamedValue(m.Name, m.Value)));
        return null;
    }

    internal static JsonValue ToJson(Content content) => JsonValue.Object(content.Collections.Select(c => new JsonMember(c.Key, ToJson(c.Value))));

    internal static JsonValue ToJson(Collection collection) =>
        JsonValue.Object(collection.Properties.Select(p => new JsonMember(p.Key, p.Value.Value)));
}

public sealed record JsonPatchDocument(JsonPatch Steps) : PatchDocument
{
    protected override Rejection? Patch(ref JsonValue root, Limits limits) => Steps.Apply(ref root, limits);
}

public sealed record MergePatchDocument(JsonValue Merge) : PatchDocument
{
    protected override Rejection? Patch(ref JsonValue root, Limits limits)
    {
        root = MergePatch.Apply(root, Merge);
        return null;
    }
}

/// <summary>Changes a collection by a merge patch on its properties.</summary>
public sealed record PatchCollection(string Name, JsonValue Merge) : Operation
{
    public override PropertyPath Target => PropertyPath.OfCollection(Name);
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits) => draft.Now[Name] is { } collection
        ? PatchDocument.SetPatchedCollection(draft, limits, Name, MergePatch.Apply(PatchDocument.ToJson(collection), Merge), pointer: "")
        : Rejection.NotFound(Target);
}
