using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Changes;

/// <summary>What is followed: an app, a tier of it, there an owner or a document, and in that a collection or property.</summary>
/// <param name="Filter">Only documents that it holds of; null: all.</param>
public sealed record Followed(string App, string? Tier, string? Owner, string? Document, PropertyPath Path, Filter? Filter = null);

/// <summary>
/// What one caller follows. Whether they may be told of a change is asked for each one, as of the moment at which they are told.
/// </summary>
/// <remarks>Who reads for the follower asks, and who looks after those that sleep: one at a time.</remarks>
/// <param name="who">The caller, who may come with a fresh token in between.</param>
public sealed class Subscription(AppDirectory apps, TimeProvider time, Func<Caller> who, Followed followed)
{
    private const int MaxAllowed = 1_000;

    private readonly Lock _lock = new();
    private readonly HashSet<DocumentKey> _shared = [];
    private ChangeScope? _scope;

    // What was found allowed, and until when: it stands while the app and the caller are the same, so who is told of much is not judged anew each time.
    private Dictionary<(string Tier, string? Owner), DateTimeOffset>? _allowed;
    private (App? App, Caller? Caller) _judged;
    private Audience? _audience;
    private DateTimeOffset _goesOnUntil;

    public static Subscription Of(DocumentRequest request)
    {
        var isOfTier = request.Key.Name.Length == 0;
        // In a tier of the users' own documents everyone is also told of what others share with them.
        var owner = isOfTier && !request.Admission.Caller.ActsForAll ? request.Query.Text("owner") : request.Key.Owner;
        var followed = new Followed(request.Key.App, request.Key.Tier, owner, isOfTier ? null : request.Key.Name, PropertyPath.Document);
        return new(request.Service<AppDirectory>(), request.Service<TimeProvider>(), () => request.Admission.Caller, followed);
    }

    /// <summary>Every tier of the app that the caller may read.</summary>
    public static Subscription Of(AppRequest request)
    {
        var owner = request.Query.Text("owner");
        if (owner is not null && !Names.IsUserId(owner)) throw new ProblemException(Problem.Query("owner", "is no user's id."));
        return new(request.Service<AppDirectory>(), request.Service<TimeProvider>(), () => request.Caller, new Followed(request.App.Id, null, owner, null, PropertyPath.Document));
    }

    public string App => followed.App;

    public Filter? Filter => followed.Filter;

    public ChangeScope Scope => _scope ??= new(followed.App, followed.Tier, followed.Owner, followed.Document, Audience);

    /// <summary>Why there is nothing more to follow; null: there is.</summary>
    public string? Ended()
    {
        lock (_lock)
        {
            var (now, caller, app) = Judged();
            if (now < _goesOnUntil) return null;
            var (reason, until) = Judge(now, caller, app);
            // A key may be another app's.
            if (reason is null && caller.Key is null) _goesOnUntil = Earlier(until, caller.ExpiresAt);
            return reason;
        }
    }

    private (string? Reason, DateTimeOffset? Until) Judge(DateTimeOffset now, Caller caller, App? app)
    {
        if (caller.ExpiresAt is { } end && end <= now) return ("token_expired", null);
        if (caller.Key is { } key && !caller.Apps.Any(a => apps.Find(a)?.Keys.ContainsKey(key.Id) == true)) return ("key_revoked", null);
        if (followed.Tier is null) return (AccessPolicy.Admits(caller, followed.App, app) ? null : "requires_app", null);
        var access = AccessPolicy.Allows(caller.In(app, now), DocumentAction.Read, new AccessTarget(followed.App, app, followed.Tier, followed.Owner, followed.Document), now);
        return access.IsAllowed ? (null, access.Until) : (access.Because, null);
    }

    private (DateTimeOffset Now, Caller Caller, App? App) Judged()
    {
        var (caller, app) = (who(), apps.Find(followed.App));
        if (!ReferenceEquals(caller, _judged.Caller) || !ReferenceEquals(app, _judged.App))
        {
            _allowed = null;
            (_judged, _goesOnUntil) = ((app, caller), DateTimeOffset.MinValue);
            _audience = caller.In(app, time.GetUtcNow()).ActsForAll ? null : new(caller.UserId ?? "", app?.SharedWith.GetValueOrDefault(caller.UserId ?? "") ?? []);
        }
        return (time.GetUtcNow(), caller, app);
    }

