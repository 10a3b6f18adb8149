using System.Collections.Immutable;

namespace PropsDb.Events.Apps;

/// <summary>What a key may do in one tier.</summary>
public readonly record struct KeyScope(string Tier, bool CanRead, bool CanWrite, bool CanDelete)
{
    public bool Grants(DocumentAction action) => action switch
    {
        DocumentAction.Read => CanRead,
        DocumentAction.Write => CanWrite,
        _ => CanDelete,
    };
}

/// <summary>A key with which a backend of the app acts as the app itself.</summary>
/// <param name="Hash">SHA-256 of the key, in hexadecimal.</param>
public sealed record AppKey(string Id, string? Name, string Prefix, string Hash, ImmutableArray<KeyScope> Scopes, DateTimeOffset IssuedAt, string IssuedBy)
{
    public bool Grants(DocumentAction action, string tier) => Scopes.IsEmpty || Scopes.Any(s => s.Tier == tier && s.Grants(action));
}

/// <summary>Who signs the tokens of an app's users, and how they are checked. One of the first three is set.</summary>
/// <param name="Authority">An OpenID Connect issuer whose discovery document names its keys.</param>
/// <param name="JwksUrl">Where the keys themselves are.</param>
/// <param name="SealedSecret">An HS256 key, sealed.</param>
/// <param name="Name">The <c>iss</c> that tokens must have; null: any, or the authority's own.</param>
/// <param name="Audience">The <c>aud</c> that tokens must hold; null: any.</param>
public sealed record Issuer(string? Authority, string? JwksUrl, string? SealedSecret, string? Name, string? Audience);
