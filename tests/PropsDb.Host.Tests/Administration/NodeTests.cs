using System.Diagnostics;

namespace PropsDb.Host.Tests.Administration;

/// <summary>What was administered is there after a restart, and on every node.</summary>
public sealed class NodeTests(ITestOutputHelper output)
{
    private static async Task<PropsDbServer> Start(string? database = null, params string[] settings)
    {
        var server = new PropsDbServer { Database = database, Settings = settings };
        await server.InitializeAsync();
        return server;
    }

    [Fact]
    public async Task Everything_is_as_before_after_a_restart()
    {
        string[] reads = ["_tiers", "_roles", "_plans", "_users/carol", "_users/alice/_roles", "_users/alice/_subscriptions", "_access?user=alice", "user/d/_permissions?owner=alice"];
        var before = new List<string>();
        string database, id;
        (string, string) key;
        await using (var server = await Start())
        {
            var app = await TestApp.Register(server);
            (database, id) = (server.ConnectionString, app.Id);
            await app.With("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true}],"conflict_resolution_strategy":"merge"}""");
            await app.With("_tiers/premium/_grants/default", "");
            await app.With("_roles/vip", """{"description":"Pays"}""");
            await app.With("_plans/gold", """{"roles":["vip"]}""");
            await app.With("_users/carol", """{"is_active":false}""");
            await app.With("_users/alice/_roles/editor", "{}");
            (await app.Admin.Post("_users/alice/_subscriptions", """{"plan":"gold","expires_at":"9999-01-01T00:00:00Z"}""")).Status.ShouldBe(201);
            await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
            (await app.As("alice").Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
            var issued = await app.Admin.Post($"/api/v1/_apps/{id}/_keys", """{"scopes":[{"tier":"user","can_read":true}]}""");
            key = ("X-App-Key", issued.Json.GetProperty("key").GetString()!);
            foreach (var read in reads) before.Add((await app.Admin.Get(read)).Body);
        }
        await using var restarted = await Start(database);
        var again = new TestApp(restarted, id);
        for (var i = 0; i < reads.Length; i++) (await again.Admin.Get(reads[i])).Body.ShouldBe(before[i], reads[i]);
        (await again.As("bob").Get("user/d?owner=alice")).ShouldBeAt(200, 1);
        (await again.As("alice").Get("premium")).Status.ShouldBe(200);
        (await again.As("carol").Get("user")).ShouldBeForbidden("inactive_user");
        (await again.Anonymous.Get("user/d?owner=alice", key)).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task What_one_node_takes_back_the_other_refuses_within_a_second()
    {
        await using var first = await Start(null, "--PROPSDB:CLUSTER=true");
        await using var second = await Start(first.ConnectionString, "--PROPSDB:CLUSTER=true");
        var app = await TestApp.Register(first);
        var there = new TestApp(second, app.Id);
        await app.As("alice").Holding("user/d", """{"ui":{"a":1}}""");
        await app.With("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true}]}""");
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 5; i++)
        {
            (await app.As("alice").Post("user/d/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
            slowest = Max(slowest, await Until(200, () => there.As("bob").Get("user/d?owner=alice")));
            (await app.As("alice").Delete("user/d/_share/bob")).Status.ShouldBe(204);
            slowest = Max(slowest, await Until(404, () => there.As("bob").Get("user/d?owner=alice")));
            (await app.Admin.Put("_users/alice/_roles/vip", "{}")).Status.ShouldBe(201);
            slowest = Max(slowest, await Until(200, () => there.As("alice").Get("premium")));
            (await app.Admin.Delete("_users/alice/_roles/vip")).Status.ShouldBe(204);
            slowest = Max(slowest, await Until(403, () => there.As("alice").Get("premium")));
        }
        output.WriteLine($"the slowest of 20 changes was in force on the other node after {slowest.TotalMilliseconds:0} ms");
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static async Task<TimeSpan> Until(int status, Func<Task<Answer>> ask)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await ask()).Status != status && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10)) await Task.Delay(5);
        return Stopwatch.GetElapsedTime(started);
    }
}