    private Audience? Audience()
    {
        lock (_lock)
        {
            Judged();
            return _audience;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset? a, DateTimeOffset? b) =>
        (a ?? DateTimeOffset.MaxValue) < (b ?? DateTimeOffset.MaxValue) ? a!.Value : b ?? DateTimeOffset.MaxValue;

    public bool MayBeToldOf(CommittedChange change) => MayBeToldOf(change, out _);

    /// <param name="isNew">It is of a document that was shared with the caller, and the first that they are told of it.</param>
    public bool MayBeToldOf(CommittedChange change, out bool isNew)
    {
        isNew = false;
        lock (_lock)
        {
            var ((now, caller, app), key) = (Judged(), change.Key);
            if (_allowed is not null && _allowed.TryGetValue((key.Tier, key.Owner), out var until) && now < until) return true;
            // That it has ended is said before the next ones.
            if (caller.ExpiresAt <= now) return false;
            var access = Ask(key, now);
            if (!access.IsAllowed) return change.Type == "deleted" && _shared.Remove(key) && app?.EndedShareOf(key.StreamId, caller.UserId!, now) is not null;
            if (access.Share is { } share)
            {
                if (change.Version <= share.Version) return false;
                isNew = _shared.Add(key);
            }
            // Of what is not shared, whatever its name is.
            else if (caller.Key is null && (_allowed ??= []).Count < MaxAllowed) _allowed[(key.Tier, key.Owner)] = Earlier(access.Until, caller.ExpiresAt);
            return true;
        }
    }

    /// <summary>The part of a change that is followed; null: none.</summary>
    public CommittedChange? Narrow(CommittedChange change)
    {
        if (followed.Path.Collection is null) return change;
        var changes = change.Changes.Select(c => c.Within(followed.Path)).OfType<Change>().ToList();
        return changes.Count == 0 ? null : new CommittedChange(change.Position, change.Key, change.Version, change.Type, change.At, change.By, change.Device, changes);
    }

    /// <summary>The documents that the caller was told of and may not be told of any more, each once.</summary>
    public IReadOnlyList<DocumentKey> Left()
    {
        if (followed.Document is not null) return [];
        lock (_lock)
        {
            if (_shared.Count == 0) return [];
            var now = time.GetUtcNow();
            var left = _shared.Where(key => !Ask(key, now).IsAllowed).ToList();
            _shared.ExceptWith(left);
            return left;
        }
    }

    /// <summary>Whether there are such documents.</summary>
    public bool HasLeft()
    {
        if (followed.Document is not null) return false;
        lock (_lock)
        {
            if (_shared.Count == 0) return false;
            var now = time.GetUtcNow();
            return _shared.Any(key => !Ask(key, now).IsAllowed);
        }
    }

    /// <summary>The one document that is followed; null: it is many.</summary>
    public DocumentKey? Document => followed.Document is { } name
        ? new DocumentKey(followed.App, followed.Tier!, apps.Find(followed.App)?.Tier(followed.Tier!) is { Type: TierType.PerUser } ? followed.Owner : null, name)
        : null;

    /// <summary>Of each tier that is followed, the documents that the caller may read: those of its list.</summary>
    public IEnumerable<SearchScope> Readable()
    {
        var (now, app) = (time.GetUtcNow(), apps.Find(followed.App));
        var (caller, tiers) = (who().In(app, now), followed.Tier is { } one ? [one] : app?.Tiers.Keys.Order(StringComparer.Ordinal).ToArray() ?? []);
        foreach (var name in tiers)
        {
            var access = AccessPolicy.Allows(caller, DocumentAction.Read, new AccessTarget(followed.App, app, name, followed.Owner), now);
            // Only documents in the users' own tiers have owners.
            if (access.IsAllowed && (followed.Owner is null || access.Tier!.Type == TierType.PerUser)) yield return ReadableDocuments.Of(app!, access, caller, followed.Owner, now);
        }
    }

    /// <summary>Whether the caller may be shown a document.</summary>
    public bool MayBeShown(DocumentKey key)
    {
        lock (_lock)
        {
            var access = Ask(key, time.GetUtcNow());
            if (access is { IsAllowed: true, Share: not null }) _shared.Add(key);
            return access.IsAllowed;
        }
    }

    private PropsDb.Events.Apps.Access Ask(DocumentKey key, DateTimeOffset now)
    {
        var app = apps.Find(followed.App);
        return AccessPolicy.Allows(who().In(app, now), DocumentAction.Read, new AccessTarget(followed.App, app, key.Tier, key.Owner, key.Name), now);
    }
}
