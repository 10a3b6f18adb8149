using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PropsDb.Host.Webhooks;

/// <summary>One delivery as it goes out.</summary>
/// <param name="Id">The same whenever it is the same change of the same webhook.</param>
public sealed record Post(string Url, string Webhook, Guid Id, string Position, int Attempt, string Signature, ReadOnlyMemory<byte> Body);

/// <summary>Posts deliveries: follows nothing, waits for a bounded time, and reads no more of an answer than it needs.</summary>
public sealed class Sender : IDisposable
{
    private const int MaxHeaderKilobytes = 16;
    private const int MaxDrainedBytes = 64 * 1024;

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;

    public Sender(Destinations destinations, WebhookSettings settings)
    {
        _timeout = settings.Timeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = destinations.Connect,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            MaxResponseDrainSize = MaxDrainedBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Null: it was delivered; else why not, in a word.</summary>
    public async Task<string?> Send(Post post, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_timeout);
        try
        {
            using var request = Request(post);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return response.IsSuccessStatusCode ? null : $"status_{(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "timeout";
        }
        catch (HttpRequestException e)
        {
            return Reason(e);
        }
    }

    private static HttpRequestMessage Request(Post post)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, post.Url) { Content = new ReadOnlyMemoryContent(post.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("PropsDb");
        request.Headers.Add(Signature.Header, post.Signature);
        request.Headers.Add("X-PropsDb-Webhook", post.Webhook);
        request.Headers.Add("X-PropsDb-Delivery", post.Id.ToString());
        request.Headers.Add("X-PropsDb-Position", post.Position);
        request.Headers.Add("X-PropsDb-Attempt", post.Attempt.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Idempotency-Key", post.Id.ToString());
        return request;
    }

    private static string Reason(HttpRequestException e) => e.InnerException switch
    {
        ForbiddenDestinationException => "address_not_allowed",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "name_not_resolved",
        AuthenticationException => "tls_failed",
        _ => "connection_failed",
    };

    public void Dispose() => _http.Dispose();
}
