using System.Security.Cryptography;
using System.Text;

namespace PropsDb.Host.Tests.Access;

/// <summary>An app may have an issuer of its own: that one speaks for the app, for nobody else, and nobody else for the app.</summary>
public sealed class AppIssuerTests(PropsDbServer server)
{
    private const string Secret = "the secret of an app's own, which is long enough";

    private string Token(string claims, string secret = Secret) =>
        Jwt.Signed("""{"alg":"HS256"}""", $$"""{{{claims}},"exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""", HMACSHA256.HashData, Encoding.UTF8.GetBytes(secret));

    private async Task<string> App(string secret = Secret)
    {
        var app = await server.NewApp();
        await server.Configure(app, $$"""{"secret":"{{secret}}"}""");
        return app;
    }

    [Fact]
    public async Task Its_tokens_are_good_in_the_app_and_the_services_are_not()
    {
        var app = await App();
        (await server.Status(app, Token($"\"sub\":\"alice\",\"app_id\":\"{app}\""))).ShouldBe(200);
        (await server.Status(app, server.AppToken(app, "alice"))).ShouldBe(401);
        (await server.Status(app, server.AppToken(app, "alice", "admin"))).ShouldBe(401);
        (await server.Status(app, server.AppToken("*", "root", "admin"))).ShouldBe(200);
        (await server.Status(app, server.AppToken("*", "root", "user"))).ShouldBe(403);
    }

    [Fact]
    public async Task It_speaks_for_that_app_alone()
    {
        var (app, other, plain) = (await App(), await App("another app's secret, which is long enough too"), await server.NewApp());
        var admin = "\"sub\":\"mallory\",\"roles\":[\"admin\"]";
        foreach (var named in new[] { $"\"{other}\"", $"\"{plain}\"", "\"default\"", "\"*\"" })
        {
            var token = Token($"{admin},\"app_id\":{named}");
            foreach (var target in new[] { app, other, plain, "default" }) (await server.Status(target, token)).ShouldBe(401, $"{named} in {target}");
            (await server.With(token).Get("/api/v1/_apps")).ShouldBeProblem(401, "unauthenticated");
        }
        var wide = server.With(Token($"{admin},\"app_id\":[\"{app}\",\"{other}\",\"{plain}\",\"default\",\"*\"]"));
        (await wide.Get($"/api/v1/_apps/{app}/_keys")).Status.ShouldBe(200);
        foreach (var target in new[] { other, plain, "default" })
        {
            (await wide.Get($"/api/v1/{target}/user")).Status.ShouldBeOneOf(401, 403);
            (await wide.Get($"/api/v1/_apps/{target}/_keys")).Status.ShouldBeOneOf(401, 403);
        }
        // Not the service's administrator: no app can be registered, and no issuer changed.
        (await wide.Post("/api/v1/_apps", """{"id":"mine","name":"Mine"}""")).ShouldBeProblem(403, "forbidden");
        (await wide.Send(HttpMethod.Patch, $"/api/v1/_apps/{app}", """{"auth":null}""", "application/json")).ShouldBeProblem(403, "forbidden");
        (await wide.Get("/api/v1/_apps")).Json.GetProperty("apps").EnumerateArray().Select(a => a.GetProperty("id").GetString()).ShouldBe([app]);
    }

    [Fact]
    public async Task A_change_counts_at_once_and_null_goes_back_to_the_services()
    {
        var app = await App();
        var mine = Token($"\"sub\":\"alice\",\"app_id\":\"{app}\"");
        var next = Token($"\"sub\":\"alice\",\"app_id\":\"{app}\"", "the secret after that one, long enough as well");
        async Task Statuses(int first, int second, int service) => (await server.Status(app, mine), await server.Status(app, next), await server.Status(app, server.AppToken(app, "alice"))).ShouldBe((first, second, service));
        await Statuses(200, 401, 401);
        await server.Configure(app, """{"secret":"the secret after that one, long enough as well"}""");
        await Statuses(401, 200, 401);
        await server.Configure(app, "null");
        await Statuses(401, 401, 200);
        await server.Configure(app, $$"""{"secret":"{{Secret}}"}""");
        await Statuses(200, 401, 401);
    }

