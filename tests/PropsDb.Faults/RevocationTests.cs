using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using PropsDb.Host.Tests.Changes;

namespace PropsDb.Faults;

/// <summary>What one node takes back, amid writes, the other stops telling: within a second, and nothing that was committed after it.</summary>
public sealed class RevocationTests(ITestOutputHelper output)
{
    private static readonly HttpClient s_http = new();

    private static async Task<string> Send(Node node, HttpMethod method, string path, string? body, string token, params int[] expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Address, path.StartsWith('/') ? path : "/api/v1/default/" + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (method == HttpMethod.Put && path.Contains("/c/p")) request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await s_http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        expected.ShouldContain((int)answer.StatusCode, $"{method} {path} {text}");
        return text;
    }

    // A node needs a moment to know of what was just given on another one.
    private static async Task MayFollow(Node node, string request, string? token, (string, string)[] named)
    {
        for (var i = 0; i < 600; i++)
        {
            try
            {
                await using var hub = await RawHub.Open(node.Address, token, false, named);
                if ((await hub.Next(await hub.Changes(request)))?.Type is "ready") return;
            }
            catch (RefusedException)
            {
                // A key that it does not know yet.
            }
            await Task.Delay(100);
        }
        throw new TimeoutException($"{node.Name} does not come to know of what was given.");
    }

    [Theory]
    [InlineData("share")]
    [InlineData("role")]
    [InlineData("user")]
    [InlineData("key")]
    [InlineData("app")]
    public async Task Nothing_committed_after_a_revocation_is_told_on_the_other_node(string what)
    {
        await using var cluster = await Cluster.Start(2);
        var (here, there) = (cluster.Nodes[0], cluster.Nodes[1]);
        var (admin, service, alice) = (Cluster.Token("root", "admin"), PropsDb.Host.Access.Tokens.Issue(Encoding.UTF8.GetBytes(Cluster.Secret), "ops", ["admin"], ["*"], TimeProvider.System.GetUtcNow().AddHours(1)), Cluster.Token("alice"));
        await Send(here, HttpMethod.Put, "_tiers/team", """{"type":"shared","permissions":[{"role":"member","can_read":true,"can_write":true}]}""", admin, 201);
        await Send(here, HttpMethod.Post, "user/plan", """{"collections":{"c":{"p":0}}}""", alice, 201);
        await Send(here, HttpMethod.Post, "team/board", """{"collections":{"c":{"p":0}}}""", admin, 201);
        var slowest = TimeSpan.Zero;
        var rounds = what is "app" ? 1 : Scale.Cycles + 1;
        for (var round = 0; round < rounds; round++)
        {
            var bob = $"bob{round}";
            var (token, key) = ((string?)Cluster.Token(bob), "");
            await Send(here, HttpMethod.Post, "user/plan/_share", $$"""{"user_id":"{{bob}}","can_read":true}""", alice, 201);
            await Send(here, HttpMethod.Put, $"_users/{bob}/_roles/member", "{}", admin, 201);
            var keyId = "";
            if (what is "key")
            {
                var issued = System.Text.Json.JsonDocument.Parse(await Send(here, HttpMethod.Post, "/api/v1/_apps/default/_keys", "{}", service, 201)).RootElement;
                (token, key, keyId) = (null, issued.GetProperty("key").GetString()!, issued.GetProperty("id").GetString()!);
            }
            var request = what is "share" ? """{"app":"default","tier":"user","owner":"alice","document":"plan"}""" : """{"app":"default","tier":"team","document":"board"}""";
            (string, string)[] named = token is null ? [("X-App-Key", key)] : [];
            await MayFollow(there, request, token, named);
            await using var hub = await RawHub.Open(there.Address, token, false, named);
            var call = await hub.Changes(request);
            (await hub.Next(call)).ShouldNotBeNull().Type.ShouldBe("ready", what);

            var told = new ConcurrentQueue<(string Value, TimeSpan At)>();
            var (clock, reason, endedAt) = (Stopwatch.StartNew(), "", TimeSpan.Zero);
            var listening = Task.Run(async () =>
            {
                while (await hub.Next(call) is { IsEnd: false } heard)
                {
                    if (heard.Type is "ended") (reason, endedAt) = (heard.Item!.Value.GetProperty("reason").GetString()!, clock.Elapsed);
                    else if (heard.Item!.Value.TryGetProperty("changes", out var changes)) told.Enqueue((changes[0].GetProperty("value").GetRawText(), clock.Elapsed));
                }
            });
            var sent = new ConcurrentDictionary<string, TimeSpan>();
            using var enough = new CancellationTokenSource();
            var (path, writer) = what is "share" ? ("user/plan/c/p", alice) : ("team/board/c/p", admin);
            var writing = Task.WhenAll(Enumerable.Range(0, 2).Select(w => Task.Run(async () =>
            {
                for (var i = 0; !enough.IsCancellationRequested; i++)
                {
                    var value = $"{round}{w}{i:00000}1";
                    sent[value.TrimStart('0')] = clock.Elapsed;
                    await Send(w == 0 ? here : there, HttpMethod.Put, path, $$"""{"value":{{value.TrimStart('0')}}}""", writer, 200, 403, 404);
                }
            })));
            // Amid writes, of which the follower has been told.
            await Task.Delay(500);
            for (var waited = 0; told.IsEmpty && waited < 600; waited++) await Task.Delay(100);
            await (what switch
            {
                "share" => Send(here, HttpMethod.Delete, $"user/plan/_share/{bob}", null, alice, 204),
                "role" => Send(here, HttpMethod.Delete, $"_users/{bob}/_roles/member", null, admin, 204),
                "user" => Send(here, HttpMethod.Put, $"_users/{bob}", """{"is_active":false}""", admin, 200, 201),
                "key" => Send(here, HttpMethod.Delete, $"/api/v1/_apps/default/_keys/{keyId}", null, service, 204),
                _ => Send(here, HttpMethod.Delete, "/api/v1/_apps/default", null, service, 204),
            });
            var revoked = clock.Elapsed;
            await listening.WaitAsync(TimeSpan.FromSeconds(20));
            await enough.CancelAsync();
            await writing;

            told.Count.ShouldBeGreaterThan(0, "something was told before");
            foreach (var (value, _) in told) sent[value].ShouldBeLessThan(revoked, $"{what}: {value} was sent after the revocation was answered");
            reason.ShouldNotBeEmpty();
            var last = told.Max(t => t.At);
            if (last - revoked > slowest) slowest = last - revoked;
            if (endedAt - revoked > slowest) slowest = endedAt - revoked;
        }
        output.WriteLine($"{what}: over on the other node {slowest.TotalMilliseconds:0} ms after the answer at the latest, of {rounds}");
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(Scale.MinRate >= 100 ? 1 : 3));
    }
}
