using System.Runtime.CompilerServices;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>What is followed: an app, a tier of it, there an owner or a document, and in that a collection or property.</summary>
public sealed record Followed(string App, string? Tier, string? Owner, string? Document, PropertyPath Path);

/// <summary>
/// What one caller follows. Whether they may be told of a change is asked for each one, as of the moment at which they are told.
/// </summary>
/// <param name="who">The caller, who may come with a fresh token in between.</param>
public sealed class Subscription(AppDirectory apps, TimeProvider time, Func<Caller> who, Followed followed)
{
    private readonly HashSet<DocumentKey> _shared = [];

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

    public ChangeScope Scope { get; } = new(followed.App, followed.Tier, followed.Owner, followed.Document);

    /// <summary>Why there is nothing more to follow; null: there is.</summary>
    public string? Ended()
    {
        var (now, caller, app) = (time.GetUtcNow(), who(), apps.Find(followed.App));
        if (caller.ExpiresAt is { } until && until <= now) return "token_expired";
        if (caller.Key is { } key && !caller.Apps.Any(a => apps.Find(a)?.Keys.ContainsKey(key.Id) == true)) return "key_revoked";
        if (followed.Tier is null) return AccessPolicy.Admits(caller, followed.App, app) ? null : "requires_app";
        var access = AccessPolicy.Allows(caller.In(app, now), DocumentAction.Read, new AccessTarget(followed.App, app, followed.Tier, followed.Owner, followed.Document), now);
        return access.IsAllowed ? null : access.Because;
    }

    public bool MayBeToldOf(CommittedChange change)
    {
        var (now, key) = (time.GetUtcNow(), change.Key);
        var access = Ask(key, now);
        if (!access.IsAllowed) return change.Type == "deleted" && _shared.Remove(key) && apps.Find(followed.App)?.EndedShareOf(key.StreamId, who().UserId!, now) is not null;
        if (access.Share is { } share)
        {
            if (change.Version <= share.Version) return false;
            _shared.Add(key);
        }
        return true;
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
        if (_shared.Count == 0 || followed.Document is not null) return [];
        var now = time.GetUtcNow();
        var left = _shared.Where(key => !Ask(key, now).IsAllowed).ToList();
        _shared.ExceptWith(left);
        return left;
    }

    /// <summary>Whether there are such documents.</summary>
    public bool HasLeft()
    {
        if (_shared.Count == 0 || followed.Document is not null) return false;
        var now = time.GetUtcNow();
        return _shared.Any(key => !Ask(key, now).IsAllowed);
    }

    /// <summary>The documents that are followed, as they are; no older than at a position.</summary>
    public async IAsyncEnumerable<(DocumentKey Key, Document Document)> Documents(DocumentLists lists, long atLeast, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tiers = followed.Tier is { } one ? [one] : apps.Find(followed.App)?.Tiers.Keys.Order(StringComparer.Ordinal).ToArray() ?? [];
        foreach (var tier in tiers)
        {
            var query = new ListQuery(followed.App, tier, followed.Owner, [], false, followed.Document ?? "", false, DocumentOrder.Name, false, 100, 0, null, WithContent: true);
            ListPage page;
            do
            {
                page = await lists.List(query, cancel, atLeast);
                foreach (var listed in page.Documents)
                {
                    var key = new DocumentKey(followed.App, tier, listed.Owner, listed.Name);
                    if ((followed.Document is not null && listed.Name != followed.Document) || !Ask(key, time.GetUtcNow()).IsAllowed) continue;
                    yield return (key, listed.Content!);
                }
                query = query with { After = page.Next };
            } while (page.Next is not null);
        }
    }

    private PropsDb.Events.Apps.Access Ask(DocumentKey key, DateTimeOffset now)
    {
        var app = apps.Find(followed.App);
        return AccessPolicy.Allows(who().In(app, now), DocumentAction.Read, new AccessTarget(followed.App, app, key.Tier, key.Owner, key.Name), now);
    }
}
