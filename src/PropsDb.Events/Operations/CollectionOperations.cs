using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Adds a collection that is not there yet to a document that is.</summary>
public sealed record CreateCollection(string Name, IReadOnlyList<NamedValue> Properties) : Operation
{
    public override PropertyPath Target => PropertyPath.OfCollection(Name);
    public override bool OnlyCreates => true;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        draft.SetCollection(Name, Properties);
        return null;
    }
}

/// <summary>Gives a collection exactly these properties in this order; adds it, and its document, where missing.</summary>
public sealed record ReplaceCollection(string Name, IReadOnlyList<NamedValue> Properties) : Operation
{
    public override PropertyPath Target => PropertyPath.OfCollection(Name);
    public override bool CreatesDocument => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Exists) draft.Create();
        draft.SetCollection(Name, Properties);
        return null;
    }
}

public sealed record DeleteCollection(string Name) : Operation
{
    public override PropertyPath Target => PropertyPath.OfCollection(Name);
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        // Under merge the ancestor is asked, which may not have had it.
        return draft.RemoveCollection(Name) ? null : Rejection.NotFound(Target);
    }
}
