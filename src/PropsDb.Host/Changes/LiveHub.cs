using System.Runtime.CompilerServices;
using MessagePack;
using Microsoft.AspNetCore.SignalR;
using PropsDb.Events.Apps;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>What a client asks to follow. Without a tier: every tier of the app that the caller may read.</summary>
/// <param name="From">The position to go on from; null: from now.</param>
/// <param name="Snapshot">Begin with the documents as they are.</param>
/// <param name="Filter">Follow the documents that a filter means: as in a query.</param>
[MessagePackObject]
public sealed record ChangesRequest(
    [property: Key("app")] string? App = null, [property: Key("tier")] string? Tier = null, [property: Key("owner")] string? Owner = null,
    [property: Key("document")] string? Document = null, [property: Key("collection")] string? Collection = null, [property: Key("property")] string? Property = null,
    [property: Key("from")] string? From = null, [property: Key("snapshot")] bool? Snapshot = null,
    [property: Key("filter")] FilterArgument? Filter = null);

/// <summary>The hub of live changes: each call of <see cref="Changes"/> is a stream of messages, sent as fast as its reader takes them.</summary>
public sealed class LiveHub(AppDirectory apps, Tokens tokens, Follower follower, FeedRetention retention, Seal seal, TimeProvider time, LiveConnections connections, Faults faults, Settings settings) : Hub
{
    public const string Path = "/api/v1/_live";

    private LiveConnection Connection => (LiveConnection)Context.Items[typeof(LiveConnection)]!;

    public override async Task OnConnectedAsync()
    {
        // The gate has asked who it is before the connection was taken.
        var http = Context.GetHttpContext()!;
        var connection = new LiveConnection(await Callers.Of(http), Callers.NamedKey(http), settings.Live.SubscriptionsPerConnection, Context.Abort);
        connections.Join(connection);
        Context.Items[typeof(LiveConnection)] = connection;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.TryGetValue(typeof(LiveConnection), out var connection)) connections.Leave((LiveConnection)connection!);
        if (exception is InvalidDataException && Context.GetHttpContext()?.Features.Get<LiveDoor.Place>() is { } place) place.IsAbused = true;
        return Task.CompletedTask;
    }

    /// <summary>Goes on with a fresh token of the same user; whatever is followed goes on with it.</summary>
    public async Task Authenticate(string token)
    {
        var fresh = await tokens.Read(token.AsMemory(), null, Connection.Key?.App) ?? throw new HubException("unauthenticated");
        // Another app's user of the same id is another user.
        if (fresh.UserId != Connection.Caller.UserId || Connection.Caller.Key is not null || !fresh.Apps.Overlaps(Connection.Caller.Apps)) throw new HubException("forbidden");
        Connection.Caller = fresh;
    }

    public IAsyncEnumerable<LiveMessage> Changes(ChangesRequest request, CancellationToken cancel) => faults.Watch(Messages(request, cancel), nameof(Changes), cancel);

    private async IAsyncEnumerable<LiveMessage> Messages(ChangesRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var connection = Connection;
        if (!connection.Begin()) throw new HubException("rate_limited");
        try
        {
            var subscription = new Subscription(apps, time, () => connection.Caller, Parse(request ?? throw new HubException("invalid_value"), connection.Caller));
            if (subscription.Ended() is { } refused) throw new HubException(Refusal(refused));
            if (LacksOwner(request, subscription.App, connection.Caller)) throw new HubException("invalid_value: owner");
            long? from = null;
            if (request.From is { Length: > 0 } text)
            {
                if (!seal.TryPosition(subscription.App, text, out var position)) throw new HubException("invalid_position");
                if (await retention.IsGone(subscription.App, position, cancel))
                {
                    yield return new LiveMessage(new Told(ChangeJson.Mark("resync")));
                    yield break;
                }
                from = position;
            }
            await foreach (var told in follower.Follow(subscription, from, request.Snapshot == true, cancel)) yield return new LiveMessage(told);
        }
        finally
        {
            connection.End();
        }
    }

    // What may not be known about is refused like what is not there.
    private static string Refusal(string because) => because is "unknown" or "not_shared" ? "not_found" : because is "token_expired" or "key_revoked" or "requires_sign_in" ? "unauthenticated" : $"forbidden: {because}";

    // A document of a per_user tier is the caller's own unless another owner is named; a key has none.
    private string? OwnerOf(ChangesRequest request, string app, Caller caller) => IsOfAnOwner(request, app) && caller.Key is null ? caller.UserId : request.Owner;

    private bool LacksOwner(ChangesRequest request, string app, Caller caller) => IsOfAnOwner(request, app) && caller.Key is not null;

    private bool IsOfAnOwner(ChangesRequest request, string app) => request is { Owner: null, Document: not null } && apps.Find(app)?.Tier(request.Tier!) is { Type: TierType.PerUser };

    private Followed Parse(ChangesRequest request, Caller caller)
    {
        var app = request.App ?? (caller.Apps.Count == 1 ? caller.Apps.First() : null);
        if (app is null || !Names.IsAppId(app)) throw new HubException("invalid_name: app");
        if (request.Tier is not null && !Names.IsTier(request.Tier)) throw new HubException("not_found");
        if (request.Owner is not null && !Names.IsUserId(request.Owner)) throw new HubException("invalid_name: owner");
        if (request.Document is not null && (request.Tier is null || Names.DocumentFault(request.Document) is not null)) throw new HubException("invalid_name: document");
        if (request.Collection is not null && request.Document is null) throw new HubException("invalid_name: collection");
        if (request.Property is not null && request.Collection is null) throw new HubException("invalid_name: property");
        if (PropertyPath.TryCreate(request.Collection, request.Property, out var path) is not null) throw new HubException("invalid_name: collection");
        return new Followed(app, request.Tier, OwnerOf(request, app, caller), request.Document, path, request.Filter is { } filter ? Parse(filter) : null);
    }

    private Filter Parse(FilterArgument filter)
    {
        try
        {
            return filter.Read(settings.Limits);
        }
        catch (ProblemException e)
        {
            throw new HubException($"{e.Problem.Code}: {e.Problem.Faults?[0].Pointer} {e.Problem.Detail}", e);
        }
    }
}
