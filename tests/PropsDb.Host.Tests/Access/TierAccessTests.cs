namespace PropsDb.Host.Tests;

/// <summary>Who may do what in the three tiers that an app begins with, and in those that a role opens.</summary>
public sealed class TierAccessTests(PropsDbServer server)
{
    /// <summary>Caller, and the status of: list, read, create, change, delete, of a document that is there (201 for creations).</summary>
    public static TheoryData<string, string, string> Table { get; } = new()
    {
        { "anonymous", "app", "200 200 401 401 401" },
        { "user", "app", "200 200 403 403 403" },
        { "admin", "app", "200 200 201 200 204" },
        { "service admin", "app", "200 200 201 200 204" },
        { "star without admin", "app", "403 403 403 403 403" },
        { "other app", "app", "403 403 403 403 403" },
        { "no app", "app", "403 403 403 403 403" },
        { "narrowed to user", "app", "403 403 403 403 403" },
        { "anonymous", "user", "401 401 401 401 401" },
        { "user", "user", "200 404 404 404 404" },
        { "admin", "user", "200 200 201 200 204" },
        { "service admin", "user", "200 200 201 200 204" },
        { "star without admin", "user", "403 403 403 403 403" },
        { "other app", "user", "403 403 403 403 403" },
        { "no app", "user", "403 403 403 403 403" },
        { "narrowed to user", "user", "200 404 404 404 404" },
        { "anonymous", "shared", "401 401 401 401 401" },
        { "user", "shared", "200 200 201 200 204" },
        { "admin", "shared", "200 200 201 200 204" },
        { "service admin", "shared", "200 200 201 200 204" },
        { "other app", "shared", "403 403 403 403 403" },
        { "narrowed to user", "shared", "403 403 403 403 403" },
        { "anonymous", "role:editor", "401 401 401 401 401" },
        { "user", "role:editor", "403 403 403 403 403" },
        { "editor", "role:editor", "200 200 201 200 204" },
        { "admin", "role:editor", "200 200 201 200 204" },
        { "editor", "role:admin", "403 403 403 403 403" },
        { "anonymous", "nowhere", "401 401 401 401 401" },
        { "user", "nowhere", "404 404 404 404 404" },
        { "admin", "nowhere", "404 404 404 404 404" },
        { "other app", "nowhere", "403 403 403 403 403" },
        { "user", "role:", "404 404 404 404 404" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Each_caller_may_do_what_the_tier_allows(string who, string tier, string statuses)
    {
        var (owner, name, caller) = (server.NewUser("admin"), server.New("d"), Caller(who));
        if (tier is not ("nowhere" or "role:")) (await owner.Post($"{tier}/{name}", """{"collections":{"ui":{"a":1}}}""")).Status.ShouldBe(201);
        // In the per_user tier all but the list are about the owner's documents.
        var of = tier == "user" ? "?owner=" + owner.User : "";
        var and = of.Length == 0 ? "?" : of + "&";
        var answers = new[]
        {
            await caller.Get(tier), await caller.Get($"{tier}/{name}{of}"), await caller.Post($"{tier}/{name}-new{of}", "{}"),
            await caller.Put($"{tier}/{name}/ui/a{of}", """{"version":1,"value":2}"""), await caller.Delete($"{tier}/{name}{and}version=2"),
        };
        string.Join(' ', answers.Select(a => a.Status)).ShouldBe(statuses);
        foreach (var answer in answers.Where(a => a.Status >= 400))
        {
            answer.ShouldBeProblem(answer.Status, answer.Status switch { 401 => "unauthenticated", 403 => "forbidden", _ => "not_found" });
            if (answer.Status == 401) answer.Header("WWW-Authenticate").ShouldNotBeNull();
            if (answer.Status == 403) answer.Json.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("app", "requires_role:admin")]
    [InlineData("role:premium_user", "requires_role:premium_user")]
    public async Task A_refusal_names_the_role_that_is_missing(string tier, string reason) =>
        (await server.NewUser().Post($"{tier}/d", "{}")).Json.GetProperty("reason").GetString().ShouldBe(reason);

    [Fact]
    public async Task Apps_that_the_token_does_not_name_are_forbidden_known_or_not()
    {
        var alice = server.NewUser();
        foreach (var app in new[] { "other", "nowhere-at-all" })
        {
            (await alice.Get($"/api/v1/{app}/user")).ShouldBeProblem(403, "forbidden");
            (await server.Anonymous.Get($"/api/v1/{app}/user")).ShouldBeProblem(401, "unauthenticated");
            (await Caller("service admin").Get($"/api/v1/{app}/user")).ShouldBeProblem(404, "not_found");
        }
    }

    [Fact]
    public async Task Documents_of_one_name_are_each_owners_own()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        await alice.Holding("user/d", """{"ui":{"a":"alice"}}""");
        (await bob.Get("user/d")).ShouldBeProblem(404, "not_found");
        await bob.Holding("user/d", """{"ui":{"a":"bob"}}""");
        (await alice.Content("user/d")).ShouldContain("alice");
        (await bob.Get($"user/d?owner={bob.User}")).ShouldBeAt(200, 1);
    }

    [Theory]
    [InlineData("GET", "user/d", null)]
    [InlineData("HEAD", "user/d", null)]
    [InlineData("GET", "user/d/ui/a", null)]
    [InlineData("POST", "user/d", "{}")]
    [InlineData("PUT", "user/d", """{"version":9,"collections":{}}""")]
    [InlineData("PUT", "user/d", "broken")]
    [InlineData("PATCH", "user/d", "{}")]
    [InlineData("DELETE", "user/d", null)]
    [InlineData("DELETE", "user/d/ui/a", null)]
    [InlineData("POST", "user/d/_copy", """{"to":{"document":"e"}}""")]
    public async Task Anothers_document_answers_as_one_that_is_not_there(string method, string path, string? body)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        var bob = server.NewUser();
        var answers = new List<Answer>();
        foreach (var owner in new[] { alice.User, "nobody" })
            answers.Add(await bob.Send(new HttpMethod(method), $"{path}?owner={owner}", body, "application/json", ("X-Request-Id", "same")));
        answers.ShouldAllBe(a => a.Status == 404);
        answers[0].Body.ShouldBe(answers[1].Body);
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task An_administrator_works_on_anyones_document_under_their_own_name()
    {
        var (alice, admin) = (await server.NewUser().Holding("user/d", """{"ui":{"a":1}}"""), server.NewUser("admin"));
        (await admin.Get("user/d")).ShouldBeProblem(404, "not_found");
        var answer = await admin.Put($"user/d?owner={alice.User}", """{"version":1,"collections":{}}""");
        answer.ShouldBeAt(200, 2);
        var document = answer.Json.GetProperty("document");
        (document.GetProperty("owner").GetString(), document.GetProperty("created_by").GetString(), document.GetProperty("last_modified_by").GetString())
            .ShouldBe((alice.User, alice.User, admin.User));
    }

    private Client Caller(string who)
    {
        var exp = server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        return who switch
        {
            "anonymous" => server.Anonymous,
            "user" => server.NewUser(),
            "admin" => server.NewUser("admin"),
            "editor" => server.NewUser("editor"),
            "service admin" => server.With(Jwt.Hs256($$"""{"sub":"root","app_id":"*","roles":["admin"],"exp":{{exp}}}""")),
            "star without admin" => server.With(Jwt.Hs256($$"""{"sub":"root","app_id":"*","roles":["user"],"exp":{{exp}}}""")),
            "other app" => server.With(Jwt.Hs256($$"""{"sub":"eve","app_id":["other"],"roles":["admin"],"exp":{{exp}}}""")),
            "no app" => server.With(Jwt.Hs256($$"""{"sub":"eve","roles":["admin"],"exp":{{exp}}}""")),
            "narrowed to user" => server.With(Jwt.Hs256($$"""{"sub":"eve","app_id":"default","tier_access":["user"],"exp":{{exp}}}""")),
            _ => throw new ArgumentOutOfRangeException(nameof(who)),
        };
    }
}
