using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using PropsDb.Events.Apps;

namespace PropsDb.Host.Access;

/// <summary>A token as it was read, whom it is of, and by which keys its signature was found good.</summary>
public sealed class KnownToken(JsonWebToken token, Caller caller)
{
    private sealed record Proof(TokenVerifier Verifier, DateTimeOffset? KeysFetchedAt);

    private volatile Proof? _proof;

    public JsonWebToken Token { get; } = token;

    /// <summary>Whom the token says it is of, whoever signed it.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>It has its place among those that are known.</summary>
    public bool IsKept { get; set; }

    /// <param name="keysFetchedAt">When the published keys were fetched: a key that is published no longer proves nothing.</param>
    public bool IsProvedBy(TokenVerifier verifier, DateTimeOffset? keysFetchedAt) =>
        _proof is { } proof && ReferenceEquals(proof.Verifier, verifier) && proof.KeysFetchedAt == keysFetchedAt;

    public void Prove(TokenVerifier verifier, DateTimeOffset? keysFetchedAt) => _proof = new Proof(verifier, keysFetchedAt);
}

/// <summary>The tokens that were in use of late and found good: two generations, of which the older is let go when the younger is full.</summary>
public sealed class KnownTokens
{
    private const int MaxEntries = 4_096;
    private const int MaxLength = 2_048;

    private ConcurrentDictionary<string, KnownToken> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, KnownToken> _old = new(StringComparer.Ordinal);

    public KnownToken? Find(ReadOnlySpan<char> text)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known)) return known;
        if (!_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out known)) return null;
        Keep(text.ToString(), known);
        return known;
    }

    public void Keep(string text, KnownToken token)
    {
        if (text.Length > MaxLength) return;
        if (_young.Count >= MaxEntries) (_old, _young) = (_young, new(StringComparer.Ordinal));
        token.IsKept = true;
        _young[text] = token;
    }
}
