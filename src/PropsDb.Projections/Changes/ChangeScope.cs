using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>Which commits to read: an app's, narrowed to a tier, and there to an owner or a document. Null stands for all.</summary>
/// <param name="Audience">Who reads them, as of the moment at which it is asked; null from it, or none: someone who sees every owner's documents.</param>
public sealed record ChangeScope(string? App = null, string? Tier = null, string? Owner = null, string? Document = null, Func<Audience?>? Audience = null)
{
    public static ChangeScope All { get; } = new();

    public bool Holds(DocumentKey key) => (App is null || key.App == App) && (Tier is null || key.Tier == Tier)
        && (Owner is null || key.Owner == Owner) && (Document is null || key.Name == Document) && Audience?.Invoke()?.IsConcernedBy(key) != false;
}

/// <summary>
/// A user who sees their own documents, and those of others that were shared with them. It leaves out what is surely not theirs to read, so that
/// nobody is woken for it; whether they may read the rest is <see cref="Events.Apps.AccessPolicy"/>'s to say.
/// </summary>
/// <param name="Shared">The ids of documents of which they may have, or have had, a share.</param>
public sealed record Audience(string User, IReadOnlySet<Guid> Shared)
{
    public bool IsConcernedBy(DocumentKey key) => key.Owner is null || key.Owner == User || (Shared.Count > 0 && Shared.Contains(key.StreamId));
}
