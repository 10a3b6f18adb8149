using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PropsDb.Host.Changes;
using PropsDb.Host.Tests.BadInput;

namespace PropsDb.Host.Tests.Changes;

/// <summary>Who gets a connection to the hub at all, and how many.</summary>
public sealed class HubDoorTests(PropsDbServer server)
{
    private static async Task<int> Refusal(Func<Task<RawHub>> open)
    {
        try
        {
            await (await open()).DisposeAsync();
            return 101;
        }
        catch (RefusedException e)
        {
            return e.Status;
        }
    }

    private static async Task<PropsDbServer> Start(params string[] settings)
    {
        var own = new PropsDbServer { Settings = settings };
        await own.InitializeAsync();
        return own;
    }

    [Fact]
    public async Task A_user_and_an_app_have_so_many_connections_and_no_more()
    {
        server.Services.GetRequiredService<PropsDb.Host.Ops.Settings>().Live.ShouldBe(new LiveLimits(200, 20, 2_000));
        await using var own = await Start("--PROPSDB:LIMITS:CONNECTIONSPERUSER=2", "--PROPSDB:LIMITS:CONNECTIONSPERAPP=3", "--PROPSDB:LIMITS:SUBSCRIPTIONS=1");
        var first = await RawHub.Open(own.Address, own.Token("alice"));
        await using var second = await RawHub.Open(own.Address, own.Token("alice"));
        (await Refusal(() => RawHub.Open(own.Address, own.Token("alice")))).ShouldBe(429);
        var asking = await own.As("alice").Post("/api/v1/_live/negotiate?negotiateVersion=1", "");
        asking.ShouldBeProblem(429, "rate_limited");
        asking.Header("Retry-After").ShouldBe("5");
        await using var third = await RawHub.Open(own.Address, own.Token("bob"));
        (await Refusal(() => RawHub.Open(own.Address, own.Token("carol")))).ShouldBe(429);
        (await Refusal(() => RawHub.Open(own.Address, own.AppToken("other", "alice")))).ShouldBe(101);

        var followed = await third.Changes("""{"app":"default","tier":"user"}""");
        (await third.Next(followed))!.Type.ShouldBe("ready");
        (await third.Error(await third.Changes("""{"app":"default","tier":"user"}"""))).ShouldBe("rate_limited");

        await first.DisposeAsync();
        await HubInputTests.Eventually(async () => await (await RawHub.Open(own.Address, own.Token("carol"))).DisposeAsync());
    }

    [Fact]
    public async Task Whoever_was_cut_off_for_what_they_sent_does_not_come_back_at_once()
    {
        await using var own = await Start("--PROPSDB:LIMITS:CONNECTIONSPERUSER=1");
        await using (var hub = await RawHub.Open(own.Address, own.Token("alice")))
        {
            await hub.Send("garbage");
            await hub.Closed();
        }
        await Task.Delay(300);
        (await Refusal(() => RawHub.Open(own.Address, own.Token("alice")))).ShouldBe(429);
        (await Refusal(() => RawHub.Open(own.Address, own.Token("bob")))).ShouldBe(101);
        own.Time.Advance(LiveDoor.Penalty);
        await HubInputTests.Eventually(async () => await (await RawHub.Open(own.Address, own.Token("alice"))).DisposeAsync());
    }

    [Fact]
    public async Task Pages_of_foreign_origins_are_refused_unless_the_operator_lists_them()
    {
        await using var own = await Start("--PROPSDB:CORS:ORIGINS=https://app.example.com");
        foreach (var (origin, status) in new (string, int)[]
        {
            ("https://evil.example.com", 403), ("null", 403), ("https://app.example.com.evil.example", 403), ("http://app.example.com", 403), ("https://app.example.com:8443", 403),
            ("https://app.example.com", 101), (own.Address.ToString().TrimEnd('/'), 101),
        })
            (await Refusal(() => RawHub.Open(own.Address, own.Token("alice"), false, ("Origin", origin)))).ShouldBe(status, origin);
        (await Refusal(() => RawHub.Open(own.Address, own.Token("alice")))).ShouldBe(101);
        (await Refusal(() => RawHub.Open(server.Address, server.Token("alice"), false, ("Origin", "https://app.example.com")))).ShouldBe(403);
    }

