using System.Collections.Immutable;

namespace PropsDb.Events.Apps;

/// <summary>What one user was given on one document.</summary>
/// <param name="Version">The document's version when it was shared: nothing older is shown to the grantee.</param>
public sealed record Share(
    string User, bool CanRead, bool CanWrite, bool CanDelete, string GrantedBy, DateTimeOffset GrantedAt, DateTimeOffset? ExpiresAt, long Version)
{
    public bool Grants(DocumentAction action) => action switch
    {
        DocumentAction.Read => CanRead,
        DocumentAction.Write => CanWrite,
        _ => CanDelete,
    };

    public bool IsActive(DateTimeOffset at) => ExpiresAt is null || at < ExpiresAt;
}

/// <summary>The shares of one document, as the access check needs them.</summary>
/// <param name="IsActive">False while the document is deleted: its shares return with it, and a new document of the name has none of them.</param>
public sealed record SharedDocument(string Tier, string? Owner, string Name, bool IsActive, ImmutableDictionary<string, Share> Shares);
