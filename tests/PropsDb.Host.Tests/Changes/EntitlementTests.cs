using System.Text.Json;
using PropsDb.Host.Access;

namespace PropsDb.Host.Tests.Changes;

/// <summary>Permissions that end while somebody follows: by the clock, by revocation, with their token; what is committed from then on is not for them.</summary>
public sealed class EntitlementTests : IAsyncLifetime
{
    private const string Secret = "not-for-them";

    private readonly PropsDbServer _server = new();

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        (await Admin.Put("_tiers/team", """{"type":"shared","permissions":[{"role":"member","can_read":true,"can_write":true,"can_delete":true}]}""")).Status.ShouldBe(201);
        await Admin.Holding("team/board", """{"c":{"p":"start"}}""");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Client Admin => _server.As("root", "admin");

    private const string Team = """{"app":"default","tier":"team"}""";
    private const string Board = """{"app":"default","tier":"team","document":"board"}""";

    private async Task Write(string path, string value) => (await Admin.Put(path, $$"""{"value":{{value}}}""", ("If-Match", "*"))).Status.ShouldBe(200);

    private async Task Give(string user, TimeSpan lasting) => (await Admin.Put($"_users/{user}/_roles/member", $$"""{"expires_at":"{{_server.Time.GetUtcNow() + lasting:O}}"}""")).Status.ShouldBeOneOf(200, 201);

    private async Task<(RawHub Hub, string Call)> Follow(string token, string request)
    {
        var hub = await RawHub.Open(_server.Address, token);
        var call = await hub.Changes(request);
        (await hub.Next(call)).ShouldNotBeNull().Type.ShouldBe("ready", hub.Said.ToString());
        return (hub, call);
    }

    /// <summary>All that comes until the end, and why it ended.</summary>
    private static async Task<(List<JsonElement> Told, string Reason)> ToTheEnd(RawHub hub, string call)
    {
        var told = new List<JsonElement>();
        while (await hub.Next(call) is { IsEnd: false } heard)
        {
            if (heard.Type is "ended") return (told, heard.Item!.Value.GetProperty("reason").GetString()!);
            if (heard.Type is not "progress") told.Add(heard.Item!.Value);
        }
        throw new EndOfStreamException(hub.Said.ToString());
    }

    [Fact]
    public async Task A_role_that_ends_ends_what_was_followed_by_it_though_nothing_happens()
    {
        await Give("bob", TimeSpan.FromMinutes(5));
        var (hub, call) = await Follow(_server.Token("bob"), Team);
        await using var _ = hub;
        _server.Time.Advance(TimeSpan.FromMinutes(5));
        (await ToTheEnd(hub, call)).Reason.ShouldBe("requires_role:member");
        await hub.ShouldWork();
    }

