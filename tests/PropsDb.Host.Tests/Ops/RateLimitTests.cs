namespace PropsDb.Host.Tests.Ops;

public sealed class RateLimitTests
{
    private static async Task<PropsDbServer> Start(params string[] settings)
    {
        var server = new PropsDbServer { Settings = [.. settings] };
        await server.InitializeAsync();
        return server;
    }

    // The limiter goes by the machine's clock: what takes longer than a second fills the bucket again.
    private static async Task<Answer> Until429(Func<Task<Answer>> request, int atMost = 200)
    {
        for (var i = 0; i < atMost; i++)
            if (await request() is { Status: 429 } refused) return refused;
        throw new ShouldAssertException($"None of {atMost} requests was refused.");
    }

    [Fact]
    public async Task A_user_beyond_the_limit_waits_and_others_do_not()
    {
        await using var server = await Start("--PROPSDB:RATELIMITS:USER=3");
        var alice = server.As("alice");
        var first = await alice.Get("user/settings");
        first.Status.ShouldBe(404);
        var admitted = await alice.Get("user");
        admitted.Header("RateLimit-Policy").ShouldBe("\"user\";q=3;w=1");
        admitted.Header("RateLimit")!.ShouldMatch("^\"user\";r=[0-2];t=1$");

        var refused = await Until429(() => alice.Get("user"));
        refused.Error.ShouldBe("rate_limited");
        refused.Header("Retry-After").ShouldBe("1");
        refused.Header("RateLimit").ShouldBe("\"user\";r=0;t=1");
        (await server.As("bob").Get("user")).Status.ShouldBe(200);
        await Task.Delay(1500);
        (await alice.Get("user")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_batch_counts_for_each_of_its_operations()
    {
        await using var server = await Start("--PROPSDB:RATELIMITS:USER=50");
        string Batch(int operations) => $$"""{"version":0,"operations":[{{string.Join(',', Enumerable.Range(0, operations).Select(i => $$"""{"op":"set","path":"/c/p{{i}}","value":1}"""))}}]}""";
        var answer = await server.As("alice").Post("user/new/_batch", Batch(40));
        answer.Status.ShouldBe(201, answer.ToString());
        // One that asks for more than there is left gets nothing; another user has a bucket of their own, which one large batch empties.
        var refused = await Until429(() => server.As("alice").Post("user/other/_batch", Batch(40)));
        refused.Error.ShouldBe("rate_limited");
        var large = await server.As("bob").Post("_batch", $$"""{"documents":[{"tier":"user","document":"d","document_version":0,{{Batch(200)[13..^1]}}}]}""");
        large.Status.ShouldBe(200, large.ToString());
        large.Header("RateLimit")!.ShouldMatch("^\"user\";r=[0-9];t=1$");
    }

    [Fact]
    public async Task An_apps_limit_counts_all_its_users_and_those_without_a_name_too()
    {
        await using var server = await Start("--PROPSDB:RATELIMITS:APP=2");
        await Until429(() => server.Anonymous.Get("app"));
        await Until429(() => server.As("alice").Get("user"));
    }

    [Fact]
    public async Task Who_is_not_let_in_is_not_counted()
    {
        await using var server = await Start("--PROPSDB:RATELIMITS:APP=1");
        for (var i = 0; i < 10; i++) (await server.Anonymous.Get("user")).Status.ShouldBe(401);
        (await server.Anonymous.Get("app")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Refused_credentials_are_limited_by_where_they_come_from()
    {
        await using var server = await Start("--PROPSDB:RATELIMITS:FAILEDAUTH=2");
        var guess = new Client(server.Address, "guessed");
        var refused = await Until429(() => guess.Get("user"));
        refused.Error.ShouldBe("rate_limited");
        (await server.Anonymous.Get("user")).Status.ShouldBe(401);
        await Task.Delay(1500);
        (await server.As("alice").Get("user")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task There_is_no_limit_unless_one_is_set()
    {
        await using var server = await Start();
        var answer = await server.As("alice").Get("user");
        answer.Header("RateLimit").ShouldBeNull();
        answer.Header("RateLimit-Policy").ShouldBeNull();
    }
}
