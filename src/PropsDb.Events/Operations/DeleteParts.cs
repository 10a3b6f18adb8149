using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Some properties of a collection; none: the whole collection.</summary>
public readonly record struct NamedParts(string Collection, IReadOnlyList<string> Properties);

/// <summary>Takes properties and whole collections away in one commit; what is not there is gone already.</summary>
public sealed record DeleteParts(IReadOnlyList<NamedParts> Parts) : Operation
{
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        foreach (var (collection, properties) in Parts)
        {
            if (properties.Count == 0) draft.RemoveCollection(collection);
            foreach (var property in properties) draft.RemoveProperty(PropertyPath.Of(collection, property));
        }
        return null;
    }
}
