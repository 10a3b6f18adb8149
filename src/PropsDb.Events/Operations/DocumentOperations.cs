using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

public readonly record struct NamedCollection(string Name, IReadOnlyList<NamedValue> Properties);

/// <summary>Begins a document, empty or with these collections.</summary>
public sealed record CreateDocument(IReadOnlyList<NamedCollection> Collections) : Operation
{
    public override bool CreatesDocument => true;
    public override bool OnlyCreates => true;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        draft.Create();
        foreach (var (name, properties) in Collections) draft.SetCollection(name, properties);
        return null;
    }
}

/// <summary>Makes a document's content exactly this, in this order.</summary>
public sealed record ReplaceDocument(IReadOnlyList<NamedCollection> Collections) : Operation
{
    public override bool CreatesDocument => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Exists) draft.Create();
        draft.SetContent(Collections.Select(c => KeyValuePair.Create(c.Name, (IEnumerable<NamedValue>)c.Properties)));
        return null;
    }
}

/// <summary>Deletes a document softly: one more commit, and nothing of it is lost.</summary>
public sealed record DeleteDocument : Operation
{
    public override bool NeedsTarget => true;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        draft.Delete();
        return null;
    }
}

/// <summary>Gives a document a conflict strategy of its own, or takes it away.</summary>
public sealed record ChangeSettings(string? Strategy) : Operation
{
    public override bool NeedsTarget => true;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        draft.SetStrategy(Strategy);
        return null;
    }
}
