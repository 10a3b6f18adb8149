using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Host.Documents;
using PropsDb.Projections;

namespace PropsDb.Host.Changes;

/// <summary>
/// Server-sent events: a message each, with its position as the event's id, so that a browser that lost the connection resumes by itself.
/// </summary>
public static class EventStream
{
    /// <param name="from">The position to go on from; null: from now.</param>
    public static async Task Send(DocumentRequest request, Subscription subscription, long? from)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel, request.Service<IHostApplicationLifetime>().ApplicationStopping);
        request.Http.Response.ContentType = "text/event-stream";
        request.Http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        try
        {
            await foreach (var told in request.Service<Follower>().Follow(subscription, from, snapshot: false, ending.Token)) await Write(request, told, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, or the service is stopping: the connection ends, and the client resumes by its last position.
        }
    }

    private static async Task Write(DocumentRequest request, Told told, CancellationToken cancel)
    {
        var response = request.Http.Response;
        if (told.Resume is { } position) response.BodyWriter.Write(Encoding.ASCII.GetBytes($"id: {request.Service<Seal>().Position(request.Key.App, position)}\n"));
        response.BodyWriter.Write("data: "u8);
        response.BodyWriter.Write(told.Json.Span);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancel);
    }
}
