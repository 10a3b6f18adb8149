using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using PropsDb.Host.Tests.Changes;

namespace PropsDb.Faults;

/// <summary>Somebody who follows the changes, is cut off now and then, and goes on at any node from the last position.</summary>
/// <param name="tier">Null: the whole app.</param>
/// <param name="isStream">By server-sent events rather than over the hub.</param>
public sealed class Follower(Cluster cluster, string name, string user, string? tier, string? document, string? collection, string? property, bool isStream, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Delivery> _deliveries = [];
    private readonly Dictionary<int, bool> _behindMark = [];
    private readonly HashSet<string> _ended = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _last;
    private bool _isBehindMark;
    private int _session;

    public Task Ready => _ready.Task;

    /// <summary>Its connections are cut at random, until this is false.</summary>
    public bool IsCut { get; set; } = true;

    public int Sessions => _session;
    public int Told => _deliveries.Count(d => d.Commit is not null);
    public IReadOnlyList<string> Reasons => _reasons;
    private readonly List<string> _reasons = [];

    private bool MayRead(string d) => user == Writer.User || d != Writer.Own;

    private bool Follows(string d, string path) => (tier is null || d.StartsWith(tier + "/", StringComparison.Ordinal)) && (document is null || d == $"{tier}/{document}")
        && (collection is null || path.StartsWith($"/{collection}/", StringComparison.Ordinal)) && (property is null || path == $"/{collection}/{property}");

    public Subscriber Subscriber() => new(name, Follows, MayRead, _deliveries, _behindMark, tier is null && user == Writer.User);

    /// <summary>Until it has been told of the last commit of everything that it follows.</summary>
    public async Task Run(CancellationToken stop)
    {
        var last = Writer.All.Where(d => MayRead(d) && Follows(d, "/" + string.Join('/', collection ?? "a", property ?? "p"))).ToList();
        while (!stop.IsCancellationRequested && !last.TrueForAll(_ended.Contains))
        {
            var told = _deliveries.Count;
            try
            {
                var node = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
                _behindMark[_session] = _isBehindMark;
                if (isStream) await FollowStream(node, last, stop);
                else await FollowHub(node, last, stop);
            }
            catch (Exception e) when (e is RefusedException or WebSocketException or HttpRequestException or IOException or OperationCanceledException or ShouldAssertException)
            {
                _reasons.Add($"{_session}: {e.GetType().Name} {e.Message}");
                await Task.Delay(_random.Next(50, 300), CancellationToken.None);
            }
            // Where nothing was told yet the next connection is the same session: it resumes at the same place.
            if (_deliveries.Count > told) _session++;
        }
    }

    private async Task FollowHub(Node node, List<string> last, CancellationToken stop)
    {
        await using var hub = await RawHub.Open(node.Address, Cluster.Token(user));
        var request = new Dictionary<string, object?> { ["app"] = "default", ["tier"] = tier, ["document"] = document, ["collection"] = collection, ["property"] = property, ["from"] = _last };
        if (document is not null && tier == "user") request["owner"] = Writer.User;
        var call = await hub.Changes(JsonSerializer.Serialize(request));
        await using var ending = stop.Register(hub.Abort);
        for (var left = _random.Next(2, 120); await hub.Next(call) is { } heard; left--)
        {
            if (heard.IsEnd)
            {
                _reasons.Add($"{_session}: {heard.Error}");
                await Task.Delay(100, CancellationToken.None);
                return;
            }
            Take(heard.Item!.Value);
            if (last.TrueForAll(_ended.Contains)) return;
            if (!IsCut || !_ready.Task.IsCompleted || left > 0) continue;
            hub.Abort();
            return;
        }
    }

    private static readonly HttpClient s_http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task FollowStream(Node node, List<string> last, CancellationToken stop)
    {
        var owner = document is not null && tier == "user" ? $"?owner={Writer.User}" : "";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Address, $"/api/v1/default/{tier}{(document is null ? "" : "/" + document)}/_changes{owner}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token(user));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_last is not null) request.Headers.Add("Last-Event-ID", _last);
        using var response = await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{(int)response.StatusCode}");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        for (var left = _random.Next(2, 120); await reader.ReadLineAsync(stop) is { } line;)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            Take(JsonDocument.Parse(line[6..]).RootElement);
            if (last.TrueForAll(_ended.Contains) || (IsCut && _ready.Task.IsCompleted && --left <= 0)) return;
        }
    }

    private void Take(JsonElement told)
    {
        var type = told.GetProperty("type").GetString();
        if (type is not ("created" or "changed" or "deleted" or "restored" or "ready" or "progress")) throw new IOException($"{name} was told {told}");
        _last = told.GetProperty("position").GetString()!;
        _isBehindMark = type is "ready" or "progress";
        if (type is "ready") _ready.TrySetResult();
        if (_isBehindMark) _deliveries.Add(new Delivery(_session, _last, null));
        else
        {
            var of = $"{told.GetProperty("tier").GetString()}/{told.GetProperty("document").GetString()}";
            var commit = Faults.Told.Commit(of, told);
            _deliveries.Add(new Delivery(_session, _last, commit));
            if (commit.Ids.Any(id => id.StartsWith("end-", StringComparison.Ordinal))) _ended.Add(of);
        }
    }
}
