using System.Net.Http.Headers;
using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>Changes as server-sent events.</summary>
public sealed class EventStreamTests(PropsDbServer server)
{
    private sealed class Stream(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        public string? LastId { get; private set; }

        /// <summary>The next event's data; its id, if it has one, becomes the last.</summary>
        public async Task<JsonElement> Next()
        {
            JsonElement? data = null;
            using var patience = new CancellationTokenSource(Waiting.Patience);
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("id: ")) LastId = line[4..];
                else if (line.StartsWith("data: ")) data = JsonDocument.Parse(line[6..]).RootElement;
                else if (line.Length == 0 && data is { } whole) return whole;
                else line.ShouldBeEmpty();
            }
            throw new EndOfStreamException();
        }

        public async Task<JsonElement> Next(string type)
        {
            while (true)
                if (await Next() is var told && told.GetProperty("type").GetString() == type) return told;
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }

    private static async Task<Stream> Open(PropsDbServer at, string path, string token, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at.Address, "/api/v1/default/" + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
        var response = await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream", $"{response.StatusCode}");
        return new Stream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private static readonly HttpClient s_http = new();

    [Fact]
    public async Task A_stream_begins_now_and_goes_on_where_it_was_left()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{}}""");
        string? left;
        using (var stream = await Open(server, "user/_changes", server.Token(alice.User)))
        {
            await stream.Next("ready");
            await alice.Put("user/d/c/p", """{"version":1,"value":1}""");
            (await stream.Next()).GetProperty("version").GetInt64().ShouldBe(2);
            left = stream.LastId;
        }
        for (var v = 2; v < 5; v++) await alice.Put("user/d/c/p", $$"""{"version":{{v}},"value":{{v}}}""");
        using (var stream = await Open(server, "user/_changes", server.Token(alice.User), left))
        {
            for (var v = 3; v <= 5; v++) (await stream.Next()).GetProperty("version").GetInt64().ShouldBe(v);
            (await stream.Next()).GetProperty("type").GetString().ShouldBe("progress");
            (await alice.Get($"user/_changes?since={stream.LastId}")).Json.GetProperty("changes").GetArrayLength().ShouldBe(0);
            (await stream.Next()).GetProperty("type").GetString().ShouldBe("ready");
        }
    }

    [Fact]
    public async Task What_a_follower_loses_leaves_and_says_nothing_more()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        await alice.Post("user/plan", """{"collections":{"c":{}}}""");
        await alice.Post("user/plan/_share", $$"""{"user_id":"{{bob.User}}","can_read":true}""");
        using var tier = await Open(server, "user/_changes", server.Token(bob.User));
        using var document = await Open(server, $"user/plan/_changes?owner={alice.User}", server.Token(bob.User));
        await tier.Next("ready");
        await document.Next("ready");
        await alice.Put("user/plan/c/p", """{"version":1,"value":1}""");
        (await tier.Next("changed")).GetProperty("version").GetInt64().ShouldBe(2);
        await alice.Delete($"user/plan/_share/{bob.User}");
        await alice.Put("user/plan/c/p", """{"version":2,"value":"unseen"}""");

        (await tier.Next()).ShouldBeJson($$"""{"type":"left","tier":"user","owner":"{{alice.User}}","document":"plan"}""");
        await document.Next("changed");
        (await document.Next()).GetProperty("type").GetString().ShouldBe("ended");
        await Should.ThrowAsync<EndOfStreamException>(() => document.Next());
    }

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        await using var own = new PropsDbServer();
        await own.InitializeAsync();
        using var stream = await Open(own, "user/_changes", own.Token("alice"));
        await stream.Next("ready");
        own.Time.Advance(TimeSpan.FromMinutes(61));
        (await stream.Next("ended")).GetProperty("reason").GetString().ShouldBe("token_expired");
        await Should.ThrowAsync<EndOfStreamException>(() => stream.Next());
    }

    [Fact]
    public async Task Followers_that_come_and_go_on_two_nodes_miss_nothing_and_hear_nothing_twice()
    {
        await using var one = new PropsDbServer { Settings = ["--PROPSDB:CLUSTER=true"] };
        await one.InitializeAsync();
        await using var two = new PropsDbServer { Database = one.ConnectionString, Settings = ["--PROPSDB:CLUSTER=true"] };
        await two.InitializeAsync();
        const int Writers = 4, Writes = 60;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async w =>
        {
            var writer = (w % 2 == 0 ? one : two).As("alice");
            for (var i = 0; i < Writes; i++) (await writer.Put($"user/d{w}/c/p", $$"""{"version":{{i}},"value":{{i}}}""")).Status.ShouldBe(i == 0 ? 201 : 200);
        }));
        var following = Task.WhenAll(new[] { one, two, one, two }.Select(async (node, f) =>
        {
            var seen = new List<(string Document, long Version)>();
            string? last = null;
            for (var round = 0; seen.Count < Writers * Writes; round++)
            {
                // From the very beginning, and then from the last event of a stream that was cut.
                using var stream = await Open(round % 2 == 0 ? node : one, "user/_changes?since=", node.Token("alice"), last);
                for (var i = 0; i < 17 + (7 * f) && seen.Count < Writers * Writes; i++)
                {
                    var told = await stream.Next();
                    last = stream.LastId ?? last;
                    if (told.GetProperty("type").GetString() is "created" or "changed") seen.Add((told.GetProperty("document").GetString()!, told.GetProperty("version").GetInt64()));
                }
            }
            return seen;
        }));
        await writing;
        foreach (var seen in await following)
            foreach (var document in seen.GroupBy(s => s.Document))
                document.Select(s => s.Version).ShouldBe(Enumerable.Range(1, Writes).Select(v => (long)v));
    }
}