    [Fact]
    public async Task Nobody_connects_without_good_credentials()
    {
        foreach (var token in new[] { null, "", "nonsense", server.Token("alice") + "x" })
        {
            (await Refusal(() => RawHub.Open(server.Address, token))).ShouldBe(401, token);
            (await Refusal(() => RawHub.Socket(server.Address, null, query: "?access_token=" + token))).ShouldBe(401, token);
        }
        (await Refusal(() => RawHub.Socket(server.Address, null, query: "?access_token=" + server.Token("alice")))).ShouldBe(101);
        (await server.Anonymous.Get("user?access_token=" + server.Token("alice"))).ShouldBeProblem(401, "unauthenticated");
        (await server.Anonymous.Get("user/_changes?access_token=" + server.Token("alice"))).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task There_are_WebSockets_and_no_other_transport()
    {
        var alice = server.NewUser();
        var negotiated = await alice.Post("/api/v1/_live/negotiate?negotiateVersion=1", "");
        negotiated.Status.ShouldBe(200);
        negotiated.Json.GetProperty("availableTransports").EnumerateArray().Select(t => t.GetProperty("transport").GetString()).ShouldBe(["WebSockets"]);
        negotiated.Json.TryGetProperty("useStatefulReconnect", out _).ShouldBeFalse();
        var asked = await alice.Post("/api/v1/_live/negotiate?negotiateVersion=1&useStatefulReconnect=true", "");
        asked.Json.TryGetProperty("useStatefulReconnect", out var stateful).ShouldBe(stateful.ValueKind == JsonValueKind.False);
        var id = negotiated.Json.GetProperty("connectionToken").GetString();
        foreach (var answer in new[]
        {
            await alice.Get($"/api/v1/_live?id={id}", ("Accept", "text/event-stream")), await alice.Get($"/api/v1/_live?id={id}"), await alice.Get("/api/v1/_live"),
            await alice.Post($"/api/v1/_live?id={id}", "{}"), await alice.Delete($"/api/v1/_live?id={id}"),
        })
            answer.ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_connection_token_is_good_for_one_socket_and_makes_nobody_another_user()
    {
        var (alice, mallory) = (server.NewUser(), server.NewUser());
        await alice.Holding("user/d", """{"c":{"p":1}}""");
        async Task<string> Negotiate() => (await alice.Post("/api/v1/_live/negotiate?negotiateVersion=1", "")).Json.GetProperty("connectionToken").GetString()!;
        var id = await Negotiate();
        await using var hub = await RawHub.Socket(server.Address, server.Token(alice.User), query: "?id=" + id);
        await hub.Shake();
        await hub.ShouldWork();
        foreach (var user in new[] { alice.User, mallory.User }) (await Refusal(() => RawHub.Socket(server.Address, server.Token(user), query: "?id=" + id))).ShouldBeInRange(400, 409);
        (await Refusal(() => RawHub.Socket(server.Address, server.Token(alice.User), query: "?id=nothing"))).ShouldBe(404);
        await hub.ShouldWork();

        await using var another = await RawHub.Socket(server.Address, server.Token(mallory.User), query: "?id=" + await Negotiate());
        await another.Shake();
        (await another.Error(await another.Changes($$"""{"app":"default","tier":"user","owner":"{{alice.User}}","document":"d"}"""))).ShouldBe("not_found");
    }

    [Theory]
    [InlineData("Information")]
    [InlineData("Trace")]
    public async Task A_token_is_in_no_line_of_the_log(string level)
    {
        await using var own = await Start($"--Logging:LogLevel:Default={level}", $"--Logging:LogLevel:Microsoft={level}");
        var log = new CapturedLog();
        own.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var (inQuery, fresh, bad) = (own.Token("alice"), own.Token("alice", "fresh"), own.Token("bob") + "x");
        (await own.Anonymous.Post($"/api/v1/_live/negotiate?negotiateVersion=1&access_token={inQuery}", "")).Status.ShouldBe(200);
        await using (var hub = await RawHub.Socket(own.Address, null, query: "?access_token=" + inQuery))
        {
            await hub.Shake();
            await hub.ShouldWork();
            await hub.Error(await hub.Invoke("Authenticate", $"\"{fresh}\""));
            (await hub.Error(await hub.Invoke("Authenticate", $"\"{bad}\""))).ShouldBe("unauthenticated");
            await hub.Error(await hub.Changes($$"""{"app":"default","tier":"user","from":"{{bad}}"}"""));
            await hub.Error(await hub.Invoke("Authenticate", $"\"{fresh}\",\"{fresh}\""));
            await hub.Send("garbage " + fresh);
            await hub.Closed();
        }
        (await Refusal(() => RawHub.Socket(own.Address, null, query: "?access_token=" + bad))).ShouldBe(401);
        var all = string.Join('\n', log.All);
        all.Length.ShouldBeGreaterThan(100);
        foreach (var token in new[] { inQuery, fresh, bad })
            foreach (var part in new[] { token, token.Split('.')[1], token.Split('.')[2] }) all.ShouldNotContain(part);
    }
}
