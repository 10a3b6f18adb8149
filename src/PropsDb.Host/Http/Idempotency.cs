using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Apps;
using PropsDb.Host.Access;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Http;

/// <summary>A write that is to be done once: its key, and what makes the request that request.</summary>
public sealed record IdempotentRequest(string App, string Caller, string Key, byte[] Fingerprint)
{
    public Receipt Receipt(Reply reply) => new(App, Caller, Key, Fingerprint, reply.Status, reply.ETag, reply.Location, reply.Body.ToArray());
}

/// <summary>
/// <c>Idempotency-Key</c>: a request that was answered is answered the same again, before anything else is asked of it; one that is still
/// running is not run beside itself.
/// </summary>
public sealed class Idempotency(Settings settings)
{
    public const int MaxKeyLength = 255;

    private readonly ConcurrentDictionary<(string App, string Caller, string Key), IdempotentRequest> _running = new();

    public async Task Handle(HttpContext http, RequestDelegate next)
    {
        if (await Of(http) is not { } request)
        {
            await next(http);
            return;
        }
        var place = (request.App, request.Caller, request.Key);
        if (!_running.TryAdd(place, request))
        {
            throw new ProblemException(new Problem("idempotency_in_progress", "The first request with this key is still running.")
            {
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "1" },
            });
        }
        // Whoever has the first byte of the answer may ask again: what it says is kept by then. Others may run under the key from there on.
        http.Response.OnStarting(() =>
        {
            End();
            return Task.CompletedTask;
        });
        try
        {
            if (await http.RequestServices.GetRequiredService<Receipts>().Find(request.App, request.Caller, request.Key, http.RequestAborted) is { } receipt)
            {
                await Repeat(http, request, receipt);
                return;
            }
            http.Features.Set(request);
            await next(http);
        }
        finally
        {
            End();
        }

        void End() => _running.TryRemove(KeyValuePair.Create(place, request));
    }

    private static Task Repeat(HttpContext http, IdempotentRequest request, Receipt receipt)
    {
        if (!CryptographicOperations.FixedTimeEquals(request.Fingerprint, receipt.Fingerprint))
            throw new ProblemException(new Problem("idempotency_mismatch", "The key was used for another request."));
        return Send(http, receipt);
    }

    /// <summary>The first answer once more.</summary>
    public static Task Send(HttpContext http, Receipt receipt)
    {
        http.Response.Headers["Idempotency-Replayed"] = "true";
        if (receipt.Position > 0) http.Response.Headers["X-Position"] = http.RequestServices.GetRequiredService<Seal>().Position(receipt.App, receipt.Position);
        return new Reply(receipt.Status, receipt.ETag, receipt.Location, receipt.Body).Send(http);
    }

    /// <summary>Keeps the answer of a write that is more, or less, than one transaction, once all of it is done.</summary>
    public static async Task Keep(HttpContext http, Reply reply)
    {
        if (http.Features.Get<IdempotentRequest>() is not { } request) return;
        var services = http.RequestServices;
        await services.GetRequiredService<Receipts>().Keep(request.Receipt(reply), services.GetRequiredService<TimeProvider>().GetUtcNow(), http.RequestAborted);
    }

    // Null: the request has no key, or is one that a key does nothing for. A bad key is refused where bad headers are.
    private async Task<IdempotentRequest?> Of(HttpContext http)
    {
        var request = http.Request;
        if (!request.Headers.TryGetValue("Idempotency-Key", out var header) || request.Method is not ("POST" or "PUT" or "PATCH" or "DELETE")) return null;
        if (request.Query["dry_run"] == "true" || Fault(header) is not null) return null;
        if (http.Features.Get<Address>() is not { Api: { } api } address || (address.App ?? (api is ["_apps"] ? api[0] : null)) is not { } scope) return null;
        var caller = await Callers.Of(http);
        // Whoever is no longer let in is told so by the gate.
        if (!(address.App is null ? caller.IsServiceAdmin : caller.IsSignedIn && AccessPolicy.Admits(caller, scope, http.Apps().Find(scope)))) return null;
        if (request.ContentLength > settings.Limits.MaxRequestBytes) return null;
        var body = await Buffer(request);
        return new IdempotentRequest(scope, caller.UserId!, header.ToString(), Fingerprint(request, api, body));
    }

    public static string? Fault(Microsoft.Extensions.Primitives.StringValues header) =>
        header is [{ Length: > 0 and <= MaxKeyLength } key] && key.All(c => c is >= ' ' and <= '~') ? null : $"Idempotency-Key is, once, 1 to {MaxKeyLength} printable characters.";

    // The body is read here and put back, for whoever comes to it in the right order.
    private async Task<byte[]> Buffer(HttpRequest request)
    {
        using var copy = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while (copy.Length <= settings.Limits.MaxRequestBytes && (read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
            copy.Write(chunk, 0, read);
        var body = copy.ToArray();
        request.Body = new MemoryStream(body, writable: false);
        return body;
    }

    private static byte[] Fingerprint(HttpRequest request, IReadOnlyList<string> api, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (ReadOnlySpan<string>)[request.Method, .. api, "", request.QueryString.Value ?? "", request.Headers.IfMatch.ToString(),
            request.Headers.IfNoneMatch.ToString(), request.ContentType ?? ""])
            Append(hash, Encoding.UTF8.GetBytes(part));
        Append(hash, body);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, byte[] part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}

public static class IdempotencyPipeline
{
    public static IApplicationBuilder UseIdempotency(this IApplicationBuilder app)
    {
        var idempotency = app.ApplicationServices.GetRequiredService<Idempotency>();
        return app.Use(idempotency.Handle);
    }
}
