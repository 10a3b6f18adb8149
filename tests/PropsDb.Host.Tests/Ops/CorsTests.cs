namespace PropsDb.Host.Tests.Ops;

public sealed class CorsTests : IAsyncLifetime
{
    private const string Welcome = "https://app.example.com";
    private readonly PropsDbServer _server = new() { Settings = [$"--PROPSDB:CORS:ORIGINS={Welcome}, http://localhost:3000"] };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<Answer> Preflight(string origin, string method = "PUT", string headers = "authorization, if-match, idempotency-key") =>
        _server.Anonymous.Send(HttpMethod.Options, "user/settings", null, null,
            ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers));

    [Fact]
    public async Task Pages_of_the_listed_origins_may_call_and_see_the_headers_they_need()
    {
        var preflight = await Preflight(Welcome);
        preflight.Status.ShouldBe(204, preflight.ToString());
        preflight.Header("Access-Control-Allow-Origin").ShouldBe(Welcome);
        preflight.Header("Access-Control-Allow-Methods")!.ShouldContain("PATCH");
        preflight.Header("Access-Control-Allow-Headers")!.ShouldContain("If-Match");
        preflight.Header("Access-Control-Max-Age").ShouldBe("3600");
        preflight.Header("Access-Control-Allow-Credentials").ShouldBeNull();

        var alice = _server.As("alice");
        var created = await alice.Post("user/settings", """{"collections":{}}""", ("Origin", Welcome));
        created.Status.ShouldBe(201);
        created.Header("Access-Control-Allow-Origin").ShouldBe(Welcome);
        foreach (var header in new[] { "ETag", "Location", "X-Position", "X-Request-Id", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed", "Preference-Applied" })
            created.Header("Access-Control-Expose-Headers")!.ShouldContain(header);
        created.Header("Vary")!.ShouldContain("Origin");
        created.Header("Vary")!.ShouldContain("Authorization");
    }

    [Fact]
    public async Task Problems_too_can_be_read_by_the_listed_origins()
    {
        var refused = await _server.Anonymous.Get("user/settings", ("Origin", Welcome));
        refused.Status.ShouldBe(401);
        refused.Header("Access-Control-Allow-Origin").ShouldBe(Welcome);
    }

    [Theory]
    [InlineData("https://evil.example.com"), InlineData("http://app.example.com"), InlineData("https://app.example.com.evil.org"), InlineData("null")]
    public async Task Other_origins_are_told_nothing(string origin)
    {
        (await Preflight(origin)).Header("Access-Control-Allow-Origin").ShouldBeNull();
        (await _server.As("alice").Get("user/x", ("Origin", origin))).Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("https://evil.example.com", 403), InlineData(Welcome, 401), InlineData(null, 401)]
    public async Task A_WebSocket_is_refused_to_pages_of_other_origins(string? origin, int status)
    {
        (string, string)[] headers = [("Connection", "Upgrade"), ("Upgrade", "websocket"), .. origin is null ? Array.Empty<(string, string)>() : [("Origin", origin)]];
        (await _server.Anonymous.Get("user/settings", headers)).Status.ShouldBe(status);
    }
}

public sealed class NoCorsTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    [Fact]
    public async Task Without_listed_origins_a_preflight_is_a_method_like_any_other()
    {
        var answer = await server.As("alice").Send(HttpMethod.Options, "user/settings", null, null, ("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET"));
        answer.Status.ShouldBe(405);
        answer.Header("Access-Control-Allow-Origin").ShouldBeNull();
    }
}
