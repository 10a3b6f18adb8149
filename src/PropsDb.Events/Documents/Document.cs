using System.Collections.Immutable;
using System.Diagnostics;
using PropsDb.Events.Apps;

namespace PropsDb.Events.Documents;

/// <summary>The state of one document: what its events so far add up to.</summary>
public sealed record Document
{
    public static Document Unborn { get; } = new();

    /// <summary>The document's version: how many commits its stream has.</summary>
    public long Version { get; init; }

    /// <summary>The version counted from the creation that the document's present life began with; 0 while it is absent.</summary>
    public long LifeVersion => Exists ? Version - VersionsBeforeLife : 0;

    /// <summary>The versions that lie before the document's life, or before the last one of a deleted document.</summary>
    public long VersionsBeforeLife => Math.Max(0, Created.Version - 1);

    /// <summary>How many events its stream has: the expected version of the next append.</summary>
    public long StreamVersion { get; init; }

    /// <summary>Position of the last commit, in the order of the whole database.</summary>
    public long Position { get; init; }

    public bool IsDeleted { get; init; }
    public Commit Created { get; init; } = Commit.None;
    public Commit Updated { get; init; } = Commit.None;

    /// <summary>The collections; of a deleted document those it had, so that it can be restored.</summary>
    public Content Content { get; init; } = Content.Empty;

    /// <summary>The document's own conflict strategy, by its name on the wire; null: the tier's.</summary>
    public string? Strategy { get; init; }

    /// <summary>Who else was given something of the document, by user; of a deleted document those who had, so that they return with it.</summary>
    public ImmutableDictionary<string, Share> Shares { get; init; } = ImmutableDictionary<string, Share>.Empty;

    public bool Exists => Version > 0 && !IsDeleted;

    /// <summary>What a reader sees: nothing of a document that is absent.</summary>
    public Content Visible => Exists ? Content : Content.Empty;

    /// <param name="position">Where the event stands in the order of the whole database.</param>
    public static Document Evolve(Document state, DocumentEvent e, Commit commit, long position)
    {
        var next = Evolve(state, e, commit);
        return e is DocumentAdministration ? next : next with { Position = position };
    }

    public static Document Evolve(Document state, DocumentEvent e, Commit commit)
    {
        var number = state.StreamVersion + 1;
        var next = e switch
        {
            DocumentCreated => state with { IsDeleted = false, Created = commit, Content = Content.Empty, Strategy = null, Shares = ImmutableDictionary<string, Share>.Empty },
            DocumentDeleted => state with { IsDeleted = true },
            DocumentRestored => state with { IsDeleted = false },
            DocumentRolledBack => state,
            CollectionSet(_, var name, var properties) => state.With(name, Collection.From(
                properties.Select(p => KeyValuePair.Create(p.Name, new Property(p.Value, commit, number))), commit, number)),
            CollectionDeleted(_, var name, _) => state with { Content = state.Content.Without(name) },
            PropertySet(_, var path, var value, _) => state.With(path.Collection!,
                state.CollectionOrEmpty(path.Collection!).With(path.Property!, new Property(value, commit, number)).TouchedBy(commit, number)),
            PropertyDeleted(_, var path, _) => state.Content[path] is null ? state : state.With(path.Collection!,
                state.CollectionOrEmpty(path.Collection!).Without(path.Property!).TouchedBy(commit, number)),
            CollectionsOrdered(_, var names) => state with { Content = state.Content.InOrder(names) },
            PropertiesOrdered(_, var name, var names) => state.Content[name] is { } collection
                ? state.With(name, collection.InOrder(names).TouchedBy(commit, number))
                : state,
            DocumentSettingsChanged(_, var strategy) => state with { Strategy = strategy },
            DocumentShared share => state with { Shares = state.Shares.SetItem(share.User, share.After(state.Shares.GetValueOrDefault(share.User), commit.At, commit.By)) },
            ShareRevoked(_, var user) => state with { Shares = state.Shares.Remove(user) },
            ShareExpired(_, var user) => state with { Shares = state.Shares.Remove(user) },
            SharesEnded or SharesReturned or ValueErased => state,
            _ => throw new UnreachableException($"unhandled event {e.GetType().Name}"),
        };
        return e is DocumentAdministration
            ? next with { StreamVersion = number }
            : next with { Version = e.Version, StreamVersion = number, Updated = commit };
    }

    private Document With(string name, Collection collection) => this with { Content = Content.With(name, collection) };

    private Collection CollectionOrEmpty(string name) => Content[name] ?? Collection.Empty;
}
