using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PropsDb.Host.Tests.Administration;
using PropsDb.Host.Tests.BadInput;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>How webhooks are set up, changed, and what is kept secret.</summary>
public sealed class SettingUpTests(PropsDbServer server)
{
    private const string Url = """{"url":"https://example.com/hook","tier":"shared","document":"none"}""";

    [Fact]
    public async Task A_secret_is_shown_when_it_is_made_and_never_again()
    {
        await using var own = new PropsDbServer();
        await own.InitializeAsync();
        using var log = new CapturedLog();
        own.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var admin = own.As("root", "admin");
        var made = await admin.Put("_webhooks/hook", Url);
        made.Status.ShouldBe(201);
        var secret = made.Json.GetProperty("secret").GetString()!;
        secret.ShouldMatch("^whsec_[0-9a-f]{80}$");
        made.ShouldBeJson($$"""
            {"name":"hook","url":"https://example.com/hook","tier":"shared","document":"none","created_at":"*","created_by":"root","previous_secret_expires_at":null,"secret":"{{secret}}"}
            """);

        var same = await admin.Put("_webhooks/hook", Url);
        var changed = await admin.Put("_webhooks/hook", """{"url":"https://example.com/other"}""");
        (same.Status, changed.Status).ShouldBe((200, 200));
        var rotated = await admin.Post("_webhooks/hook/_rotate", "{}");
        rotated.Status.ShouldBe(200, rotated.ToString());
        var next = rotated.Json.GetProperty("secret").GetString()!;
        next.ShouldNotBe(secret);
        (await admin.Post("_webhooks/hook/_replay", """{"from":""}""")).Status.ShouldBe(200);
        var audit = await admin.Get("_audit");
        foreach (var action in new[] { "webhook_defined", "webhook_changed", "webhook_secret_rotated", "webhook_replayed" }) audit.Body.ShouldContain($"\"action\":\"{action}\"");
        var all = new[] { same, changed, audit, await admin.Get("_webhooks"), await admin.Get("_webhooks/hook"), await admin.Get("_history"), await admin.Delete("_webhooks/hook") }.Select(a => a.Body).Concat(log.All);
        foreach (var text in all)
        {
            text.ShouldNotContain(secret);
            text.ShouldNotContain(next);
        }
        (await admin.Get("_audit")).Body.ShouldContain("\"action\":\"webhook_removed\"");
    }

    [Fact]
    public async Task A_lost_answer_is_given_again_for_the_same_key()
    {
        var app = await TestApp.Register(server);
        var key = ("Idempotency-Key", "made");
        var first = await app.Admin.Put("_webhooks/hook", Url, key);
        var again = await app.Admin.Put("_webhooks/hook", Url, key);
        (again.Status, again.Json.GetProperty("secret").GetString()).ShouldBe((201, first.Json.GetProperty("secret").GetString()));
        (await app.Admin.Put("_webhooks/hook", """{"url":"https://example.com/other"}""", key)).ShouldBeProblem(422, "idempotency_mismatch");
        var rotation = ("Idempotency-Key", "rotated");
        var rotated = await app.Admin.Post("_webhooks/hook/_rotate", "", rotation);
        (await app.Admin.Post("_webhooks/hook/_rotate", "", rotation)).Body.ShouldBe(rotated.Body);
        rotated.Json.GetProperty("secret").GetString().ShouldNotBe(first.Json.GetProperty("secret").GetString());
    }

    [Fact]
    public async Task A_rehearsal_makes_nothing_and_shows_no_secret()
    {
        var app = await TestApp.Register(server);
        var rehearsed = await app.Admin.Put("_webhooks/hook?dry_run=true", Url);
        rehearsed.Status.ShouldBe(201, rehearsed.ToString());
        rehearsed.Json.TryGetProperty("secret", out _).ShouldBeFalse();
        (await app.Admin.Get("_webhooks")).ShouldBeJson("""{"webhooks":[]}""");
    }

    [Theory]
    [InlineData("""{}""", "invalid_value", "/url")]
    [InlineData("""{"url":7}""", "invalid_value", "/url")]
    [InlineData("""{"url":"https://example.com","tier":"No Tier"}""", "invalid_name", "/tier")]
    [InlineData("""{"url":"https://example.com","tier":"user","document":"_d"}""", "invalid_name", "/document")]
    [InlineData("""{"url":"https://example.com","document":"d"}""", "invalid_value", "/document")]
    public async Task What_makes_no_webhook_is_refused(string body, string error, string pointer)
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_webhooks/hook", body)).ShouldPointTo(error, pointer);
    }

    [Fact]
    public async Task A_position_is_held_to_the_same_rules_as_everywhere()
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_webhooks/hook", """{"url":"https://example.com","from":"9"}""")).ShouldBeProblem(400, "invalid_position");
        (await app.Admin.Put("_webhooks/Hook", Url)).ShouldBeProblem(400, "invalid_name");
        (await app.Admin.Post("_webhooks/hook/_replay", """{"from":""}""")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Post("_webhooks/hook/_rotate", "{}")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Delete("_webhooks/hook")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Put("_webhooks/hook", Url)).Status.ShouldBe(201);
        (await app.Admin.Post("_webhooks/hook/_replay", """{"from":"9"}""")).ShouldBeProblem(400, "invalid_position");
        (await app.Admin.Post("_webhooks/hook/_replay", "{}")).ShouldPointTo("invalid_value", "/from");
        (await app.Admin.Post("_webhooks/hook/_rotate", """{"previous_expires_at":"soon"}""")).ShouldPointTo("invalid_value", "/previous_expires_at");
        (await app.Admin.Put("_webhooks/hook?dry_run=true", Url)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task While_a_secret_is_replaced_both_are_good()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        var old = app.Secret;
        var rotated = await app.Admin.Post("_webhooks/hook/_rotate", "{}");
        var next = rotated.Json.GetProperty("secret").GetString()!;
        rotated.Json.GetProperty("previous_secret_expires_at").GetDateTimeOffset().ShouldBe(app.Server.Time.GetUtcNow().AddHours(24));
        await app.Set("d", 1);
        await app.Receiver.Until(1);
        app.Server.Time.Advance(TimeSpan.FromHours(24));
        await app.Set("d", 2);
        await app.Receiver.Until(2);

        (app.Receiver.All[0].IsSignedWith(old), app.Receiver.All[0].IsSignedWith(next)).ShouldBe((true, true));
        (app.Receiver.All[1].IsSignedWith(old), app.Receiver.All[1].IsSignedWith(next)).ShouldBe((false, true));
    }
}
