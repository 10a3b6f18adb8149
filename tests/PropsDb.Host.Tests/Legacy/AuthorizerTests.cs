using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests.Legacy;

public sealed class AuthorizerTests : IAsyncLifetime
{
    private const string User = "data.authorization.user";
    private const string Admin = "data.authorization.admin";
    private const string BobsSession = "ab+c/d==";

    private StandInAuthorizer _authorizer = null!;
    private PropsDbServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _authorizer = await StandInAuthorizer.Start();
        _server = new PropsDbServer { Settings = [$"--AUTHZ_URL={_authorizer.Url}", "--AUTHZ_CLIENT_ID=props"] };
        await _server.InitializeAsync();
        _authorizer.SignedIn[BobsSession] = ("bob", ["user"]);
        _authorizer.SignedIn["roots"] = ("root", ["user", "admin"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _authorizer.DisposeAsync();
    }

    private static (string, string) Cookie(string session) => ("Cookie", "cookie_session=" + Uri.EscapeDataString(session));

    private Task<Answer> Get(string path, string session) => _server.Anonymous.Get("/api/data/" + path, Cookie(session));

    private Task<Answer> Begin(string path, string session) => _server.Anonymous.Post("/api/data/" + path, """{"collections":{"collection":"ui","properties":{"a":1}}}""", Cookie(session));

    [Fact]
    public async Task A_session_stands_for_its_user()
    {
        (await Begin("user/home", BobsSession)).ShouldBeWritten(1, 2);
        (await Get("user/home", BobsSession)).ShouldTell(1);
        (await Get("user/home", "roots")).Status.ShouldBe(404);
        var document = (await _server.As("bob").Get("user/home")).Json.GetProperty("document");
        (document.GetProperty("owner").GetString(), document.GetProperty("created_by").GetString()).ShouldBe(("bob", "bob"));
        // Not encoded, as some clients send it.
        (await _server.Anonymous.Get("/api/data/user/home", ("Cookie", "cookie_session=" + BobsSession))).Status.ShouldBe(200);
        (await _server.With(BobsSession).Get("/api/data/user/home")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_session_is_good_for_the_roles_that_it_has()
    {
        (await Begin("app/home", "roots")).ShouldBeWritten(1, 2);
        (await Begin("app/other", BobsSession)).ShouldBeRefused(403, Admin);
        (await Get("app/home", BobsSession)).Status.ShouldBe(200);
        _authorizer.SignedIn["only admin"] = ("root", ["admin"]);
        (await Get("user/home", "only admin")).ShouldBeRefused(403, User);
        (await Begin("app/third", "only admin")).ShouldBeWritten(1, 2);
    }

    [Fact]
    public async Task Who_is_not_known_is_refused_and_asked_about_again()
    {
        (await Get("user/home", "unknown")).ShouldBeRefused(403, User);
        (await Begin("app/home", "unknown")).ShouldBeRefused(403, Admin);
        (await _server.Anonymous.Get("/api/data/user")).ShouldBeRefused(403, "data.authorization");
        _authorizer.Asked.Count.ShouldBe(2);
        _authorizer.SignedIn["unknown"] = ("carol", ["user"]);
        (await Get("user/home", "unknown")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_id_that_is_no_users_is_nobody()
    {
        foreach (var id in new[] { null, "", "a\u0007b", new string('x', 256), "key:1" })
        {
            _authorizer.SignedIn["odd"] = (id, ["user"]);
            (await Get("user/home", "odd")).ShouldBeRefused(403, User);
        }
    }

    [Fact]
    public async Task An_accepted_session_is_believed_for_seconds()
    {
        for (var i = 0; i < 5; i++) (await Get("user/home", BobsSession)).Status.ShouldBe(404);
        _authorizer.Asked.ShouldBe(["validate_session"]);
        _authorizer.SignedIn.Clear();
        _server.Time.Advance(TimeSpan.FromSeconds(4));
        (await Get("user/home", BobsSession)).Status.ShouldBe(404);
        _server.Time.Advance(TimeSpan.FromSeconds(2));
        (await Get("user/home", BobsSession)).ShouldBeRefused(403, User);
    }

    [Fact]
    public async Task A_value_with_dots_is_an_access_token()
    {
        _authorizer.SignedIn["head.body.sign"] = ("dora", ["user"]);
        (await Begin("user/home", "head.body.sign")).ShouldBeWritten(1, 2);
        _authorizer.Asked.ShouldBe(["validate_jwt_token", "profile"]);
        (await _server.As("dora").Get("user/home")).Status.ShouldBe(200);
        (await _server.With("head.body.sign").Get("/api/data/user/home")).Status.ShouldBe(200);
        (await Begin("app/home", "head.body.sign")).ShouldBeRefused(403, Admin);
        (await Get("user/home", "other.head.body")).ShouldBeRefused(403, User);
    }

    [Fact]
    public async Task One_of_our_own_tokens_is_good_without_asking()
    {
        (await _server.As("erin").Read("home")).Status.ShouldBe(404);
        (await Get("user/home", _server.Token("erin"))).Status.ShouldBe(404);
        (await Begin("app/home", _server.Token("root", "admin"))).ShouldBeWritten(1, 2);
        _authorizer.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_anyone_may_do_is_not_asked_about()
    {
        (await Begin("app/home", "roots")).ShouldBeWritten(1, 2);
        _authorizer.Asked.Clear();
        (await Get("app/home", "unknown")).Status.ShouldBe(200);
        (await _server.Anonymous.Get("/api/metrics", Cookie("unknown"))).Status.ShouldBe(204);
        _authorizer.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_that_says_nothing_is_a_failure_and_no_refusal()
    {
        foreach (var (status, body) in new[] { (500, "{}"), (502, "<html>"), (302, ""), (200, "<html>"), (200, ""), (200, "{}"), (200, """{"data":{}}"""), (200, "[]") })
        {
            _authorizer.Instead = http =>
            {
                http.Response.StatusCode = status;
                return http.Response.WriteAsync(body);
            };
            (await Get("user/home", BobsSession)).ShouldBeRefused(500, "unavailable");
            (await Begin("user/home", BobsSession)).ShouldBeRefused(500, "unavailable");
        }
        _authorizer.Instead = null;
        (await Get("user/home", BobsSession)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_answer_that_is_no_yes_is_a_refusal()
    {
        foreach (var body in new[] { """{"data":{"validate_session":null}}""", """{"data":{"validate_session":{"is_valid":"true","user":{"id":"bob"}}}}""", """{"data":{"validate_session":{"is_valid":true,"user":null}}}""",
            """{"errors":[{"message":"no"}],"data":{"validate_session":{"is_valid":true,"user":{"id":"bob"}}}}""" })
        {
            _authorizer.Instead = http => http.Response.WriteAsync(body);
            (await Get("user/home", BobsSession)).ShouldBeRefused(403, User);
        }
    }

    [Fact]
    public async Task An_Authorizer_that_is_gone_is_500()
    {
        await _authorizer.DisposeAsync();
        (await Get("user/home", BobsSession)).ShouldBeRefused(500, "unavailable");
    }

    [Fact]
    public async Task An_Authorizer_that_does_not_answer_is_500_after_seconds()
    {
        var hanging = new TaskCompletionSource();
        _authorizer.Instead = _ => hanging.Task;
        var asked = Get("user/home", BobsSession);
        (await asked.WaitAsync(TimeSpan.FromSeconds(15))).ShouldBeRefused(500, "unavailable");
        hanging.SetResult();
    }

    [Theory]
    [InlineData("ftp://auth.example.com", "props"), InlineData("auth.example.com", "props"), InlineData("https://auth.example.com", "")]
    public void Settings_that_cannot_work_stop_the_service(string url, string client) => Should.Throw<SettingsException>(() => Settings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection([new("AUTHZ_URL", url), new("AUTHZ_CLIENT_ID", client)]).Build())).Message.ShouldContain("AUTHZ_");
}
