namespace PropsDb.Host.Tests;

/// <summary>An app is named by the token or the key, and by nothing else that a request may hold.</summary>
public sealed class AnotherAppTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private Principal OtherAdmin => world.User("administrator", AccessWorld.Other, "admin");

    [Fact]
    public async Task Bodies_of_one_app_reach_no_other()
    {
        var (admin, name) = (OtherAdmin, world.New("b"));
        (await admin.Send("POST", "/api/v1/two/_batch", $$"""
            {"app":"one","documents":[{"app":"one","tier":"board","document":"{{name}}","document_version":0,"operations":[{"op":"set","path":"/a","value":{} }]}]}
            """)).Status.ShouldBe(200);
        (await world.Admin.Send("GET", $"/api/v1/one/board/{name}")).ShouldBeProblem(404, "not_found");
        (await admin.Send("GET", $"/api/v1/two/board/{name}")).Status.ShouldBe(200);
        var key = await admin.Send("POST", "/api/v1/_apps/two/_keys", """{"app":"one","id":"x","key":"y"}""");
        key.Json.GetProperty("prefix").GetString().ShouldStartWith("propsdb_two_");
        (await new Principal(world.Server.Anonymous, null, key.Json.GetProperty("key").GetString()).Send("GET", "/api/v1/one/board")).ShouldBeProblem(403, "forbidden");
        (await admin.Send("POST", "/api/v1/two/_undo", """{"app":"one","user":"administrator","since":"2000-01-01T00:00:00Z","tier":"site"}""")).Status.ShouldBe(200);
        (await world.Admin.Send("GET", "/api/v1/one/site/common")).Json.GetProperty("document").GetProperty("version").GetInt32().ShouldBe(3);
    }

    [Theory]
    [InlineData("/api/v1/board/common")]
    [InlineData("/api/v1/one/board/common")]
    [InlineData("/api/v1/two/board/common")]
    [InlineData("/api/v1/_tiers")]
    public async Task A_header_names_an_app_and_opens_none(string path)
    {
        foreach (var caller in new[] { OtherAdmin, world.Callers["ot"], world.Callers["ko"] })
        {
            var answer = await caller.Send("GET", path, null, "", ("X-App-ID", AccessWorld.App));
            answer.ShouldBeProblem(403, "forbidden");
            answer.Body.ShouldNotContain(AccessWorld.Secret(AccessWorld.App));
        }
        (await world.Callers["an"].Send("GET", path, null, "", ("X-App-ID", AccessWorld.App))).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_token_without_an_app_has_that_of_its_key_and_no_other()
    {
        var claims = $$"""{"sub":"owner","roles":["member","admin"],"exp":{{world.Server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""";
        var (bare, withKey) = (new Principal(world.Server.With(Jwt.Hs256(claims)), "owner"), new Principal(world.Server.With(Jwt.Hs256(claims)), "owner", world.Callers["ko"].Key));
        (await bare.Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(403, "forbidden");
        (await withKey.Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(403, "forbidden");
        (await withKey.Send("GET", "/api/v1/two/board/common")).Body.ShouldContain(AccessWorld.Secret(AccessWorld.Other));
        (await new Principal(world.User("owner").Client, "owner", world.Callers["ko"].Key).Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task What_one_app_gave_a_user_is_nothing_in_another()
    {
        var user = world.New("twin");
        await AccessWorld.Expect(201, world.Admin, "PUT", $"/api/v1/one/_users/{user}/_roles/writer", "{}");
        var (here, there) = (world.User(user), world.User(user, AccessWorld.Other));
        (await here.Send("GET", "/api/v1/one/board/common")).Status.ShouldBe(200);
        (await there.Send("GET", "/api/v1/two/board/common")).ShouldBeProblem(403, "forbidden");
        (await there.Send("GET", "/api/v1/two/_access")).Json.GetProperty("roles").GetArrayLength().ShouldBe(1);
        // Where a tier is granted to another app, its callers read it, and what they are called here is another.
        (await there.Send("GET", "/api/v1/one/open/common")).Status.ShouldBe(200);
        (await there.Send("PUT", "/api/v1/one/open/common/ui/kept", """{"value":1,"version":3}""")).ShouldBeProblem(403, "forbidden");
        (await there.Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task An_issuer_speaks_for_its_app_alone()
    {
        var (app, secret) = (world.New("issued"), "the secret of an app's own issuer, long enough");
        await AccessWorld.Expect(201, world.ServiceAdmin, "POST", "/api/v1/_apps", $$"""{"id":"{{app}}"}""");
        await AccessWorld.Expect(200, world.ServiceAdmin, "PATCH", $"/api/v1/_apps/{app}", $$"""{"auth":{"secret":"{{secret}}"} }""");
        Principal Signed(string apps) => new(world.Server.With(Jwt.Signed("""{"alg":"HS256"}""",
            $$"""{"sub":"owner","app_id":{{apps}},"roles":["admin"],"exp":{{world.Server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""",
            System.Security.Cryptography.HMACSHA256.HashData, System.Text.Encoding.UTF8.GetBytes(secret))), "owner");
        (await Signed($"\"{app}\"").Send("GET", $"/api/v1/{app}/shared")).Status.ShouldBe(200);
        (await Signed("\"one\"").Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(401, "unauthenticated");
        (await Signed($"[\"{app}\",\"one\"]").Send("GET", "/api/v1/one/board/common")).Status.ShouldBeOneOf(401, 403);
        (await Signed("\"*\"").Send("GET", "/api/v1/one/board/common")).ShouldBeProblem(401, "unauthenticated");
        (await Signed($"[\"{app}\",\"*\"]").Send("GET", "/api/v1/_apps")).Json.GetProperty("apps").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(app);
        (await Signed($"[\"{app}\",\"*\"]").Send("POST", "/api/v1/_apps", """{"id":"taken"}""")).Status.ShouldBeOneOf(401, 403);
        (await world.User("owner", app, "admin").Send("GET", $"/api/v1/{app}/shared")).ShouldBeProblem(401, "unauthenticated");
    }
}
