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
            await (last is not null && from is null ? EventStream.SendResync(http, subscription.App) : EventStream.Send(http, subscription, from));
            return;
        }
        await Page(http, subscription, await Positions.Parse(http, subscription.App, since ?? ""), limit, wait);
    }

    private static async Task Page(HttpContext http, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            await LongPoll(http, subscription, position, limit, wait);
            return;
        }
        var page = new List<CommittedChange>();
        while (true)
        {
            // Out of the store: what was acknowledged before the question is in the answer.
            var batch = await http.RequestServices.GetRequiredService<ChangeReader>().After(position, subscription.Scope, limit - page.Count, http.RequestAborted);
            Take(page, subscription, batch);
            position = batch.Reached;
            if (batch.HasMore && page.Count < limit) continue;
            await Send(http, subscription, page, position);
            return;
        }
    }

    private static async Task LongPoll(HttpContext http, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var deadline = time.GetUtcNow() + wait;
        var (reader, _) = await http.RequestServices.GetRequiredService<ChangeFeed>().Join(subscription.Scope, position, () => subscription.Ended() is not null, http.RequestAborted);
        using var place = reader;
        await using var alarm = time.CreateTimer(_ => reader.Poke(), null, wait, Timeout.InfiniteTimeSpan);
        var page = new List<CommittedChange>();
        while (true)
        {
            var batch = await reader.Next(limit - page.Count);
            Take(page, subscription, batch);
            if (batch.HasMore && page.Count < limit) continue;
            if (page.Count > 0 || time.GetUtcNow() >= deadline)
            {
                await Send(http, subscription, page, batch.Reached);
                return;
            }
            await reader.Wait();
        }
    }

    private static void Take(List<CommittedChange> page, Subscription subscription, ChangeBatch batch)
    {
        if (subscription.Ended() is { } reason) throw AccessGate.Forbidden(reason);
        page.AddRange(batch.Changes.Where(subscription.MayBeToldOf));
    }

    private static Task Send(HttpContext http, Subscription subscription, List<CommittedChange> page, long position)
    {
        var seal = http.RequestServices.GetRequiredService<Seal>();
        var text = ChangeJson.Writer(seal);
        return Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("changes");
            foreach (var change in page) writer.WriteRawValue(change.Text(text).Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteString("position", seal.Position(subscription.App, position));
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }
}
