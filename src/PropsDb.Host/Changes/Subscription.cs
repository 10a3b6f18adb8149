using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>
/// What one caller follows: a tier, or a document of it. Whether they may be told of a change is asked for each one, as of the moment at
/// which they are told.
/// </summary>
public sealed class Subscription(AppDirectory apps, TimeProvider time, Caller caller, string app, string tier, string? owner, string? document)
{
    private readonly HashSet<DocumentKey> _shared = [];

    public static Subscription Of(DocumentRequest request)
    {
        var isOfTier = request.Key.Name.Length == 0;
        // In a tier of the users' own documents everyone is also told of what others share with them.
        var owner = isOfTier && !request.Admission.Caller.ActsForAll ? request.Query.Text("owner") : request.Key.Owner;
        return new(request.Service<AppDirectory>(), request.Service<TimeProvider>(), request.Admission.Caller, request.Key.App, request.Key.Tier, owner, isOfTier ? null : request.Key.Name);
    }

    public ChangeScope Scope { get; } = new(app, tier, owner, document);

    /// <summary>Why there is nothing more to follow; null: there is.</summary>
    public string? Ended()
    {
        var now = time.GetUtcNow();
        if (caller.ExpiresAt is { } until && until <= now) return "token_expired";
        if (caller.Key is { } key && apps.Find(app)?.Keys.ContainsKey(key.Id) != true && caller.Apps.Contains(app)) return "key_revoked";
        var access = Ask(new AccessTarget(app, apps.Find(app), tier, owner, document), now);
        return access.IsAllowed ? null : access.Because;
    }

    public bool MayBeToldOf(CommittedChange change)
    {
        var (now, key) = (time.GetUtcNow(), change.Key);
        var access = Ask(new AccessTarget(app, apps.Find(app), key.Tier, key.Owner, key.Name), now);
        if (!access.IsAllowed) return change.Type == "deleted" && _shared.Remove(key) && apps.Find(app)?.EndedShareOf(key.StreamId, caller.UserId!, now) is not null;
        if (access.Share is { } share)
        {
            if (change.Version <= share.Version) return false;
            _shared.Add(key);
        }
        return true;
    }

    /// <summary>The documents that the caller was told of and may not be told of any more, each once.</summary>
    public IReadOnlyList<DocumentKey> Left()
    {
        if (_shared.Count == 0 || document is not null) return [];
        var now = time.GetUtcNow();
        var left = _shared.Where(key => !Ask(new AccessTarget(app, apps.Find(app), key.Tier, key.Owner, key.Name), now).IsAllowed).ToList();
        _shared.ExceptWith(left);
        return left;
    }

    private PropsDb.Events.Apps.Access Ask(in AccessTarget target, DateTimeOffset now) =>
        AccessPolicy.Allows(caller.In(target.App, now), DocumentAction.Read, target, now);
}
