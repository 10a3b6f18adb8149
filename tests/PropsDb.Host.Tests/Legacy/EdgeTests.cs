namespace PropsDb.Host.Tests.Legacy;

/// <summary>What stands around the routes.</summary>
public sealed class EdgeTests(PropsDbServer server)
{
    [Theory]
    [InlineData("/api"), InlineData("/api/"), InlineData("/api/data"), InlineData("/api/data/shared"), InlineData("/api/data/shared/d"), InlineData("/api/nothing"), InlineData("/api/v2/x"),
     InlineData("/api/data/App"), InlineData("/api/data/application"), InlineData("/api/metrics/x"), InlineData("/api//data/app")]
    public async Task What_is_no_route_is_404_in_the_same_form_for_everyone(string path)
    {
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
        {
            foreach (var caller in new[] { server.Anonymous, server.As("bob"), server.As("root", "admin"), server.With("bad") })
                (await caller.Send(new HttpMethod(method), path + "?q=1", method == "GET" ? null : "{", "application/json")).ShouldBeRefused(404, "not_found");
        }
        (await server.Anonymous.Get(path + "?q=%20")).Json.GetProperty("url").GetString().ShouldBe(path + "?q=%20");
    }

    [Fact]
    public async Task The_routes_of_api_v1_keep_their_own_form()
    {
        (await server.Anonymous.Get("/api/v1/nothing/x")).ShouldBeProblem(401, "unauthenticated");
        (await server.As("bob").Get("/api/v1")).ShouldBeProblem(404, "not_found");
        (await server.Anonymous.Get("/nothing")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("GET", "/api/metrics", 204), InlineData("HEAD", "/api/metrics", 204), InlineData("POST", "/api/metrics", 204), InlineData("POST", "/api/metrics/", 204), InlineData("PUT", "/api/metrics", 404)]
    public async Task What_the_client_tells_of_itself_is_taken_and_not_kept(string method, string path, int status)
    {
        var answer = await server.Anonymous.Send(new HttpMethod(method), path, method is "GET" or "HEAD" ? null : "anything", "text/plain");
        answer.Status.ShouldBe(status);
        answer.Header("X-Request-Id").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("1.0.0"), InlineData("1.0"), InlineData("9.9.9"), InlineData("whatever")]
    public async Task Any_version_of_the_interface_is_accepted(string version)
    {
        var user = server.NewUser();
        (await user.Post("/api/data/user/home/", """{"collections":{"collection":"ui"}}""", ("X-Api-Version", version))).ShouldBeWritten(1, 2);
        (await user.Get("/api/data/user/home/", ("X-Api-Version", version))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Every_answer_repeats_the_id_of_its_request_and_varies_by_the_credentials()
    {
        foreach (var path in new[] { "/api/metrics", "/api/data/user", "/api/nothing", "/api/data/app/%zz" })
        {
            var answer = await server.Anonymous.Get(path, ("X-Request-Id", "mine-1"));
            answer.Header("X-Request-Id").ShouldBe("mine-1", path);
            answer.Header("Vary").ShouldBe("Authorization, Cookie", path);
        }
    }

    [Fact]
    public async Task Switched_off_the_routes_are_not_there()
    {
        await using var without = new PropsDbServer { Settings = ["--PROPSDB:LEGACY:ENABLED=false"] };
        await without.InitializeAsync();
        foreach (var path in new[] { "/api/data/app", "/api/data/user", "/api/metrics", "/api" })
            (await without.As("root", "admin").Get(path)).ShouldBeProblem(404, "not_found");
        (await without.As("root", "admin").Merge("home", 0, "{}")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task They_serve_the_configured_app()
    {
        await using var shop = new PropsDbServer { Settings = ["--PROPSDB:APP=shop"] };
        await shop.InitializeAsync();
        var bob = shop.With(PropsDb.Host.Access.Tokens.Issue(PropsDbServer.SecretBytes, "bob", [], ["shop"], shop.Time.GetUtcNow().AddHours(1)));
        (await bob.Merge("home", 0, """{"a":1}""")).ShouldBeWritten(1, 2);
        (await bob.Get("/api/v1/shop/user/home")).ETag.ShouldBe("\"1\"");
        (await shop.As("bob").Read("home")).ShouldBeRefused(403, "data.authorization.user");
        (await shop.Anonymous.Read("/api/data/app")).ShouldBeRefused(404, "not_found");
    }

    [Fact]
    public async Task Requests_count_towards_the_limits_of_their_user_and_refused_sessions_towards_those_of_their_address()
    {
        await using var limited = new PropsDbServer { Settings = ["--PROPSDB:RATELIMITS:USER=2", "--PROPSDB:RATELIMITS:FAILEDAUTH=2"] };
        await limited.InitializeAsync();
        var bob = limited.As("bob");
        var answers = new List<Answer>();
        for (var i = 0; i < 20; i++) answers.Add(await bob.Read("home"));
        answers[0].ShouldBeRefused(404, "not_found");
        var refused = answers.First(a => a.Status != 404);
        refused.ShouldBeRefused(429, "rate_limited");
        refused.Header("Retry-After").ShouldBe("1");

        answers.Clear();
        for (var i = 0; i < 20; i++) answers.Add(await limited.Anonymous.Get("/api/data/user", ("Cookie", "cookie_session=guess")));
        answers[0].ShouldBeRefused(403, "data.authorization.user");
        answers.ShouldContain(a => a.Status == 429);
    }

    [Fact]
    public async Task Pages_of_listed_origins_may_send_their_cookie_here_and_only_here()
    {
        const string Origin = "https://app.example.com";
        await using var open = new PropsDbServer { Settings = [$"--PROPSDB:CORS:ORIGINS={Origin}"] };
        await open.InitializeAsync();
        async Task<Answer> Preflight(string path, string origin) => await open.Anonymous.Send(HttpMethod.Options, path, null, null,
            ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type, x-api-version"));
        var welcome = await Preflight("/api/data/user/home", Origin);
        welcome.Header("Access-Control-Allow-Origin").ShouldBe(Origin);
        welcome.Header("Access-Control-Allow-Credentials").ShouldBe("true");
        welcome.Header("Access-Control-Allow-Headers")!.ShouldContain("X-Api-Version");
        (await Preflight("/api/data/user/home", "https://evil.example.com")).Header("Access-Control-Allow-Credentials").ShouldBeNull();
        (await Preflight("/api/v1/default/user/home", Origin)).Header("Access-Control-Allow-Credentials").ShouldBeNull();

        var refused = await open.Anonymous.Get("/api/data/user", ("Origin", Origin));
        refused.ShouldBeRefused(403, "data.authorization");
        refused.Header("Access-Control-Allow-Credentials").ShouldBe("true");
        refused.Header("Access-Control-Expose-Headers")!.ShouldContain("X-Document-Version");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_without_being_read()
    {
        var length = 5 * 1024 * 1024 + 1;
        (await server.NewUser().Merge("home", new string(' ', length))).ShouldBeRefused(413, "too_large");
        (await server.Anonymous.Merge("home", new string(' ', length))).ShouldBeRefused(403, "data.authorization");
    }
}
