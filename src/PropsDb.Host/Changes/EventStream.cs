using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Host.Documents;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>
/// Server-sent events: a change each, its position as the event's id, so that a browser that lost the connection resumes by itself. Each
/// stream reads the feed at the pace of its socket.
/// </summary>
public static class EventStream
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(15);

    // How long a permission that ended by the clock can go unnoticed while nothing happens.
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(500);

    /// <param name="from">The position to go on from; null: from now.</param>
    public static async Task Send(DocumentRequest request, Subscription subscription, long? from)
    {
        var (feed, seal, time) = (request.Service<ChangeFeed>(), request.Service<Seal>(), request.Service<TimeProvider>());
        var (text, app, cancel) = (ChangeJson.Writer(seal), request.Key.App, Stopping(request));
        request.Http.Response.ContentType = "text/event-stream";
        request.Http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var position = from ?? await feed.Reach(cancel);
        var (isReady, marked) = (false, time.GetTimestamp());
        try
        {
            while (true)
            {
                var batch = await feed.After(position, subscription.Scope, BatchSize, cancel);
                if (subscription.Ended() is { } reason)
                {
                    await Write(request, null, ChangeJson.Mark("ended", reason: reason), cancel);
                    return;
                }
                foreach (var key in subscription.Left()) await Write(request, null, ChangeJson.Left(key), cancel);
                foreach (var change in batch.Changes)
                    if (subscription.MayBeToldOf(change)) await Write(request, seal.Position(app, change.Position), change.Text(text), cancel);
                position = batch.Reached;
                var isCaughtUp = batch.Changes.Count < BatchSize && position >= feed.Head;
                if (isCaughtUp && (!isReady || time.GetElapsedTime(marked) >= Progress))
                {
                    if (!isReady && from is null) await Write(request, null, ChangeJson.Mark("ready", seal.Position(app, position)), cancel);
                    else await Write(request, seal.Position(app, position), ChangeJson.Mark("progress", seal.Position(app, position)), cancel);
                    if (!isReady && from is not null) await Write(request, null, ChangeJson.Mark("ready", seal.Position(app, position)), cancel);
                    (isReady, marked) = (true, time.GetTimestamp());
                }
                await request.Http.Response.Body.FlushAsync(cancel);
                if (isCaughtUp) await Task.WhenAny(feed.MoreThan(position), Task.Delay(Check, cancel));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The client has gone, or the service is stopping: the connection ends, and the client resumes by its last position.
        }
    }

    private static CancellationToken Stopping(DocumentRequest request)
    {
        var both = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel, request.Service<IHostApplicationLifetime>().ApplicationStopping);
        request.Http.Response.RegisterForDispose(both);
        return both.Token;
    }

    private static async Task Write(DocumentRequest request, string? id, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var body = request.Http.Response.BodyWriter;
        if (id is not null) body.Write(Encoding.ASCII.GetBytes($"id: {id}\n"));
        body.Write("data: "u8);
        body.Write(data.Span);
        body.Write("\n\n"u8);
        await body.FlushAsync(cancel);
    }
}
