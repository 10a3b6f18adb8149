using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>One thing a writer may ask of one document. Each kind edits a draft and says no where its own rule is broken.</summary>
public abstract record Operation
{
    /// <summary>The document, collection or property that is written.</summary>
    public virtual PropertyPath Target => PropertyPath.Document;

    /// <summary>Writes where the document is absent, and begins it then.</summary>
    public virtual bool CreatesDocument => false;

    /// <summary>The target must not be there yet.</summary>
    public virtual bool OnlyCreates => false;

    /// <summary>The target must be there.</summary>
    public virtual bool NeedsTarget => false;

    /// <summary>A writer must say which version it builds on.</summary>
    public virtual bool NeedsVersion => true;

    /// <summary>Builds on a deleted document too, whose version is that of its deletion.</summary>
    public virtual bool ActsOnDeleted => false;

    public abstract Rejection? Apply(Draft draft, Limits limits);
}
