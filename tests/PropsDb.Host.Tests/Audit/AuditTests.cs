using System.Text.Json;

namespace PropsDb.Host.Tests.Audit;

public sealed class AuditTests(AuditTests.Own own) : IClassFixture<AuditTests.Own>
{
    /// <summary>A chain that no other test adds to.</summary>
    public sealed class Own : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new();
        public Client Admin => Server.As("root", "admin");
        public ValueTask InitializeAsync() => Server.InitializeAsync();
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private static List<JsonElement> Lines(Answer answer)
    {
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Raw.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static IEnumerable<string?> Texts(IEnumerable<JsonElement> lines, string member) => lines.Select(l => l.TryGetProperty(member, out var text) ? text.GetString() : null);

    [Fact]
    public async Task Every_event_is_shown_to_an_administrator_and_its_own_to_a_user()
    {
        var (alice, bob) = (own.Server.NewUser(), own.Server.NewUser());
        await alice.Holding("user/settings", """{"ui":{"theme":"dark","scale":1.10}}""");
        (await alice.Put("user/settings/ui/theme", """{"version":1,"value":{"a":[1e2,"\u0000é"]}}""", ("X-Change-Message", "why"))).Status.ShouldBe(200);
        await bob.Holding("user/other", """{"ui":{"theme":"light"}}""");

        var all = Lines(await own.Admin.Get("_audit"));
        all.Select(l => l.GetProperty("seq").GetInt64()).ShouldBe(Enumerable.Range(1, all.Count).Select(i => (long)i));
        for (var i = 1; i < all.Count; i++) all[i].GetProperty("previous").GetString().ShouldBe(all[i - 1].GetProperty("hash").GetString());
        all[0].GetProperty("previous").GetString().ShouldBe(new string('0', 64));

        Texts(all, "action").ShouldContain("app_registered");
        Texts(Lines(await alice.Get("_audit")), "by").ShouldAllBe(by => by == alice.User);
        var hers = Lines(await alice.Get("_audit?document=settings"));
        Texts(hers, "action").ShouldBe(["document_created", "collection_set", "property_set"]);
        Texts(hers, "tier").ShouldAllBe(t => t == "user");
        Texts(hers, "owner").ShouldAllBe(o => o == alice.User);
        Texts(hers, "document").ShouldAllBe(d => d == "settings");
        hers[1].GetProperty("data").GetProperty("properties").GetRawText().ShouldBe("""[{"name":"theme","value":"dark"},{"name":"scale","value":1.10}]""");
        hers[2].GetProperty("data").GetProperty("value").GetRawText().ShouldBe("""{"a":[1e2,"\u0000é"]}""");
        hers[2].GetProperty("headers").GetProperty("message").GetString().ShouldBe("why");
        hers[2].GetProperty("at").GetString().ShouldBe(Expect.Now);
        (await alice.Get($"_audit?user={bob.User}")).Error.ShouldBe("forbidden");
        Lines(await alice.Get($"_audit?user={alice.User}&tier=user")).Count.ShouldBe(3);
        Lines(await own.Admin.Get($"_audit?user={bob.User}&tier=user")).Count.ShouldBe(2);
        var narrow = PropsDb.Host.Access.Tokens.Issue(PropsDbServer.SecretBytes, bob.User, [], ["other-app"], own.Server.Time.GetUtcNow().AddHours(1));
        (await own.Server.With(narrow).Get("_audit")).Status.ShouldBe(403);
        (await own.Server.Anonymous.Get("_audit")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Filters_narrow_by_time_tier_and_document()
    {
        var alice = own.Server.NewUser();
        var name = own.Server.New("filtered");
        await alice.Holding($"user/{name}", """{"ui":{}}""");
        await alice.Holding($"shared/{name}", """{"ui":{}}""");
        Lines(await own.Admin.Get($"_audit?document={name}")).Count.ShouldBe(4);
        Texts(Lines(await own.Admin.Get($"_audit?document={name}&tier=shared")), "tier").ShouldBe(["shared", "shared"]);
        Lines(await own.Admin.Get($"_audit?document={name}&from={Expect.Now}&to={Expect.Now}")).Count.ShouldBe(4);
        Lines(await own.Admin.Get($"_audit?document={name}&from=2026-11-22T12:00:00.000001Z")).ShouldBeEmpty();
        Lines(await own.Admin.Get($"_audit?document={name}&to=2026-11-22T11:59:59.999999Z")).ShouldBeEmpty();
        Lines(await own.Admin.Get("_audit?tier=nowhere")).ShouldBeEmpty();
        (await own.Admin.Get("_audit?from=yesterday")).Error.ShouldBe("invalid_query");
        (await own.Admin.Get("_audit?user=a&user=b")).Error.ShouldBe("invalid_query");
    }

    [Fact]
    public async Task Head_and_verification_are_for_administrators()
    {
        var alice = await own.Server.NewUser().Holding("user/settings", """{"ui":{"theme":"dark"}}""");
        (await alice.Get("_audit/_head")).Error.ShouldBe("forbidden");
        (await alice.Post("_audit/_verify", "{}")).Error.ShouldBe("forbidden");
        (await own.Server.Anonymous.Get("_audit/_head")).Status.ShouldBe(401);

        var head = await own.Admin.Get("_audit/_head");
        head.Status.ShouldBe(200, head.ToString());
        var seq = head.Json.GetProperty("seq").GetInt64();
        seq.ShouldBeGreaterThanOrEqualTo(2);
        await alice.Holding("user/second", """{"ui":{"theme":"dark"}}""");
        foreach (var body in new[] { "{}", """{"head":null}""", $$"""{"head":{{head.Body}}}""" })
        {
            var verified = await own.Admin.Post("_audit/_verify", body);
            verified.Json.GetProperty("valid").GetBoolean().ShouldBeTrue(verified.ToString());
            verified.Json.GetProperty("checked").GetInt64().ShouldBeGreaterThanOrEqualTo(seq + 2);
            verified.Json.TryGetProperty("first_bad", out _).ShouldBeFalse();
        }
        (await own.Admin.Send(HttpMethod.Post, "_audit/_verify", null, null)).Status.ShouldBe(200);
        var other = await own.Admin.Post("_audit/_verify", $$$"""{"head":{"seq":{{{seq}}},"hash":"{{{new string('a', 64)}}}"}}""");
        other.Json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        other.Json.GetProperty("first_bad").GetRawText().ShouldBe($$"""{"seq":{{seq}},"wrong":"rewritten"}""");
        foreach (var bad in new[] { """{"head":1}""", """{"head":{"seq":-1,"hash":""}}""", """{"head":{"seq":1,"hash":"xyz"}}""", """{"head":{"seq":1.5,"hash":"xyz"}}""", "[]" })
            (await own.Admin.Post("_audit/_verify", bad)).Error.ShouldBe("invalid_value", bad);
        (await own.Admin.Get("_audit/_verify")).Status.ShouldBe(405);
        (await own.Admin.Post("_audit/_head", "{}")).Status.ShouldBe(405);
        (await own.Admin.Get("_audit/_other")).Status.ShouldBe(404);
    }
}