    [Theory]
    [InlineData("\"iss\":\"https://id.example\",\"aud\":\"props\"", 200)]
    [InlineData("\"iss\":\"https://id.example\",\"aud\":[\"other\",\"props\"]", 200)]
    [InlineData("\"iss\":\"https://id.example\"", 401)]
    [InlineData("\"iss\":\"https://id.example\",\"aud\":\"other\"", 401)]
    [InlineData("\"iss\":\"https://id.example\",\"aud\":[]", 401)]
    [InlineData("\"iss\":\"https://id.example\",\"aud\":\"Props\"", 401)]
    [InlineData("\"iss\":\"https://id.example/\",\"aud\":\"props\"", 401)]
    [InlineData("\"iss\":\"\",\"aud\":\"props\"", 401)]
    [InlineData("\"aud\":\"props\"", 401)]
    public async Task Issuer_and_audience_are_checked(string claims, int status)
    {
        var app = await server.NewApp();
        await server.Configure(app, $$"""{"secret":"{{Secret}}","issuer":"https://id.example","audience":"props"}""");
        (await server.Status(app, Token($"\"sub\":\"alice\",\"app_id\":\"{app}\",{claims}"))).ShouldBe(status);
    }

    [Fact]
    public async Task Published_keys_work_by_url_and_by_discovery()
    {
        await using var issuer = await Issuer.Start();
        issuer.AddEc("ec");
        foreach (var byDiscovery in new[] { false, true })
        {
            var app = await issuer.App(server, byDiscovery);
            var other = await issuer.App(server);
            foreach (var key in new[] { "rsa", "ec" }) (await server.Status(app, issuer.Sign(key, issuer.Claims(server, app)))).ShouldBe(200);
            (await server.Status(other, issuer.Sign("rsa", issuer.Claims(server, app)))).ShouldBeOneOf(401, 403);
            (await server.Status(app, issuer.Sign("rsa", issuer.Claims(server, app).Replace(issuer.Url, "http://other")))).ShouldBe(401);
            (await server.Status(app, issuer.Sign("rsa", issuer.Claims(server, app).Replace("props", "another service")))).ShouldBe(401);
            (await server.Status(app, server.AppToken(app, "alice"))).ShouldBe(401);
        }
    }

    [Theory]
    [InlineData("""{"jwks_url":"http://id.example/keys"}""")]
    [InlineData("""{"authority":"http://id.example"}""")]
    [InlineData("""{"jwks_url":"file:///etc/passwd"}""")]
    [InlineData("""{"jwks_url":"keys"}""")]
    [InlineData("""{"jwks_url":"ftp://127.0.0.1/keys"}""")]
    [InlineData("""{"secret":"short"}""")]
    [InlineData("""{"secret":"the secret of an app's own, which is long enough","authority":"https://id.example"}""")]
    [InlineData("{}")]
    [InlineData("5")]
    public async Task An_issuer_that_makes_no_sense_is_refused(string auth)
    {
        var app = await server.NewApp();
        (await server.Root().Send(HttpMethod.Patch, $"/api/v1/_apps/{app}", $$"""{"auth":{{auth}}}""", "application/json")).ShouldBeProblem(400, "invalid_value");
        (await server.Status(app, server.AppToken(app, "alice"))).ShouldBe(200);
    }

    [Fact]
    public async Task Its_secret_is_shown_to_nobody_and_stands_nowhere_in_the_database()
    {
        var secret = $"a secret that is looked for: {server.New("secret")}, and long enough";
        var app = await App(secret);
        (await server.Root().Get("/api/v1/_apps")).Body.ShouldNotContain(secret);
        (await Dump.Of(server.ConnectionString)).ShouldNotContain(secret);
    }
}
