using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Gives the named properties their values and leaves all others; adds collections, and the document, where missing.</summary>
public sealed record MergeCollections(IReadOnlyList<NamedCollection> Collections) : Operation
{
    public override bool CreatesDocument => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Exists) draft.Create();
        foreach (var (name, properties) in Collections)
        {
            if (draft.Now[name] is null) draft.SetCollection(name, properties);
            else foreach (var (property, value) in properties) draft.SetProperty(PropertyPath.Of(name, property), value);
        }
        return null;
    }
}
