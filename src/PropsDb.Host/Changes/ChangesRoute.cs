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
        var (feed, seal, time) = (request.Service<ChangeFeed>(), request.Service<Seal>(), request.Service<TimeProvider>());
        using var joined = wait > TimeSpan.Zero ? feed.Join() : null;
        var deadline = time.GetUtcNow() + wait;
        while (true)
        {
            // Out of the store: what was acknowledged before the question is in the answer.
            var batch = await request.Service<ChangeReader>().After(position, subscription.Scope, limit, request.Cancel);
            if (subscription.Ended() is { } reason) throw AccessGate.Forbidden(reason);
            var told = batch.Changes.Where(subscription.MayBeToldOf).ToList();
            position = batch.Reached;
            // An empty page says that there is no more for now.
            if (told.Count == 0 && batch.Changes.Count == limit) continue;
            var left = deadline - time.GetUtcNow();
            if (told.Count > 0 || left <= TimeSpan.Zero)
            {
                await Send(request, told, seal.Position(request.Key.App, position), ChangeJson.Writer(seal));
                return;
            }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel);
            await Task.WhenAny(feed.MoreThan(position), Task.Delay(left, time, patience.Token));
            await patience.CancelAsync();
            request.Cancel.ThrowIfCancellationRequested();
        }
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
