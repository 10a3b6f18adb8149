using PropsDb.Host.Tests.Administration;

namespace PropsDb.Host.Tests.Sharing;

/// <summary>Everyone's list is of what they own and of what others share with them.</summary>
public sealed class SharedListTests(PropsDbServer server)
{
    private static async Task<TestApp> With(PropsDbServer server, params (string Owner, string Name, bool Shared)[] documents)
    {
        var app = await TestApp.Register(server);
        foreach (var (owner, name, shared) in documents)
        {
            await app.As(owner).Holding($"user/{name}", """{"ui":{"a":1}}""");
            if (shared) (await app.As(owner).Post($"user/{name}/_share", """{"user_id":"bob"}""")).Status.ShouldBe(201);
        }
        return app;
    }

    private static string[] Names(Answer list) => [.. list.Json.GetProperty("documents").EnumerateArray().Select(d => $"{d.GetProperty("owner").GetString()}/{d.GetProperty("name").GetString()}")];

    [Fact]
    public async Task Own_and_shared_documents_are_counted_sorted_and_paged_together()
    {
        var app = await With(server, ("alice", "a", true), ("alice", "b", false), ("bob", "c", false), ("carol", "a", true), ("carol", "d", true), ("bob", "e", false));
        var bob = app.As("bob");
        var whole = await bob.Get("user");
        Names(whole).ShouldBe(["alice/a", "carol/a", "bob/c", "carol/d", "bob/e"], ignoreOrder: true);
        whole.Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(5);
        var paged = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await bob.Get("user?limit=2" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            page.Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(5);
            paged.AddRange(Names(page));
            if ((cursor = page.Json.GetProperty("pagination").GetProperty("next_cursor").GetString()) is null) break;
        }
        paged.ShouldBe(Names(whole));
        Names(await bob.Get("user?prefix=a")).ShouldBe(["alice/a", "carol/a"], ignoreOrder: true);
        Names(await bob.Get("user?owner=carol")).ShouldBe(["carol/a", "carol/d"]);
        Names(await bob.Get("user?owner=bob")).ShouldBe(["bob/c", "bob/e"]);
        Names(await app.As("alice").Get("user")).ShouldBe(["alice/a", "alice/b"]);
        (await app.As("dave").Get("user")).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task What_is_no_longer_shared_leaves_the_list_at_once()
    {
        var app = await With(server, ("alice", "a", true), ("alice", "b", true));
        (await app.As("alice").Delete("user/a/_share/bob")).Status.ShouldBe(204);
        Names(await app.As("bob").Get("user?include=content")).ShouldBe(["alice/b"]);
        (await app.As("alice").Delete("user/b?version=1")).Status.ShouldBe(204);
        Names(await app.As("bob").Get("user")).ShouldBeEmpty();
        Names(await app.As("bob").Get("user?deleted=true")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_role_in_the_tier_the_list_is_of_shared_documents_alone()
    {
        var app = await With(server, ("alice", "a", true), ("bob", "own", false));
        await app.With("_tiers/user", """{"type":"per_user","permissions":[{"role":"vip","can_read":true,"can_write":true,"can_delete":true}]}""");
        Names(await app.As("bob").Get("user")).ShouldBe(["alice/a"]);
        (await app.As("bob").Get("user/own")).ShouldBeForbidden("requires_role:vip");
        (await app.As("dave").Get("user")).ShouldBeForbidden("requires_role:vip");
    }
}
