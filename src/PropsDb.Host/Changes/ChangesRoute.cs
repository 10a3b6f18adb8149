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
        while (true)
        {
            // Out of the store: what was acknowledged before the question is in the answer.
            var batch = await http.RequestServices.GetRequiredService<ChangeReader>().After(position, subscription.Scope, limit, http.RequestAborted);
            if (await Answer(http, subscription, batch, isLast: !batch.HasMore)) return;
            position = batch.Reached;
        }
    }

    private static async Task LongPoll(HttpContext http, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var deadline = time.GetUtcNow() + wait;
        var (reader, _) = await http.RequestServices.GetRequiredService<ChangeFeed>().Join(subscription.Scope, position, () => subscription.Ended() is not null, http.RequestAborted);
        using var place = reader;
        await using var alarm = time.CreateTimer(_ => reader.Poke(), null, wait, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var batch = await reader.Next(limit);
            if (await Answer(http, subscription, batch, isLast: !batch.HasMore && time.GetUtcNow() >= deadline)) return;
            await reader.Wait();
        }
    }

    /// <param name="isLast">Also an empty page is an answer: it says that there is no more for now.</param>
    private static async Task<bool> Answer(HttpContext http, Subscription subscription, ChangeBatch batch, bool isLast)
    {
        if (subscription.Ended() is { } reason) throw AccessGate.Forbidden(reason);
        var told = batch.Changes.Where(subscription.MayBeToldOf).ToList();
        if (told.Count == 0 && !isLast) return false;
        var seal = http.RequestServices.GetRequiredService<Seal>();
        await Send(http, told, seal.Position(subscription.App, batch.Reached), ChangeJson.Writer(seal));
        return true;
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
