using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>One delivery as it came.</summary>
public sealed record Received(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    public string Document => Json.GetProperty("document").GetString()!;
    public long Version => Json.GetProperty("version").GetInt64();
    public string Id => Headers["X-PropsDb-Delivery"];
    public string What => $"{Document} {Version}";

    /// <summary>As docs/webhooks.md tells a receiver to do it.</summary>
    public bool IsSignedWith(string secret)
    {
        var parts = Headers["X-PropsDb-Signature"].Split(',').Select(p => p.Split('=', 2)).ToList();
        var timestamp = parts.Single(p => p[0] == "t")[1];
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{Body}")));
        return parts.Any(p => p[0] == "v1" && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(p[1]), Encoding.ASCII.GetBytes(expected)));
    }
}

/// <summary>Who deliveries are posted to: a web server of its own, on a port that stays the same.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private WebApplication? _app;

    public int Port { get; private set; }
    public string Url => $"http://127.0.0.1:{Port}/hook?a=1";

    /// <summary>What it answers, once it has the delivery.</summary>
    public Func<Received, HttpContext, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(204);

    public IReadOnlyList<Received> All => [.. _received];
    public IEnumerable<string> What => All.Select(r => r.What);

    public static async Task<Receiver> Start()
    {
        var receiver = new Receiver();
        await receiver.Open();
        return receiver;
    }

    public async Task Open()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Port}");
        var app = builder.Build();
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var received = new Received(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
            _received.Enqueue(received);
            var status = await Answer(received, http);
            if (!http.Response.HasStarted) http.Response.StatusCode = status;
        });
        await app.StartAsync();
        Port = new Uri(app.Urls.First()).Port;
        _app = app;
    }

    public async Task Close()
    {
        if (_app is not { } app) return;
        _app = null;
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    public Task Until(int count) => Until(() => All.Count >= count, $"{count} deliveries");

    public Task Until(Func<bool> isSo, string what) => Eventually.So(() => Task.FromResult(isSo()), () => $"{what}; received: {string.Join(", ", What)}");

    public ValueTask DisposeAsync() => new(Close());
}

internal static class Eventually
{
    public static async Task So(Func<Task<bool>> isSo, Func<string> otherwise, Action? between = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Waiting.Patience, otherwise());
            between?.Invoke();
            await Task.Delay(20);
        }
    }
}
