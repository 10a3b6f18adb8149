using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>The changes of an app, a tier or a document: a page of them, a wait for the next ones, or a stream of server-sent events.</summary>
public static class ChangesRoute
{
    private const int MaxWait = 60;

    public static IReadOnlyList<Documents.Route> All { get; } =
    [
        .. new[] { Level.Tier, Level.Document }.Select(level => new Documents.Route(level, "_changes", "GET", "Tells what was committed after a position, in order.",
            request => Handle(request.Http, Subscription.Of(request)))),
    ];

    public static AppRoute OfApp { get; } = new("_changes", "GET", "Tells what was committed in the app after a position, in order, of every tier that the caller may read.",
        request => Handle(request.Http, Subscription.Of(request)));

    private static async Task Handle(HttpContext http, Subscription subscription)
    {
        var query = new Query(http.Request.Query);
        var since = query.Text("since");
        var limit = (int)(query.Number("limit", 1, 500) ?? 100);
        var wait = TimeSpan.FromSeconds(query.Number("wait", 0, MaxWait) ?? 0);
        if (Accepts.Best(http.Request, Documents.Route.Json, "text/event-stream") is "text/event-stream")
        {
            var last = http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } id] ? id : since;
            var from = last is null ? null : await Positions.Known(http, subscription.App, last);
            await (last is not null && from is null ? EventStream.SendResync(http) : EventStream.Send(http, subscription, from));
            return;
        }
        await Page(http, subscription, await Positions.Parse(http, subscription.App, since ?? ""), limit, wait);
    }

    private static async Task Page(HttpContext http, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        var (feed, seal, time) = (http.RequestServices.GetRequiredService<ChangeFeed>(), http.RequestServices.GetRequiredService<Seal>(), http.RequestServices.GetRequiredService<TimeProvider>());
        using var joined = wait > TimeSpan.Zero ? feed.Join() : null;
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            // Out of the store: what was acknowledged before the question is in the answer.
            var batch = await http.RequestServices.GetRequiredService<ChangeReader>().After(position, subscription.Scope, limit, http.RequestAborted);
            if (subscription.Ended() is { } reason) throw AccessGate.Forbidden(reason);
            var told = batch.Changes.Where(subscription.MayBeToldOf).ToList();
            position = batch.Reached;
            // An empty page says that there is no more for now.
            if (told.Count == 0 && batch.Changes.Count == limit) continue;
            var left = deadline - time.GetUtcNow();
            if (told.Count > 0 || left <= TimeSpan.Zero)
            {
                await Send(http, told, seal.Position(subscription.App, position), ChangeJson.Writer(seal));
                return;
            }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            await Task.WhenAny(feed.MoreThan(position), Task.Delay(left, time, patience.Token));
            await patience.CancelAsync();
            http.RequestAborted.ThrowIfCancellationRequested();
        }
    }

    private static Task Send(HttpContext http, List<CommittedChange> changes, string position, Func<CommittedChange, byte[]> text) =>
        Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("changes");
            foreach (var change in changes) writer.WriteRawValue(change.Text(text).Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteString("position", position);
            writer.WriteEndObject();
        }), Documents.Route.Json);
}
