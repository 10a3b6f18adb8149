using System.Text.Json;

namespace PropsDb.Host.Tests.Administration;

/// <summary>The histories of an app's set-up and of its users.</summary>
public sealed class HistoryTests(PropsDbServer server)
{
    private static string[] Told(Answer answer) =>
        [.. answer.Json.GetProperty("history").EnumerateArray().Select(e => $"{e.GetProperty("number")} {e.GetProperty("action").GetString()}")];

    [Fact]
    public async Task What_was_set_up_is_told_newest_first_and_page_by_page()
    {
        var app = await TestApp.Register(server);
        await app.Admin.Put("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true}]}""");
        await app.Admin.Put("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true}]}""");
        await app.Admin.Put("_plans/gold", """{"roles":["vip"]}""", ("X-Change-Message", "the%20spring%20offer"));
        await app.Admin.Delete("_tiers/premium");

        var first = await app.Admin.Get("_history?limit=2");
        var rest = await app.Admin.Get($"_history?before={first.Json.GetProperty("next")}");

        Told(first).Concat(Told(rest)).ShouldBe(["7 tier_removed", "6 plan_defined", "5 tier_defined", "4 tier_defined", "3 tier_defined", "2 tier_defined", "1 app_registered"]);
        rest.Json.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        first.Json.GetProperty("history")[1].ShouldBeJson("""{"number":6,"at":"*","by":"*","action":"plan_defined","message":"the spring offer","data":{"plan":"gold","roles":["vip"]}}""");
    }

    [Fact]
    public async Task What_a_user_was_given_and_lost_is_in_the_users_own_history()
    {
        var app = await TestApp.Register(server);
        await app.Admin.Put("_users/ann/_roles/editor", "{}");
        await app.Admin.Put("_users/bob/_roles/editor", "{}");
        await app.Admin.Delete("_users/ann/_roles/editor");

        Told(await app.Admin.Get("_users/ann/_history")).ShouldBe(["2 role_revoked", "1 role_assigned"]);
        Told(await app.Admin.Get("_users/nobody/_history")).ShouldBeEmpty();
        (await app.Admin.Get("_history?limit=0")).ShouldBeProblem(400, "invalid_query");
        (await app.Admin.Get("_history?before=x")).ShouldBeProblem(400, "invalid_query");
    }
}
