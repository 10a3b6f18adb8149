using PropsDb.Host.Access;

namespace PropsDb.Host.Tests.Legacy;

public sealed class AccessTests(PropsDbServer server)
{
    private const string None = "data.authorization";
    private const string Admin = "data.authorization.admin";
    private const string User = "data.authorization.user";

    /// <summary>Caller, method, path (of a document d with a collection ui), status, and the type of a refusal.</summary>
    public static TheoryData<string, string, string, int, string?> Table { get; } = new()
    {
        // What anyone may.
        { "anonymous", "GET", "app", 200, null },
        { "anonymous", "GET", "app/d", 200, null },
        { "anonymous", "GET", "app/d/ui", 200, null },
        { "anonymous", "GET", "app/d/", 200, null },
        { "anonymous", "GET", "app/nothing", 404, "not_found" },
        { "a bad token", "GET", "app/d", 200, null },
        { "an expired token", "GET", "app/d", 200, null },
        { "another app's user", "GET", "app/d", 200, null },
        { "user", "GET", "app/d/ui", 200, null },
        // Without credentials: refused before the body is read, and before what is no route is 404.
        { "anonymous", "POST", "app/d", 403, None },
        { "anonymous", "DELETE", "app/d", 403, None },
        { "anonymous", "DELETE", "app/d/ui", 403, None },
        { "anonymous", "DELETE", "app", 403, None },
        { "anonymous", "POST", "app", 403, None },
        { "anonymous", "PUT", "app/d", 403, None },
        { "anonymous", "PATCH", "app/d/ui/x", 403, None },
        { "anonymous", "GET", "app/d/ui/x", 403, None },
        { "anonymous", "GET", "user", 403, None },
        { "anonymous", "GET", "user/d", 403, None },
        { "anonymous", "GET", "user/d/ui", 403, None },
        { "anonymous", "GET", "user/d/ui/x", 403, None },
        { "anonymous", "GET", "user//d", 403, None },
        { "anonymous", "POST", "user/d", 403, None },
        { "anonymous", "DELETE", "user/d/ui", 403, None },
        { "anonymous", "PUT", "user", 403, None },
        // With credentials that do not do.
        { "user", "POST", "app/d", 403, Admin },
        { "user", "DELETE", "app/d", 403, Admin },
        { "user", "DELETE", "app/d/ui", 403, Admin },
        { "user", "PUT", "app/d", 403, Admin },
        { "user", "POST", "app", 403, Admin },
        { "a bad token", "POST", "app/d", 403, Admin },
        { "a bad token", "GET", "user", 403, User },
        { "an expired token", "GET", "user/d", 403, User },
        { "another app's user", "GET", "user/d", 403, User },
        { "another app's user", "POST", "user/d", 403, User },
        { "another app's admin", "POST", "app/d", 403, Admin },
        { "no app's admin", "POST", "app/d", 403, Admin },
        { "narrowed to app", "GET", "user/d", 403, User },
        // Who may is told what there is.
        { "admin", "POST", "app", 404, "not_found" },
        { "admin", "DELETE", "app", 404, "not_found" },
        { "admin", "PUT", "app/d", 404, "not_found" },
        { "admin", "GET", "app/d/ui/x", 404, "not_found" },
        { "admin", "POST", "app/d/ui", 404, "not_found" },
        { "user", "PUT", "user/d", 404, "not_found" },
        { "user", "PATCH", "user/d/ui/x", 404, "not_found" },
        { "user", "POST", "user", 404, "not_found" },
        { "user", "DELETE", "user", 404, "not_found" },
        { "user", "GET", "user/d/ui/x", 404, "not_found" },
        { "user", "GET", "user//d", 404, "not_found" },
        { "admin", "GET", "user/d", 404, "not_found" },
        { "service admin", "POST", "app", 404, "not_found" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_failure_of_authorisation_is_403_and_comes_first(string who, string method, string path, int status, string? type)
    {
        var name = server.New("d");
        (await server.NewUser("admin").Merge($"/api/data/app/{name}", 0, """{"a":1}""")).Status.ShouldBe(200);
        foreach (var byCookie in new[] { false, true })
        {
            var token = Token(who);
            var caller = server.With(byCookie ? null : token);
            (string, string)[] headers = byCookie && token is not null ? [("Cookie", $"other=1; cookie_session={Uri.EscapeDataString(token)}; theme=dark")] : [];
            var answer = await caller.Send(new HttpMethod(method), "/api/data/" + path.Replace("/d", "/" + name), method is "GET" ? null : "{ broken", "application/json", headers);
            if (type is not null) answer.ShouldBeRefused(status, type);
            answer.Status.ShouldBe(status, answer.ToString());
        }
    }

    private string? Token(string who) => who switch
    {
        "anonymous" => null,
        "user" => server.Token("bob"),
        "admin" => server.Token("root", "admin"),
        "service admin" => Issued("root", "*", 1, "admin"),
        "another app's user" => Issued("bob", "other", 1),
        "another app's admin" => Issued("root", "other", 1, "admin"),
        "no app's admin" => Issued("root", null, 1, "admin"),
        "an expired token" => Issued("root", "default", -1, "admin"),
        "narrowed to app" => Jwt.Hs256($$"""{"sub":"bob","app_id":"default","tier_access":["app"],"exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}} }"""),
        _ => server.Token("root", "admin")[..^2],
    };

    private string Issued(string user, string? app, int hours, params string[] roles) =>
        Tokens.Issue(PropsDbServer.SecretBytes, user, roles, app is null ? [] : [app], server.Time.GetUtcNow().AddHours(hours));

    [Fact]
    public async Task Users_have_documents_of_their_own_and_administrators_theirs()
    {
        var (bob, carol, root) = (server.NewUser(), server.NewUser(), server.NewUser("admin"));
        foreach (var user in new[] { bob, carol, root }) (await user.Merge("home", 0, $$$"""{"of":"{{{user.User}}}"}""")).ShouldBeWritten(1, 2);
        foreach (var user in new[] { bob, carol, root })
        {
            (await user.Read("/api/data/user")).ShouldShow(null, $$$"""{"home":{"__version":"1","ui":{"of":"{{{user.User}}}"} } }""");
            (await user.Read("home?owner=" + bob.User)).Json.GetProperty("home").GetProperty("ui").GetProperty("of").GetString().ShouldBe(user.User);
        }
        (await bob.Get("user/home")).Json.GetProperty("document").GetProperty("owner").GetString().ShouldBe(bob.User);
    }

    [Fact]
    public async Task Only_administrators_write_what_everyone_reads()
    {
        var (root, name) = (server.NewUser("admin"), server.New("d"));
        (await root.Merge($"/api/data/app/{name}", 0, """{"a":1,"b":2}""")).ShouldBeWritten(1, 2);
        (await root.Remove($"/api/data/app/{name}", """{"version":1,"collections":{"collection":"ui","properties":["b"]}}""")).ShouldBeWritten(2, 1);
        (await server.Anonymous.Read($"/api/data/app/{name}")).ShouldShow(2, $$$"""{"{{{name}}}":{"__version":"2","ui":{"a":1} } }""");
        (await server.Anonymous.Read("/api/data/app")).Json.GetProperty(name).GetProperty("__version").GetString().ShouldBe("2");
        (await server.Anonymous.Get($"app/{name}")).ETag.ShouldBe("\"2\"");
        (await root.Remove($"/api/data/app/{name}/ui", """{"version":2}""")).ShouldBeWritten(3, 1);
        (await root.Remove($"/api/data/app/{name}", """{"version":3,"deleteDocument":true}""")).ShouldBeWritten(0, 1);
    }

    [Theory]
    [InlineData("Bearer"), InlineData("bearer"), InlineData("cookie, raw"), InlineData("cookie, URL-encoded")]
    public async Task A_caller_signs_in_by_header_or_by_cookie(string way)
    {
        var token = server.Token("dora");
        var header = way switch
        {
            "cookie, raw" => ("Cookie", $"cookie_session={token}"),
            "cookie, URL-encoded" => ("Cookie", "cookie_session=" + string.Concat(token.Select(c => char.IsAsciiLetter(c) ? c.ToString() : Uri.HexEscape(c)))),
            _ => ("Authorization", $"{way} {token}"),
        };
        (await server.Anonymous.Get("/api/data/user", header)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("cookie_session="), InlineData("session=x"), InlineData("")]
    public async Task Other_cookies_are_no_credentials(string cookie) =>
        (await server.Anonymous.Get("/api/data/user", ("Cookie", cookie))).ShouldBeRefused(403, None);

    [Fact]
    public async Task The_header_is_asked_before_the_cookie()
    {
        (await server.With("bad").Get("/api/data/user", ("Cookie", "cookie_session=" + server.Token("dora")))).ShouldBeRefused(403, User);
        (await server.As("dora").Get("/api/data/user", ("Cookie", "cookie_session=bad"))).Status.ShouldBe(404);
    }
}
