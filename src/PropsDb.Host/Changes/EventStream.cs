using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Projections;

namespace PropsDb.Host.Changes;

/// <summary>
/// Server-sent events: a message each, with its position as the event's id, so that a browser that lost the connection resumes by itself.
/// </summary>
public static class EventStream
{
    /// <param name="from">The position to go on from; null: from now.</param>
    public static async Task Send(HttpContext http, Subscription subscription, long? from)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        Begin(http);
        try
        {
            await foreach (var told in http.RequestServices.GetRequiredService<Follower>().Follow(subscription, from, snapshot: false, ending.Token)) await Write(http, subscription.App, told, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, or the service is stopping: the connection ends, and the client resumes by its last position.
        }
    }

    /// <summary>Nothing is told from the position asked for. A page in a browser sees messages, and no statuses.</summary>
    public static Task SendResync(HttpContext http, string app)
    {
        Begin(http);
        return Write(http, app, new Told(ChangeJson.Mark("resync")), http.RequestAborted);
    }

    private static void Begin(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static async Task Write(HttpContext http, string app, Told told, CancellationToken cancel)
    {
        var response = http.Response;
        if (told.Resume is { } position) response.BodyWriter.Write(Encoding.ASCII.GetBytes($"id: {http.RequestServices.GetRequiredService<Seal>().Position(app, position)}\n"));
        response.BodyWriter.Write("data: "u8);
        response.BodyWriter.Write(told.Json.Span);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancel);
    }
}
