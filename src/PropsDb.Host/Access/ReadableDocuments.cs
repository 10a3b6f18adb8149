using PropsDb.Events.Apps;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Access;

/// <summary>The documents of a tier that a caller may read: one answer for its list, for what is searched in it, and for what a follower begins with.</summary>
public static class ReadableDocuments
{
    /// <param name="access">What lets the caller into the tier.</param>
    /// <param name="owner">Whose documents are asked for; null: nobody is named.</param>
    public static SearchScope Of(App app, PropsDb.Events.Apps.Access access, Caller caller, string? owner, DateTimeOffset now)
    {
        var tier = access.Tier!;
        // Everyone's own list is of what they own and what others share with them; a list of one owner's is of that owner's.
        var isOwn = tier.Type == TierType.PerUser && !caller.ActsForAll && owner is null;
        IReadOnlyCollection<Guid> shared = (isOwn || access.OnlyShared) && caller.UserId is { } user ? [.. app.SharedIn(tier.Name, user, DocumentAction.Read, now)] : [];
        // Who sees no documents but shared ones sees them of every owner, or of the one that is named.
        var whose = isOwn && !access.OnlyShared ? caller.UserId : access.OnlyShared || tier.Type == TierType.PerUser ? owner : null;
        return new SearchScope(app.Id, tier.Name, whose, shared, access.OnlyShared);
    }
}
