namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_access</c> tells what a request would be answered, and why. These tests move the service's clock.</summary>
public sealed class AccessRouteTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<TestApp> WithPremium() =>
        await (await TestApp.Register(server)).With("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true,"can_write":true}]}""");

    [Fact]
    public async Task Everyone_is_told_about_themselves()
    {
        var app = await WithPremium();
        (await app.As("alice", "editor").Get("_access")).ShouldBeJson("""
            {"user_id":"alice","roles":[{"name":"editor","expires_at":"*","source":"token"},{"name":"user","expires_at":null,"source":"signed in"}],"accessible_tiers":["app","shared","user"]}
            """);
        var denied = await app.As("alice").Get("_access?tier=premium&action=write");
        (denied.Json.GetProperty("allowed").GetBoolean(), denied.Json.GetProperty("because").GetString()).ShouldBe((false, "requires_role:vip"));
        var allowed = await app.As("alice").Get("_access?tier=user&document=d&action=delete");
        (allowed.Json.GetProperty("allowed").GetBoolean(), allowed.Json.GetProperty("because").GetString()).ShouldBe((true, "tier_permission role:user signed in"));
        (await app.As("alice").Get("_access?user=bob")).ShouldBeForbidden("requires_role:admin");
        (await app.As("alice").Get("_access?user=alice")).Status.ShouldBe(200);
        (await app.Anonymous.Get("_access")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task Administrators_are_told_about_others_now_then_and_later()
    {
        var app = await WithPremium();
        var start = server.Time.GetUtcNow();
        server.Time.Advance(TimeSpan.FromMinutes(1));
        var until = start.AddMinutes(30);
        (await app.Admin.Put("_users/alice/_roles/vip", $$"""{"expires_at":"{{Time(until)}}"}""")).Status.ShouldBe(201);
        async Task<(bool, string)> Ask(string query)
        {
            var answer = await app.Admin.Get("_access?user=alice&tier=premium&action=write" + query);
            return (answer.Json.GetProperty("allowed").GetBoolean(), answer.Json.GetProperty("because").GetString()!);
        }
        var allowed = (true, $"tier_permission role:vip assigned until {Time(until)}");
        (await Ask("")).ShouldBe(allowed);
        (await Ask($"&at={Time(until.AddMicroseconds(-1))}")).ShouldBe(allowed);
        (await Ask($"&at={Time(until)}")).ShouldBe((false, "requires_role:vip"));
        (await Ask($"&at={Time(start)}")).ShouldBe((false, "requires_role:vip"));
        (await Ask("&at=2020-01-01T00:00:00Z")).Item1.ShouldBeFalse();
        server.Time.Advance(TimeSpan.FromMinutes(40));
        (await Ask("")).ShouldBe((false, "requires_role:vip"));
        (await Ask($"&at={Time(start.AddMinutes(10))}")).ShouldBe(allowed);
        (await app.As("alice").Get("premium")).ShouldBeForbidden("requires_role:vip");
    }

    [Fact]
    public async Task A_share_is_told_with_who_gave_it()
    {
        var app = await WithPremium();
        (await app.As("alice").Post("user/d", "{}")).Status.ShouldBe(201);
        (await app.As("alice").Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
        async Task<string> Because(string action) =>
            (await app.Admin.Get($"_access?user=bob&tier=user&owner=alice&document=d&action={action}")).Json.GetProperty("because").GetString()!;
        (await Because("read")).ShouldBe("share by:alice");
        (await Because("write")).ShouldBe("requires_share:write");
        (await app.Admin.Get("_access?user=carol&tier=user&owner=alice&document=d")).Json.GetProperty("because").GetString().ShouldBe("not_shared");
        (await app.Admin.Get("_access?user=carol&tier=absent")).Json.GetProperty("because").GetString().ShouldBe("unknown");
    }

    [Theory]
    [InlineData("?action=write", "tier")]
    [InlineData("?document=d", "tier")]
    [InlineData("?tier=user&action=look", "action")]
    [InlineData("?at=2026-02-30T00:00:00Z", "at")]
    [InlineData("?at=yesterday", "at")]
    public async Task A_malformed_question_is_refused(string query, string parameter)
    {
        var answer = await (await TestApp.Register(server)).Admin.Get("_access" + query);
        answer.ShouldBeProblem(400, "invalid_query");
        answer.Json.GetProperty("detail").GetString()!.ShouldContain(parameter);
    }
}
