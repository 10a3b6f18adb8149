using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using PropsDb.Host.Access;
using static PropsDb.Host.Tests.Following;

namespace PropsDb.Host.Tests;

/// <summary>Changes over the hub, as clients of SignalR see them.</summary>
public sealed class LiveTests(PropsDbServer server)
{
    [Fact]
    public async Task A_follower_is_shown_what_is_there_and_told_what_becomes_of_it()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{"ui":{"theme":"dark"}}}""");
        await using var connection = await Connect(server, server.Token(alice.User));
        var live = await Follow(connection, new { app = "default", tier = "user", document = "d", snapshot = true });

        var snapshot = await live.Next();
        (snapshot.GetProperty("type").GetString(), snapshot.GetProperty("document").GetProperty("version").GetInt64()).ShouldBe(("snapshot", 1));
        (await live.Next()).GetProperty("type").GetString().ShouldBe("ready");
        for (var v = 1; v < 6; v++) await alice.Put("user/d/ui/theme", $$"""{"version":{{v}},"value":1.{{v}}0}""");
        var position = "";
        for (var v = 2; v <= 6; v++)
        {
            var told = await live.Next();
            told.ShouldBeJson($$"""
                {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"d","version":{{v}},"type":"changed","at":"*","by":"{{alice.User}}",
                 "changes":[{"op":"set","path":"/ui/theme","value":1.{{v - 1}}0}]}
                """);
            if (v == 3) position = told.GetProperty("position").GetString()!;
        }
        var resumed = await Follow(connection, new { app = "default", tier = "user", document = "d", from = position });
        for (var v = 4; v <= 6; v++) (await resumed.Next()).GetProperty("version").GetInt64().ShouldBe(v);
        (await resumed.Next()).GetProperty("type").GetString().ShouldBe("progress");
        (await resumed.Next()).GetProperty("type").GetString().ShouldBe("ready");
    }

    [Fact]
    public async Task What_is_asked_for_may_be_a_collection_a_property_or_the_whole_app()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{"ui":{"theme":1},"net":{"on":true}}}""");
        await using var connection = await Connect(server, server.Token(alice.User));
        var property = await Follow(connection, new { app = "default", tier = "user", document = "d", collection = "ui", property = "theme" });
        var collection = await Follow(connection, new { app = "default", tier = "user", document = "d", collection = "ui" });
        var app = await Follow(connection, new { });
        foreach (var live in new[] { property, collection, app }) await live.Next("ready");
        await alice.Put("user/d/net/on", """{"version":1,"value":false}""");
        await alice.Put("user/d/ui/size", """{"version":2,"value":2}""");
        await alice.Put("user/d/ui", """{"version":3,"properties":{"theme":5,"size":2}}""");

        (await property.Next()).GetProperty("version").GetInt64().ShouldBe(4);
        (await collection.Next()).GetProperty("version").GetInt64().ShouldBe(3);
        (await collection.Next()).GetProperty("version").GetInt64().ShouldBe(4);
        var own = new List<long>();
        while (own.Count < 3)
            if (await app.Next() is var told && told.TryGetProperty("owner", out var owner) && owner.GetString() == alice.User) own.Add(told.GetProperty("version").GetInt64());
        own.ShouldBe([2L, 3L, 4L]);
    }

    [Fact]
    public async Task The_same_comes_in_binary_form()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{"ui":{"theme":"dark"}}}""");
        await using var connection = await Connect(server, server.Token(alice.User), packed: true);
        var live = await connection.StreamAsChannelAsync<Dictionary<string, object>>("Changes", new Dictionary<string, object> { ["app"] = "default", ["tier"] = "user", ["document"] = "d" });
        (await live.ReadAsync())["type"].ShouldBe("ready");
        await alice.Put("user/d/ui/theme", """{"version":1,"value":[1,"x",null]}""");
        var told = await live.ReadAsync();
        (told["version"], told["document"], told["type"]).ShouldBe(((object)(byte)2, "d", "changed"));
        var change = (Dictionary<object, object>)((object[])told["changes"])[0];
        ((object[])change["value"]).ShouldBe([(byte)1, "x", null!]);
    }

    [Fact]
    public async Task Nobody_follows_what_they_may_not_read()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        await alice.Post("user/d", """{"collections":{}}""");
        await Should.ThrowAsync<HttpRequestException>(() => Connect(server, ""));
        await Should.ThrowAsync<HttpRequestException>(() => Connect(server, "nonsense"));
        await using var connection = await Connect(server, server.Token(bob.User));
        foreach (var (request, error) in new (object, string)[]
        {
            (new { app = "default", tier = "user", owner = alice.User, document = "d" }, "not_found"),
            (new { app = "default", tier = "user", owner = alice.User, document = "nothing" }, "not_found"),
            (new { app = "default", tier = "nowhere" }, "not_found"),
            (new { app = "other", tier = "user" }, "forbidden"),
            (new { app = "default", tier = "role:editor" }, "forbidden"),
            (new { app = "default", tier = "user", document = ".." }, "invalid_name"),
            (new { app = "default", tier = "user", collection = "c" }, "invalid_name"),
            (new { app = "default", tier = "user", from = "9" }, "invalid_position"),
        })
        {
            var live = await Follow(connection, request);
            (await Should.ThrowAsync<ChannelClosedException>(() => live.Next())).InnerException.ShouldBeOfType<HubException>().Message.ShouldContain(error);
        }
        // The token in the query is for the hub alone.
        (await server.Anonymous.Get($"user?access_token={server.Token(bob.User)}")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task What_is_taken_back_is_followed_no_longer()
    {
        var (alice, bob, admin) = (server.NewUser(), server.NewUser(), server.NewUser("admin"));
        await alice.Post("user/plan", """{"collections":{"c":{}}}""");
        await alice.Post("user/plan/_share", $$"""{"user_id":"{{bob.User}}","can_read":true}""");
        await admin.Put($"_users/{bob.User}/_roles/editor", "{}");
        await admin.Put("role:editor/all/c/p", """{"version":0,"value":1}""");
        await using var connection = await Connect(server, server.Token(bob.User));
        var tier = await Follow(connection, new { tier = "user" });
        var document = await Follow(connection, new { tier = "user", owner = alice.User, document = "plan" });
        var role = await Follow(connection, new { tier = "role:editor" });
        foreach (var live in new[] { tier, document, role }) await live.Next("ready");
        await alice.Put("user/plan/c/p", """{"version":1,"value":1}""");
        await tier.Next("changed");

        await alice.Delete($"user/plan/_share/{bob.User}");
        await admin.Delete($"_users/{bob.User}/_roles/editor");
        await alice.Put("user/plan/c/p", """{"version":2,"value":"unseen"}""");
        await admin.Put("role:editor/all/c/p", """{"value":"unseen"}""", ("If-Match", "*"));

        (await tier.Next()).GetProperty("type").GetString().ShouldBe("left");
        (await document.Next("changed")).GetProperty("version").GetInt64().ShouldBe(2);
        (await document.Next()).GetProperty("type").GetString().ShouldBe("ended");
        (await role.Next()).GetProperty("type").GetString().ShouldBe("ended");
        await Task.WhenAll(document.Completion, role.Completion);
    }

    [Fact]
    public async Task A_connection_ends_with_its_token_unless_it_gets_a_fresh_one()
    {
        await using var own = new PropsDbServer();
        await own.InitializeAsync();
        string Until(string user, int minutes) => Tokens.Issue(PropsDbServer.SecretBytes, user, [], ["default"], own.Time.GetUtcNow().AddMinutes(minutes));
        await using var stays = await Connect(own, Until("alice", 10));
        await using var goes = await Connect(own, Until("bob", 10));
        var closed = new TaskCompletionSource();
        goes.Closed += _ => { closed.TrySetResult(); return Task.CompletedTask; };
        var (staying, going) = (await Follow(stays, new { tier = "user" }), await Follow(goes, new { tier = "user" }));
        await staying.Next("ready");
        await going.Next("ready");
        (await Should.ThrowAsync<HubException>(() => stays.InvokeAsync("Authenticate", Until("bob", 60)))).Message.ShouldContain("forbidden");
        await stays.InvokeAsync("Authenticate", Until("alice", 60));
        own.Time.Advance(TimeSpan.FromMinutes(11));

        (await going.Next("ended")).GetProperty("reason").GetString().ShouldBe("token_expired");
        await closed.Task.WaitAsync(Waiting.Patience);
        await own.With(Until("alice", 60)).Post("user/d", """{"collections":{}}""");
        (await staying.Next("created")).GetProperty("document").GetString().ShouldBe("d");
    }
}
