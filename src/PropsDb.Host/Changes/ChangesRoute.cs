using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>The changes of a tier or document: a page of them, a wait for the next ones, or a stream of server-sent events.</summary>
public static class ChangesRoute
{
    private const int MaxWait = 60;

    public static IReadOnlyList<Documents.Route> All { get; } =
    [
        .. new[] { Level.Tier, Level.Document }.Select(level => new Documents.Route(level, "_changes", "GET", "Tells what was committed after a position, in order.", Handle)),
    ];

    private static async Task Handle(DocumentRequest request)
    {
        var since = request.Query.Text("since");
        var limit = (int)(request.Query.Number("limit", 1, 500) ?? 100);
        var wait = TimeSpan.FromSeconds(request.Query.Number("wait", 0, MaxWait) ?? 0);
        if (Accepts.Best(request.Http.Request, Documents.Route.Json, "text/event-stream") is "text/event-stream")
        {
            var last = request.Http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } id] ? id : since;
            await EventStream.Send(request, Subscription.Of(request), last is null ? null : await Position(request, last));
            return;
        }
        await Page(request, Subscription.Of(request), await Position(request, since ?? ""), limit, wait);
    }

    /// <summary>The position that a text stands for; an empty one for the beginning.</summary>
    /// <exception cref="ProblemException">It was not given out for this app, or by a database that this one is an older copy of.</exception>
    private static async Task<long> Position(DocumentRequest request, string text)
    {
        if (text.Length == 0) return 0;
        if (!request.Service<Seal>().TryPosition(request.Key.App, text, out var position))
            throw new ProblemException(new Problem("invalid_position", "The position was not given out for this app."));
        if (position > await request.Service<ChangeReader>().Head(request.Cancel))
            throw new ProblemException(new Problem("position_gone", "The position lies beyond the last commit. Read the documents anew."));
        return position;
    }

    private static async Task Page(DocumentRequest request, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            await LongPoll(request, subscription, position, limit, wait);
            return;
        }
        while (true)
        {
            // Out of the store: what was acknowledged before the question is in the answer.
            var batch = await request.Service<ChangeReader>().After(position, subscription.Scope, limit, request.Cancel);
            if (await Answer(request, subscription, batch, isLast: !batch.HasMore)) return;
            position = batch.Reached;
        }
    }

    private static async Task LongPoll(DocumentRequest request, Subscription subscription, long position, int limit, TimeSpan wait)
    {
        var time = request.Service<TimeProvider>();
        var deadline = time.GetUtcNow() + wait;
        var (reader, _) = await request.Service<ChangeFeed>().Join(subscription.Scope, position, () => subscription.Ended() is not null, request.Cancel);
        using var place = reader;
        await using var alarm = time.CreateTimer(_ => reader.Poke(), null, wait, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var batch = await reader.Next(limit);
            if (await Answer(request, subscription, batch, isLast: !batch.HasMore && time.GetUtcNow() >= deadline)) return;
            await reader.Wait();
        }
    }

    /// <param name="isLast">Also an empty page is an answer: it says that there is no more for now.</param>
    private static async Task<bool> Answer(DocumentRequest request, Subscription subscription, ChangeBatch batch, bool isLast)
    {
        if (subscription.Ended() is { } reason) throw AccessGate.Forbidden(reason);
        var told = batch.Changes.Where(subscription.MayBeToldOf).ToList();
        if (told.Count == 0 && !isLast) return false;
        var seal = request.Service<Seal>();
        await Send(request, told, seal.Position(request.Key.App, batch.Reached), ChangeJson.Writer(seal));
        return true;
    }

    private static Task Send(DocumentRequest request, List<CommittedChange> changes, string position, Func<CommittedChange, byte[]> text) =>
        Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("changes");
            foreach (var change in changes) writer.WriteRawValue(change.Text(text).Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteString("position", position);
            writer.WriteEndObject();
        }), Documents.Route.Json);
}
