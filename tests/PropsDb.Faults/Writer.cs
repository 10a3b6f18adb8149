using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace PropsDb.Faults;

/// <summary>One client that reads and writes a handful of documents over any of the nodes, and repeats whatever has no answer with the same key.</summary>
public sealed class Writer(Cluster cluster, Log log, int client, int seed) : IDisposable
{
    public static readonly string[] Shared = ["shared/h0", "shared/h1", "shared/h2"];
    public const string Own = "user/own";
    public const string User = "writer";
    public static readonly string[] All = [.. Shared, Own];
    public static readonly string[] Paths = ["a/p", "a/q", "b/p", "b/q"];

    private static readonly TimeSpan s_giveUp = TimeSpan.FromSeconds(90);

    private readonly Random _random = new(seed);
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(12) };
    private readonly string _token = Cluster.Token(User);
    private readonly Dictionary<string, long> _known = [];
    private int _number;

    /// <summary>The addresses that it uses; the nodes' own unless something stands between.</summary>
    public IReadOnlyList<Uri> Addresses { get; init; } = [.. cluster.Nodes.Select(n => n.Address)];

    public async Task Work(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var document = All[_random.Next(All.Length)];
            switch (_random.Next(10))
            {
                case < 3:
                    await Read(document);
                    break;
                case < 8:
                    await Write(document, _known.GetValueOrDefault(document) is > 0 and var version ? version : null);
                    break;
                default:
                    var other = All.Where(d => d != document).ElementAt(_random.Next(All.Length - 1));
                    // On versions of long ago all would be refused, and nothing said of what is done by halves.
                    await Read(document);
                    await Read(other);
                    await Batch(document, other);
                    break;
            }
        }
    }

    public Task Create(string document)
    {
        var id = $"init-{document.Replace('/', '-')}";
        return Send(id, [document], () => Request(HttpMethod.Post, document, "", $$"""{"collections":{"a":{"p":"{{id}}","q":"{{id}}"},"b":{"p":"{{id}}","q":"{{id}}"} } }""", id), ifMatch: 0);
    }

    /// <summary>A last commit that touches everything in a document.</summary>
    public Task End(string document)
    {
        var id = $"end-{document.Replace('/', '-')}";
        var operations = string.Join(',', Paths.Select(p => $$"""{"op":"set","path":"/{{p}}","value":"{{id}}"}"""));
        return Send(id, [document], () => Request(HttpMethod.Post, document, "/_batch", $$"""{"operations":[{{operations}}]}""", id, "*"), null);
    }

    /// <param name="version">The version that it names; null: whichever is there.</param>
    public Task<Op> Write(string document, long? version)
    {
        var (id, path) = ($"w{client}-{++_number}", Paths[_random.Next(Paths.Length)]);
        return Send(id, [document], () => Request(HttpMethod.Put, document, "/" + path, $$"""{"value":"{{id}}"}""", id, version is { } v ? $"\"{v}\"" : "*"), version);
    }

    private Task<Op> Batch(string one, string other)
    {
        var (id, path) = ($"b{client}-{++_number}", Paths[_random.Next(Paths.Length)]);
        string Part(string document)
        {
            var owner = document == Own ? $"\"owner\":\"{User}\"," : "";
            return $$"""{"tier":"{{document.Split('/')[0]}}",{{owner}}"document":"{{document.Split('/')[1]}}","document_version":{{_known.GetValueOrDefault(document, 1)}},"operations":[{"op":"set","path":"/{{path}}","value":"{{id}}"}]}""";
        }
        var body = $$"""{"documents":[{{Part(one)}},{{Part(other)}}]}""";
        return Send(id, [one, other], () => Request(HttpMethod.Post, "_batch", "", body, id), null, id);
    }

    private static HttpRequestMessage Request(HttpMethod method, string document, string part, string? body, string? key = null, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(method, $"api/v1/default/{document}{part}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return request;
    }

    public async Task Read(string document)
    {
        var sent = log.Now;
        if (await Attempt(Request(HttpMethod.Get, document, "?shape=object", null)) is not { Status: 200 } answer) return;
        var read = JsonDocument.Parse(answer.Body).RootElement.GetProperty("document");
        var values = read.GetProperty("collections").EnumerateObject().SelectMany(c => c.Value.EnumerateObject().Select(p => KeyValuePair.Create($"/{c.Name}/{p.Name}", p.Value.GetString())));
        var version = _known[document] = read.GetProperty("version").GetInt64();
        log.Add(new Op(client, "", document, true, sent, log.Now, Outcome.Ok, null, version, Checker.Content(values)));
    }

    private sealed record Answer(int Status, string? ETag, string Body);

    // Until there is a definite answer, from whichever node.
    private async Task<Op> Send(string id, IReadOnlyList<string> documents, Func<HttpRequestMessage> request, long? ifMatch, string? batch = null)
    {
        var (sent, wasDisturbed) = (log.Now, false);
        while (true)
        {
            var answer = await Attempt(request());
            var isLate = log.Now - sent > s_giveUp.TotalNanoseconds;
            switch (answer)
            {
                case { Status: 200 or 201 or 204 }:
                    return Keep(answer, Outcome.Ok);
                case { Status: 409 } when answer.Body.Contains("idempotency_in_progress"):
                case null or { Status: 503 or 429 } when !isLate:
                    wasDisturbed |= answer?.Status is null or 503;
                    await Task.Delay(_random.Next(50, 200));
                    break;
                case { Status: 409 or 412 } when answer.Body.Contains("\"version_conflict\""):
                    return Keep(answer, Outcome.Refused);
                case null or { Status: 503 or 429 }:
                    return Keep(null, Outcome.Unknown);
                default:
                    log.Surprise($"{id}: {answer.Status} {answer.Body}");
                    return Keep(null, answer.Status >= 500 ? Outcome.Unknown : Outcome.Refused);
            }
        }

        Op Keep(Answer? answer, Outcome outcome)
        {
            Op? last = null;
            foreach (var (document, at) in documents.Select((d, i) => (d, i)))
            {
                long? version = outcome != Outcome.Ok ? null : batch is null ? long.Parse(answer!.ETag!.Trim('"')) : JsonDocument.Parse(answer!.Body).RootElement.GetProperty("documents")[at].GetProperty("document_version").GetInt64();
                if (version is { } v) _known[document] = v;
                else _known.Remove(document);
                log.Add(last = new Op(client, id, document, false, sent, log.Now, outcome, ifMatch, version, null, batch, wasDisturbed));
            }
            return last!;
        }
    }

    private async Task<Answer?> Attempt(HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                request.RequestUri = new Uri(Addresses[_random.Next(Addresses.Count)], request.RequestUri!.OriginalString);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                using var response = await _http.SendAsync(request);
                return new Answer((int)response.StatusCode, response.Headers.ETag?.ToString(), await response.Content.ReadAsStringAsync());
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                return null;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A document's whole history, read by REST.</summary>
    public async Task<IReadOnlyList<Commit>> History(string document)
    {
        var commits = new List<Commit>();
        for (var before = ""; ;)
        {
            var answer = await Attempt(Request(HttpMethod.Get, document, $"/_history?limit=500&changes=true{before}", null));
            if (answer is not { Status: 200 })
            {
                await Task.Delay(200);
                continue;
            }
            var page = JsonDocument.Parse(answer.Body).RootElement;
            commits.AddRange(page.GetProperty("history").EnumerateArray().Select(c => Told.Commit(document, c)));
            if (page.GetProperty("next") is not { ValueKind: JsonValueKind.Number } next) break;
            before = $"&before={next.GetInt64()}";
        }
        commits.Reverse();
        return commits;
    }
}
