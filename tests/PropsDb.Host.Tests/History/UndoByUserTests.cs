namespace PropsDb.Host.Tests;

/// <summary>An administrator takes back what one user did. The clock is the class's own.</summary>
public sealed class UndoByUserTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task It_is_rehearsed_then_done_and_what_others_built_on_stays()
    {
        var (alice, mallory, admin) = (server.NewUser(), server.NewUser(), server.NewUser("admin"));
        var (a, b, c) = (server.New("und-a"), server.New("und-b"), server.New("und-c"));
        await alice.Holding($"shared/{a}", """{"ui":{"x":1,"y":1}}""");
        await alice.Holding($"shared/{b}", """{"ui":{"x":1}}""");
        (await mallory.Put($"shared/{a}/ui/y", """{"version":1,"value":"before"}""")).ShouldBeAt(200, 2);
        server.Time.Advance(TimeSpan.FromMinutes(10));
        var since = server.Time.GetUtcNow();
        (await mallory.Put($"shared/{a}/ui/x", """{"version":2,"value":2}""")).ShouldBeAt(200, 3);
        (await mallory.Put($"shared/{a}/ui/x", """{"version":3,"value":3}""")).ShouldBeAt(200, 4);
        (await mallory.Put($"shared/{b}/ui/x", """{"version":1,"value":"bad"}""")).ShouldBeAt(200, 2);
        (await mallory.Post($"shared/{c}", """{"collections":{"spam":{}}}""")).ShouldBeAt(201, 1);
        await mallory.Holding("user/own", "{}");
        (await alice.Put($"shared/{b}/ui/x", """{"version":2,"value":"mine"}""")).ShouldBeAt(200, 3);
        var until = server.Time.GetUtcNow();
        server.Time.Advance(TimeSpan.FromMinutes(10));
        (await mallory.Put($"shared/{a}/ui/late", """{"version":4,"value":1}""")).ShouldBeAt(200, 5);

        var body = $$"""{"user":"{{mallory.User}}","since":"{{Time(since)}}","until":"{{Time(until)}}","tier":"shared"}""";
        (await mallory.Post("_undo?dry_run=true", body)).ShouldBeProblem(403, "forbidden");
        (await server.Anonymous.Post("_undo", body)).ShouldBeProblem(401, "unauthenticated");
        var rehearsed = await admin.Post("_undo?dry_run=true", body);
        (await alice.Get($"shared/{a}")).ShouldBeAt(200, 5);
        var done = await admin.Post("_undo", body);
        string Report(string document, string commits, string changes, string conflicts) =>
            $$"""{"tier":"shared","owner":null,"document":"{{document}}","commits":{{commits}},"changes":{{changes}},"conflicts":{{conflicts}} }""";
        var reports = $$"""
            [{{Report(a, "[3,4]", """[{"op":"set","path":"/ui/x","value":1,"previous":3}]""", "[]")}},
             {{Report(b, "[2]", "[]", $$"""[{"path":"/ui/x","base":{"value":"bad"},"remote":{"value":"mine","version":3,"by":"{{alice.User}}","at":"*"},"local":{"value":1} }]""")}},
             {{Report(c, "[1]", """[{"op":"delete","path":"/spam","previous":{}}]""", "[]")}}]
            """;
        rehearsed.Json.GetProperty("documents").ShouldBeJson(reports);
        rehearsed.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        done.ShouldBeJson($$"""{"documents":{{reports}} }""");

        (await alice.Content($"shared/{a}")).ShouldBe("""{"ui":{"x":1,"y":"before","late":1}}""");
        (await alice.Content($"shared/{b}")).ShouldBe("""{"ui":{"x":"mine"}}""");
        (await alice.Get($"shared/{c}")).ShouldBeProblem(404, "not_found");
        (await mallory.Get("user/own")).ShouldBeAt(200, 1);
        (await alice.Get($"shared/{a}/_history?limit=1")).Json.GetProperty("history")[0].GetProperty("updated_by").GetString().ShouldBe(admin.User);
    }

    [Theory]
    [InlineData("""{"since":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"user":"x"}""")]
    [InlineData("""{"user":5,"since":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"user":"x","since":"2026-02-30T12:00:00Z"}""")]
    [InlineData("""{"user":"x","since":"2026-11-22"}""")]
    [InlineData("""{"user":"x","since":5}""")]
    [InlineData("""{"user":"x","since":"2026-11-22T12:00:00Z","until":"soon"}""")]
    [InlineData("""{"user":"x","since":"2026-11-22T12:00:00Z","tier":"none"}""")]
    [InlineData("[]")]
    public async Task A_malformed_question_is_refused(string body) => (await server.NewUser("admin").Post("_undo", body)).ShouldBeProblem(400, "invalid_value");

    [Fact]
    public async Task Nothing_to_take_back_is_an_empty_report() =>
        (await server.NewUser("admin").Post("_undo", """{"user":"nobody","since":"2026-01-01T00:00:00Z"}""")).ShouldBeJson("""{"documents":[]}""");
}
