using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Events.Operations;

/// <summary>Gives a user rights on one document, in place of those they had.</summary>
/// <param name="At">The time at which it is decided.</param>
public sealed record ShareDocument(DocumentKey Key, string User, bool CanRead, bool CanWrite, bool CanDelete, DateTimeOffset? ExpiresAt, DateTimeOffset At) : Operation
{
    public override bool NeedsTarget => true;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        var shares = draft.Before.Shares;
        if (!shares.ContainsKey(User) && shares.Values.Count(s => s.IsActive(At)) >= limits.MaxShares)
            return Rejection.TooLarge($"A document is shared with at most {limits.MaxShares} users.");
        var fact = new DocumentShared(draft.Before.Version, Key.Tier, Key.Owner, Key.Name, User, CanRead, CanWrite, CanDelete, ExpiresAt);
        var isSo = shares.TryGetValue(User, out var old) && old.IsActive(At)
            && (old.CanRead, old.CanWrite, old.CanDelete, old.ExpiresAt) == (CanRead, CanWrite, CanDelete, ExpiresAt);
        if (!isSo) draft.Administer(fact);
        return null;
    }
}

public sealed record RevokeShare(string User, DateTimeOffset At) : Operation
{
    public override bool NeedsTarget => true;
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (!draft.Before.Shares.TryGetValue(User, out var share) || !share.IsActive(At)) return new Rejection("not_found", "The document is not shared with this user.");
        draft.Administer(new ShareRevoked(draft.Before.Version, User));
        return null;
    }
}

/// <summary>Records that a share has ended, if it has.</summary>
public sealed record ExpireShare(string User, DateTimeOffset At) : Operation
{
    public override bool NeedsVersion => false;

    public override Rejection? Apply(Draft draft, Limits limits)
    {
        if (draft.Before.Shares.TryGetValue(User, out var share) && !share.IsActive(At)) draft.Administer(new ShareExpired(draft.Before.Version, User));
        return null;
    }
}
