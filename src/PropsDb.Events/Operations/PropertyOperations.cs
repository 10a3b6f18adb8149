using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Gives a property a value; adds it, its collection and its document where missing.</summary>
public sealed record SetProperty(PropertyPath Path, JsonValue Value) : Operation
{
    public override PropertyPath Target => Path;
    public override bool CreatesDocument => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Exists) draft.Create();
        draft.SetProperty(Path, Value);
        return null;
    }
}

public sealed record DeleteProperty(PropertyPath Path) : Operation
{
    public override PropertyPath Target => Path;
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        // Under merge the ancestor is asked, which may not have had it.
        return draft.RemoveProperty(Path) ? null : Rejection.NotFound(Target);
    }
}