    [Fact]
    public async Task A_role_that_ends_amid_traffic_tells_nothing_from_its_instant_on()
    {
        for (var round = 0; round < 5; round++)
        {
            await Give($"bob{round}", TimeSpan.FromMinutes(1));
            var (hub, call) = await Follow(_server.Token($"bob{round}"), Team);
            await using var _ = hub;
            _server.Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1));
            await Write("team/board/c/p", $"{round}");
            (await hub.NextChange(call)).Item!.Value.GetProperty("changes")[0].GetProperty("value").GetInt32().ShouldBe(round);
            // At once behind the commit: whether it is told still or not any more, the next one is not.
            await Write("team/board/c/p", $"1{round}00");
            _server.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Write("team/board/c/p", $"\"{Secret}\"");
            var (told, reason) = await ToTheEnd(hub, call);
            reason.ShouldBe("requires_role:member");
            told.Count.ShouldBeLessThanOrEqualTo(1);
            hub.Said.ToString().ShouldNotContain(Secret);
        }
    }

    [Fact]
    public async Task The_instant_itself_is_the_first_at_which_nothing_is_told_not_even_what_was_committed_before()
    {
        await Give("bob", TimeSpan.FromMinutes(1));
        var before = (await Admin.Get("team/_changes")).Json.GetProperty("position").GetString();
        _server.Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1));
        await Write("team/board/c/p", "\"just before\"");
        var replay = $$"""{"app":"default","tier":"team","from":"{{before}}"}""";
        await using (var hub = await RawHub.Open(_server.Address, _server.Token("bob")))
        {
            var call = await hub.Changes(replay);
            (await hub.Next(call))!.Type.ShouldBe("changed");
        }
        (await _server.As("bob").Get($"team/_changes?since={before}")).Status.ShouldBe(200);
        foreach (var step in new[] { 1, 1 })
        {
            _server.Time.Advance(TimeSpan.FromMilliseconds(step));
            await using var hub = await RawHub.Open(_server.Address, _server.Token("bob"));
            (await hub.Error(await hub.Changes(replay))).ShouldBe("forbidden: requires_role:member");
            hub.Said.ToString().ShouldNotContain("just before");
            (await _server.As("bob").Get($"team/_changes?since={before}")).ShouldBeProblem(403, "forbidden");
        }
    }

    [Fact]
    public async Task A_revoked_share_tells_nothing_that_is_committed_after_it()
    {
        var alice = await _server.As("alice").Holding("user/plan", """{"c":{"p":"start"}}""");
        const string Plan = """{"app":"default","tier":"user","owner":"alice","document":"plan"}""";
        for (var round = 0; round < 5; round++)
        {
            (await alice.Post("user/plan/_share", $$"""{"user_id":"bob{{round}}"}""")).Status.ShouldBe(201);
            var (one, document) = await Follow(_server.Token($"bob{round}"), Plan);
            var (other, tier) = await Follow(_server.Token($"bob{round}"), """{"app":"default","tier":"user"}""");
            await using var _ = one;
            await using var __ = other;
            await alice.Put("user/plan/c/p", $"{{\"value\":{round}}}", ("If-Match", "*"));
            (await other.NextChange(tier)).Type.ShouldBe("changed");
            var during = alice.Put("user/plan/c/p", $"{{\"value\":\"{round}\"}}", ("If-Match", "*"));
            (await alice.Delete($"user/plan/_share/bob{round}")).Status.ShouldBe(204);
            await alice.Put("user/plan/c/p", $"{{\"value\":\"{Secret}\"}}", ("If-Match", "*"));
            await during;
            (await ToTheEnd(one, document)).Reason.ShouldBe("not_shared");
            Heard left;
            do left = await other.NextChange(tier); while (left.Type is "changed");
            left.Item!.Value.ShouldBeJson("""{"type":"left","tier":"user","owner":"alice","document":"plan"}""");
            foreach (var hub in new[] { one, other }) hub.Said.ToString().ShouldNotContain(Secret);
        }
    }

    [Fact]
    public async Task A_token_is_followed_by_one_of_the_same_user_and_by_no_other()
    {
        string Until(int minutes, string user, params string[] roles) => Tokens.Issue(PropsDbServer.SecretBytes, user, roles, ["default"], _server.Time.GetUtcNow().AddMinutes(minutes));
        var (hub, call) = await Follow(Until(10, "bob", "member"), Team);
        await using var _ = hub;
        var own = await hub.Changes("""{"app":"default","tier":"user"}""");
        (await hub.Next(own))!.Type.ShouldBe("ready");
        foreach (var (token, error) in new[]
        {
            (Until(60, "alice", "member"), "forbidden"), (_server.AppToken("other", "bob", "member"), "forbidden"), (Until(-10, "bob"), "unauthenticated"), ("", "unauthenticated"),
            (Until(60, "bob")[..^2], "unauthenticated"), (new string('x', 20_000), "unauthenticated"),
        })
            (await hub.Error(await hub.Invoke("Authenticate", $"\"{token}\""))).ShouldBe(error);
        // None of these changed anything, and a good one lets it go on past the first one's end.
        (await hub.Error(await hub.Invoke("Authenticate", $"\"{Until(30, "bob", "member")}\""))).ShouldBeNull();
        _server.Time.Advance(TimeSpan.FromMinutes(11));
        await Write("team/board/c/p", "1");
        (await hub.NextChange(call)).Type.ShouldBe("changed");
        // With fewer roles it follows less.
        (await hub.Error(await hub.Invoke("Authenticate", $"\"{Until(30, "bob")}\""))).ShouldBeNull();
        await Write("team/board/c/p", $"\"{Secret}\"");
        (await ToTheEnd(hub, call)).Reason.ShouldBe("requires_role:member");
        (await _server.With(Until(10, "bob")).Post("user/mine", "{}")).Status.ShouldBe(201);
        (await hub.NextChange(own)).Type.ShouldBe("created");
        hub.Said.ToString().ShouldNotContain(Secret);
        // At its end everything ends, the connection last.
        _server.Time.Advance(TimeSpan.FromMinutes(31));
        (await ToTheEnd(hub, own)).Reason.ShouldBe("token_expired");
        await hub.Closed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_key_ends_with_all_that_it_follows(bool isBesideAToken)
    {
        var issued = (await Admin.Post("/api/v1/_apps/default/_keys", "{}")).Json;
        var (id, key) = (issued.GetProperty("id").GetString(), issued.GetProperty("key").GetString()!);
        await using var hub = await RawHub.Open(_server.Address, isBesideAToken ? _server.Token("bob", "member") : null, false, ("X-App-Key", key));
        var call = await hub.Changes(Team);
        (await hub.Next(call))!.Type.ShouldBe("ready");
        (await Admin.Delete($"/api/v1/_apps/default/_keys/{id}")).Status.ShouldBe(204);
        if (!isBesideAToken)
        {
            await Write("team/board/c/p", $"\"{Secret}\"");
            (await ToTheEnd(hub, call)).Reason.ShouldBe("key_revoked");
            hub.Said.ToString().ShouldNotContain(Secret);
        }
        await hub.Closed();
    }

    [Theory]
    [InlineData("user")]
    [InlineData("app")]
    public async Task Whoever_is_put_out_of_the_app_and_an_app_that_is_shut_follow_nothing(string what)
    {
        await Give("bob", TimeSpan.FromHours(1));
        await using var hub = await RawHub.Open(_server.Address, _server.Token("bob"));
        var calls = new List<string>();
        foreach (var request in new[] { Team, Board, """{"app":"default"}""", """{"app":"default","tier":"user"}""" })
        {
            calls.Add(await hub.Changes(request));
            (await hub.Next(calls[^1]))!.Type.ShouldBe("ready");
        }
        if (what is "user") (await Admin.Put("_users/bob", """{"is_active":false}""")).Status.ShouldBe(200);
        else (await _server.Root().Delete("/api/v1/_apps/default")).Status.ShouldBe(204);
        if (what is "user") await Write("team/board/c/p", $"\"{Secret}\"");
        var ended = new Dictionary<string, string>();
        while (ended.Count < calls.Count)
        {
            var heard = (await hub.Read()).ShouldNotBeNull();
            if (heard.GetProperty("type").GetInt32() == 2 && heard.GetProperty("item").GetProperty("type").GetString() is "ended")
                ended[heard.GetProperty("invocationId").GetString()!] = heard.GetProperty("item").GetProperty("reason").GetString()!;
        }
        hub.Said.ToString().ShouldNotContain(Secret);
        foreach (var request in new[] { Team, Board, """{"app":"default"}""" }) (await hub.Error(await hub.Changes(request))).ShouldNotBeNull().ShouldMatch("^(forbidden|not_found)");
    }

    [Fact]
    public async Task Who_had_a_share_of_a_document_is_told_nothing_of_the_one_that_takes_its_name()
    {
        var (alice, carol) = (_server.As("alice", "member"), _server.As("carol", "member"));
        await alice.Holding("team/plan", """{"c":{"p":"old"}}""");
        (await Admin.Post("team/plan/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
        var (one, document) = await Follow(_server.Token("bob"), """{"app":"default","tier":"team","document":"plan"}""");
        var (other, app) = await Follow(_server.Token("bob"), """{"app":"default"}""");
        await using var _ = one;
        await using var __ = other;
        await alice.Put("team/plan/c/p", """{"value":"seen"}""", ("If-Match", "*"));
        var position = "";
        for (var heard = await other.NextChange(app); ; heard = await other.NextChange(app))
        {
            position = heard.Item!.Value.GetProperty("position").GetString()!;
            if (heard.Type is "changed") break;
        }
        (await alice.Delete("team/plan?version=2")).Status.ShouldBe(204);
        (await carol.Post("team/plan", $$"""{"collections":{"c":{"p":"{{Secret}}"} } }""")).Status.ShouldBe(201);
        await carol.Put("team/plan/c/p", $$"""{"value":"{{Secret}}"}""", ("If-Match", "*"));

        var (told, _) = await ToTheEnd(one, document);
        told.Where(t => t.GetProperty("type").GetString() is not "deleted").Select(t => t.GetProperty("version").GetInt64()).ShouldAllBe(v => v == 2);
        (await other.NextChange(app)).Type.ShouldBeOneOf("deleted", "left");
        // Reconnecting with an old position brings nothing back.
        await using var again = await RawHub.Open(_server.Address, _server.Token("bob"));
        (await again.Error(await again.Changes($$"""{"app":"default","tier":"team","document":"plan","from":"{{position}}"}"""))).ShouldNotBeNull().ShouldStartWith("forbidden");
        var replay = await again.Changes($$"""{"app":"default","from":"{{position}}"}""");
        for (Heard heard = (await again.Next(replay))!; heard.Type is not "ready"; heard = (await again.Next(replay))!)
            if (heard.Item!.Value.TryGetProperty("document", out var d)) d.GetString().ShouldNotBe("plan");
        foreach (var hub in new[] { one, other, again }) hub.Said.ToString().ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_deletion_says_that_it_was_and_no_content()
    {
        await Admin.Holding("team/gone", $$"""{"c":{"p":"{{Secret}}"} }""");
        var (hub, call) = await Follow(_server.Token("bob", "member"), """{"app":"default","tier":"team","document":"gone"}""");
        await using var _ = hub;
        (await Admin.Delete("team/gone?version=1")).Status.ShouldBe(204);
        (await hub.NextChange(call)).Type.ShouldBe("deleted");
        hub.Said.ToString().ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Who_lost_access_and_comes_back_with_an_old_position_is_told_nothing()
    {
        await Give("bob", TimeSpan.FromHours(1));
        var position = "";
        var (hub, call) = await Follow(_server.Token("bob"), Team);
        await using (hub)
        {
            await Write("team/board/c/p", "1");
            position = (await hub.NextChange(call)).Item!.Value.GetProperty("position").GetString()!;
        }
        await Write("team/board/c/p", $"\"{Secret}\"");
        (await Admin.Delete("_users/bob/_roles/member")).Status.ShouldBe(204);
        await using var again = await RawHub.Open(_server.Address, _server.Token("bob"));
        foreach (var request in new[] { Team, Board, """{"app":"default","tier":"team","document":"board","snapshot":true}""" })
            (await again.Error(await again.Changes(request.Replace("}", $",\"from\":\"{position}\"}}")))).ShouldBe("forbidden: requires_role:member");
        again.Said.ToString().ShouldNotContain(Secret);
        (await _server.As("bob").Get($"team/_changes?since={position}")).ShouldBeProblem(403, "forbidden");
    }
}
