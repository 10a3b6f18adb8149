using System.Net.Http.Headers;

namespace PropsDb.Host.Tests;

/// <summary>The changes of a whole app, of every tier that the caller may read.</summary>
public sealed class AppChangesTests
{
    private static string[] Told(Answer answer) =>
        [.. answer.Json.GetProperty("changes").EnumerateArray().Select(c => $"{c.GetProperty("tier").GetString()} {c.GetProperty("document").GetString()} {c.GetProperty("version")}")];

    private static async Task<PropsDbServer> Filled()
    {
        var server = new PropsDbServer();
        await server.InitializeAsync();
        var (alice, bob, admin) = (server.As("alice"), server.As("bob"), server.As("root", "admin"));
        (await admin.Put("_tiers/secret", """{"type":"shared","permissions":[{"role":"vip","can_read":true,"can_write":true}]}""")).Status.ShouldBe(201);
        (await alice.Post("user/hers", """{"collections":{}}""")).Status.ShouldBe(201);
        (await bob.Post("user/his", """{"collections":{}}""")).Status.ShouldBe(201);
        (await bob.Post("shared/all", """{"collections":{}}""")).Status.ShouldBe(201);
        (await admin.Post("app/site", """{"collections":{}}""")).Status.ShouldBe(201);
        (await admin.Post("secret/plan", """{"collections":{}}""")).Status.ShouldBe(201);
        return server;
    }

    [Fact]
    public async Task A_page_holds_what_the_caller_may_read_of_every_tier_in_one_order()
    {
        await using var server = await Filled();
        var (alice, admin) = (server.As("alice"), server.As("root", "admin"));
        Told(await alice.Get("_changes")).ShouldBe(["user hers 1", "shared all 1", "app site 1"]);
        Told(await admin.Get("_changes")).ShouldBe(["user hers 1", "user his 1", "shared all 1", "app site 1", "secret plan 1"]);
        Told(await admin.Get("_changes?owner=bob")).ShouldBe(["user his 1"]);
        Told(await server.As("vip", "vip").Get("_changes")).ShouldContain("secret plan 1");
        var first = await alice.Get("_changes?limit=2");
        first.Json.GetProperty("changes").GetArrayLength().ShouldBeLessThanOrEqualTo(2);
        var position = (await alice.Get("_changes")).Json.GetProperty("position").GetString();
        var waiting = alice.Get($"_changes?since={position}&wait=30");
        (await server.As("bob").Put("user/his/c/p", """{"version":1,"value":1}""")).Status.ShouldBe(200);
        (await server.As("bob").Put("shared/all/c/p", """{"version":1,"value":1}""")).Status.ShouldBe(200);
        Told(await waiting).ShouldBe(["shared all 2"]);
    }

    [Fact]
    public async Task Positions_and_callers_are_held_to_the_same_rules()
    {
        await using var server = await Filled();
        var alice = server.As("alice");
        (await server.Anonymous.Get("_changes")).ShouldBeProblem(401, "unauthenticated");
        (await server.With(server.AppToken("other", "alice")).Get("_changes")).ShouldBeProblem(403, "forbidden");
        (await alice.Get("_changes?since=9")).ShouldBeProblem(400, "invalid_position");
        (await alice.Get("_changes?limit=501")).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("_changes?wait=61")).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("_changes", ("Accept", "text/plain"))).ShouldBeProblem(406, "not_acceptable");
        (await alice.Post("_changes", "{}")).ShouldBeProblem(405, "method_not_allowed");
    }

    [Fact]
    public async Task A_stream_tells_the_same()
    {
        await using var server = await Filled();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/v1/default/_changes?since="));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token("alice"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var told = new List<string>();
        using var patience = new CancellationTokenSource(Waiting.Patience);
        while (told.Count < 5)
            if (await reader.ReadLineAsync(patience.Token) is { } line && line.StartsWith("data: "))
                told.Add(System.Text.Json.JsonDocument.Parse(line[6..]).RootElement is var m && m.TryGetProperty("document", out var d) ? d.GetString()! : m.GetProperty("type").GetString()!);
        told.ShouldBe(["hers", "all", "site", "progress", "ready"]);
    }
}
