using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PropsDb.Host.Changes;
using PropsDb.Host.Tests.BadInput;

namespace PropsDb.Host.Tests.Changes;

/// <summary>Every case of the hub's catalogue of bad input: its verdict, nothing said of the insides, nobody else disturbed, nothing logged as a failure.</summary>
public sealed class HubInputTests(HubInputTests.Own own) : IClassFixture<HubInputTests.Own>
{
    /// <summary>A service whose log is kept, and a client on it that does nothing wrong.</summary>
    public sealed class Own : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new();
        internal CapturedLog Log { get; } = new();
        public RawHub Bystander { get; private set; } = null!;
        public Client Alice { get; private set; } = null!;
        public string Followed { get; private set; } = "";
        public long Version { get; set; }

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            Server.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
            Alice = Server.As("alice");
            Bystander = await RawHub.Open(Server.Address, Server.Token("alice"));
            Followed = await Bystander.Changes("""{"app":"default","tier":"user","document":"d"}""");
            (await Bystander.Next(Followed))!.Type.ShouldBe("ready");
        }

        public async ValueTask DisposeAsync()
        {
            await Bystander.DisposeAsync();
            await Server.DisposeAsync();
        }
    }

    private PropsDbServer Server => own.Server;

    public static TheoryData<string> Cases { get; } = [.. HubCases.All.Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_case_has_its_verdict(string id)
    {
        var one = HubCases.All.Single(c => c.Id == id);
        var user = Server.New("user");
        await using var hub = await RawHub.Socket(Server.Address, Server.Token(user), one.IsPacked);
        if (!one.IsFirst) await hub.Shake();
        var sent = one.Send(hub);
        switch (one.Verdict)
        {
            case Verdict.Closed:
                await Task.WhenAll(sent, hub.Closed());
                break;
            case Verdict.Refused:
                var error = await hub.Error(await (Task<string>)sent);
                error.ShouldNotBeNull().ShouldStartWith(one.Error!);
                await hub.ShouldWork();
                break;
            default:
                await sent;
                await hub.ShouldWork();
                break;
        }
        var said = hub.Said.ToString();
        foreach (var inside in new[] { "   at ", "System.", "PropsDb.", "Microsoft.", "Npgsql", "LiveHub", "JsonException", "SELECT" }) said.ShouldNotContain(inside);
        // The framework names the protocol that it does not know, to who asked for it.
        if (!one.IsFirst && !one.IsPacked) said.Split('\u001e').ShouldAllBe(m => m.Length < 500 || m.Contains("\"type\":2"), "no input is echoed at length");
        await BystanderIsTold();
        own.Log.Errors.ShouldBeEmpty();
    }

    private async Task BystanderIsTold()
    {
        (await own.Alice.Put("user/d/c/p", $$"""{"value":{{own.Version}}}""", own.Version == 0 ? ("If-None-Match", "*") : ("If-Match", "*"))).Status.ShouldBeOneOf(200, 201);
        own.Version++;
        (await own.Bystander.Next(own.Followed)).ShouldNotBeNull("the bystander is still connected").Item!.Value.GetProperty("version").GetInt64().ShouldBe(own.Version);
    }

    [Fact]
    public async Task A_duplicate_member_gets_nobody_more_than_what_is_executed_may()
    {
        await own.Alice.Holding("user/" + Server.New("hidden"), "{}");
        await using var hub = await RawHub.Open(Server.Address, Server.Token(Server.New("user")));
        await hub.Send("""{"type":4,"invocationId":"a","target":"Nothing","target":"Changes","arguments":[{"app":"default","tier":"user"}],"arguments":[{"app":"default","tier":"user","owner":"alice","document":"d","snapshot":true}]}""");
        await hub.Send("""{"type":4,"invocationId":"b","target":"Changes","arguments":[{"app":"default","tier":"user","document":"mine","owner":"nobody","owner":"alice","document":"d","snapshot":true}]}""");
        foreach (var call in new[] { "a", "b" }) (await hub.Error(call)).ShouldNotBeNull().ShouldStartWith("not_found");
        hub.Said.ToString().ShouldNotContain("\"snapshot\"");
        await hub.ShouldWork();
    }

    [Fact]
    public async Task A_connection_follows_200_things_and_no_more_until_it_lets_one_go()
    {
        await using var hub = await RawHub.Open(Server.Address, Server.Token(Server.New("user")));
        var calls = new List<string>();
        for (var i = 0; i < 200; i++) calls.Add(await hub.Changes("""{"app":"default","tier":"user","document":"same"}"""));
        // They become ready in any order.
        var ready = new HashSet<string>();
        while (ready.Count < calls.Count)
            if ((await hub.Read()).ShouldNotBeNull() is var told && told.GetProperty("type").GetInt32() == 2) ready.Add(told.GetProperty("invocationId").GetString()!);
        (await hub.Error(await hub.Changes("""{"app":"default","tier":"user","document":"same"}"""))).ShouldBe("rate_limited");
        await hub.Cancel(calls[7]);
        await hub.Error(calls[7]);
        var next = await hub.Changes("""{"app":"default","tier":"user","document":"other"}""");
        (await hub.Next(next))!.Type.ShouldBe("ready");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("%")]
    [InlineData("..")]
    [InlineData("../d")]
    [InlineData("d/../../other")]
    [InlineData("_settings")]
    [InlineData("a*")]
    [InlineData("$.**")]
    [InlineData("'; drop table x; --")]
    public async Task A_name_has_no_special_meaning(string name)
    {
        await using var hub = await RawHub.Open(Server.Address, Server.Token("mallory"));
        foreach (var member in new[] { "document", "tier", "owner", "app", "collection", "property" })
        {
            var request = new Dictionary<string, object?> { ["app"] = "default", ["tier"] = "user", ["owner"] = "alice", ["document"] = "d", ["collection"] = "c", ["property"] = "p", ["snapshot"] = true };
            request[member] = name;
            var error = await hub.Error(await hub.Changes(System.Text.Json.JsonSerializer.Serialize(request)));
            error.ShouldNotBeNull($"{member} {name}").ShouldMatch("^(not_found|invalid_name|forbidden)", $"{member} {name}");
        }
        hub.Said.ToString().ShouldNotContain("\"type\":2");
    }

    [Fact]
    public async Task What_is_hidden_is_refused_exactly_like_what_is_not_there()
    {
        await using var hub = await RawHub.Open(Server.Address, Server.Token("mallory"));
        async Task<string?> Refusal(string request) => await hub.Error(await hub.Changes(request));
        await own.Alice.Holding("user/" + Server.New("there"), "{}");
        var there = "user/there-alone";
        await own.Alice.Holding(there, """{"c":{"p":1}}""");
        foreach (var more in new[] { "", ",\"collection\":\"c\"", ",\"collection\":\"c\",\"property\":\"p\"", ",\"snapshot\":true" })
        {
            var hidden = await Refusal($$"""{"app":"default","tier":"user","owner":"alice","document":"there-alone"{{more}}}""");
            hidden.ShouldBe("not_found");
            (await Refusal($$"""{"app":"default","tier":"user","owner":"alice","document":"absent"{{more}}}""")).ShouldBe(hidden);
            (await Refusal($$"""{"app":"default","tier":"user","owner":"nobody","document":"absent"{{more}}}""")).ShouldBe(hidden);
        }
        (await Refusal("""{"app":"default","tier":"user","owner":"alice"}""")).ShouldBe(await Refusal("""{"app":"default","tier":"user","owner":"nobody"}"""));
        await TestAppIsThere("other-app");
        (await Refusal("""{"app":"other-app","tier":"user"}""")).ShouldBe((await Refusal("""{"app":"other-not","tier":"user"}"""))!.Replace("other-not", "other-app"));
        (await Refusal("""{"app":"other-app"}""")).ShouldBe(await Refusal("""{"app":"other-not"}"""));
    }

    private async Task TestAppIsThere(string id) => (await Server.Root().Post("/api/v1/_apps", $$"""{"id":"{{id}}"}""")).Status.ShouldBe(201);

    [Fact]
    public async Task A_position_is_one_that_was_given_out_here_or_none()
    {
        await own.Alice.Holding("user/positions", "{}");
        var position = (await own.Alice.Get("user/positions/_changes")).Json.GetProperty("position").GetString()!;
        await TestAppIsThere("positions-app");
        var foreign = (await Server.With(Server.AppToken("positions-app", "alice")).Get("/api/v1/positions-app/user/_changes")).Json.GetProperty("position").GetString()!;
        await using var hub = await RawHub.Open(Server.Address, Server.Token("alice"));
        foreach (var from in new[] { "0", "1", "-1", "latest", "9223372036854775808", "18446744073709551616", foreign, position[..^1], position + "x", position.ToUpperInvariant() + "A", new('9', 5_000), " ", "\\u0000" })
            (await hub.Error(await hub.Changes($$"""{"app":"default","tier":"user","from":"{{from}}"}"""))).ShouldBe("invalid_position", from);
        // Of another document of the app: the place in the whole order is the same.
        var call = await hub.Changes($$"""{"app":"default","tier":"user","document":"another","from":"{{position}}"}""");
        (await hub.Next(call))!.Type.ShouldBe("progress");
        (await hub.Next(call))!.Type.ShouldBe("ready");
    }

    [Fact]
    public async Task What_fails_inside_is_not_told()
    {
        await using var broken = new PropsDbServer();
        await broken.InitializeAsync();
        var log = new CapturedLog();
        broken.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await using var hub = await RawHub.Open(broken.Address, broken.Token("alice"));
        await using (var connection = new Npgsql.NpgsqlConnection(broken.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand("ALTER TABLE propsdb.mt_events RENAME TO gone", connection);
            await command.ExecuteNonQueryAsync();
        }
        (await hub.Error(await hub.Changes("""{"app":"default","tier":"user"}"""))).ShouldNotBeNull().ShouldStartWith("unavailable");
        hub.Said.ToString().ShouldNotContain("mt_events");
        log.Errors.ShouldContain(l => l.Contains("Changes failed on the hub"));
    }

    [Fact]
    public async Task Who_says_nothing_is_cut_off_and_their_place_is_free_again()
    {
        await using var impatient = new PropsDbServer { Settings = ["--PROPSDB:LIMITS:CONNECTIONSPERUSER=1"] };
        await impatient.InitializeAsync();
        var shipped = impatient.Services.GetRequiredService<IOptions<HubOptions>>().Value;
        (shipped.HandshakeTimeout, shipped.KeepAliveInterval, shipped.ClientTimeoutInterval).ShouldBe((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30)));
        foreach (var options in new[] { shipped, impatient.Services.GetRequiredService<IOptions<HubOptions<LiveHub>>>().Value })
            (options.HandshakeTimeout, options.KeepAliveInterval, options.ClientTimeoutInterval) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));
        await using (var silent = await RawHub.Socket(impatient.Address, impatient.Token("alice"))) await silent.Closed();
        await Eventually(async () => await (await RawHub.Open(impatient.Address, impatient.Token("alice"))).DisposeAsync());
        // It follows something, and then answers no ping; half a connection is as silent.
        RawHub? hub = null;
        await Eventually(async () => hub = await RawHub.Socket(impatient.Address, impatient.Token("alice")));
        await using (hub)
        {
            await hub!.Shake();
            await hub!.ShouldWork();
            await hub.Closed();
        }
    }

    /// <summary>Tries until the place of the connection before is free.</summary>
    internal static async Task Eventually(Func<Task> attempt)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (RefusedException) when (i < 1_000)
            {
                await Task.Delay(50);
            }
        }
    }
}
