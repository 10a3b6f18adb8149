using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using PropsDb.Host.Tests.Search;
using static PropsDb.Host.Tests.Following;

namespace PropsDb.Host.Tests;

/// <summary>What a filter means, followed: documents that come into a result, change in it and leave it.</summary>
public sealed class LiveQueryTests(PropsDbServer server)
{
    private static readonly object Open = new { path = "/task/state", eq = "open" };

    [Fact]
    public async Task Documents_come_into_a_result_change_in_it_and_leave_it()
    {
        var alice = server.NewUser();
        await alice.Post("user/was", """{"collections":{"task":{"state":"open"}}}""");
        await alice.Post("user/other", """{"collections":{"task":{"state":"done"}}}""");
        await using var connection = await Connect(server, server.Token(alice.User));
        var live = await Follow(connection, new { tier = "user", filter = Open, snapshot = true });

        var snapshot = await live.Next();
        (snapshot.GetProperty("type").GetString(), snapshot.GetProperty("document").GetProperty("name").GetString()).ShouldBe(("snapshot", "was"));
        var from = (await live.Next()).ShouldBeOf("ready").GetProperty("position").GetString();

        var messages = new List<JsonElement>();
        async Task Told(string json)
        {
            messages.Add(await live.Next());
            messages[^1].ShouldBeJson(json);
        }

        await alice.Put("user/other/task/state", """{"version":1,"value":"open"}""");
        await Told($$"""{"type":"entered","position":"*","document":{{Expect.Document("other", 2, alice.User, """[{"name":"task","properties":[{"name":"state","value":"open"}]}]""")}}}""");
        await alice.Put("user/other/task/title", """{"version":2,"value":"Paint it"}""");
        await Told($$"""
            {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"other","version":3,"type":"changed","at":"*","by":"{{alice.User}}",
             "changes":[{"op":"set","path":"/task/title","value":"Paint it"}]}
            """);
        await alice.Put("user/other/task/state", """{"version":3,"value":"done"}""");
        await Told($$"""{"type":"left","position":"*","tier":"user","owner":"{{alice.User}}","document":"other","version":4}""");
        // Nothing of what is outside.
        await alice.Put("user/other/task/title", """{"version":4,"value":"unseen"}""");
        await alice.Delete("user/was", ("If-Match", "\"1\""));
        await Told($$"""{"type":"left","position":"*","tier":"user","owner":"{{alice.User}}","document":"was","version":2}""");
        (await alice.Post("user/was/_restore", "{}", ("If-Match", "\"2\""))).Status.ShouldBe(200);
        messages.Add(await live.Next());
        messages[^1].ShouldBeOf("entered").GetProperty("document").GetProperty("version").GetInt64().ShouldBe(3);

        // Who comes back is told the same, from wherever they were.
        for (var seen = 0; seen <= messages.Count; seen++)
        {
            var resumed = await Follow(connection, new { tier = "user", filter = Open, from = seen == 0 ? from : messages[seen - 1].GetProperty("position").GetString() });
            foreach (var message in messages.Skip(seen)) (await resumed.Next()).GetRawText().ShouldBe(message.GetRawText());
            (await resumed.Next()).ShouldBeOf("progress");
        }
    }

    [Fact]
    public async Task A_result_that_is_followed_is_the_result_that_is_queried()
    {
        var alice = server.NewUser();
        var chance = new Random(7);
        await using var connection = await Connect(server, server.Token(alice.User));
        var filter = new { or = new object[] { new { path = "/c/n", gt = 5 }, new { and = new object[] { new { path = "/c/tag", eq = "x" }, new { field = "version", lt = 6 } } } } };
        await Write(10);
        var live = await Follow(connection, new { tier = "user", filter, snapshot = true });
        var (result, position, reconnects) = (new Dictionary<string, long>(), "", 0);
        for (var round = 0; round < 30; round++)
        {
            await Write(chance.Next(1, 8));
            (await alice.Post("user/end", """{"collections":{"c":{"n":9}}}""")).Status.ShouldBe(201);
            while (!result.ContainsKey("end")) await Take();
            (await alice.Delete("user/end", ("If-Match", "*"))).Status.ShouldBe(204);
            while (result.ContainsKey("end")) await Take();
            result.ShouldBe(await Queried(), ignoreOrder: true);
            if (round % 3 != 2) continue;
            // Meanwhile away.
            await Write(5);
            live = await Follow(connection, new { tier = "user", filter, from = position });
            reconnects++;
        }
        reconnects.ShouldBe(10);

        async Task Take()
        {
            var told = await live.Next();
            if (told.TryGetProperty("position", out var at)) position = at.GetString()!;
            switch (told.GetProperty("type").GetString())
            {
                case "snapshot" or "entered":
                    var document = told.GetProperty("document");
                    var (name, version) = (document.GetProperty("name").GetString()!, document.GetProperty("version").GetInt64());
                    if (told.GetProperty("type").GetString() == "entered") result.ShouldNotContainKey(name);
                    result[name] = version;
                    break;
                case "left":
                    result.Remove(told.GetProperty("document").GetString()!);
                    break;
                case "changed":
                    result.ShouldContainKey(told.GetProperty("document").GetString()!);
                    result[told.GetProperty("document").GetString()!] = told.GetProperty("version").GetInt64();
                    break;
            }
        }

        async Task<Dictionary<string, long>> Queried()
        {
            var answer = await alice.Query("user", JsonSerializer.Serialize(new { filter, min_position = position, limit = 100 }));
            answer.Status.ShouldBe(200, answer.ToString());
            return answer.Json.GetProperty("documents").EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!, d => d.GetProperty("version").GetInt64());
        }

        async Task Write(int writes)
        {
            for (var i = 0; i < writes; i++)
            {
                var path = $"user/d{chance.Next(6)}";
                var answer = chance.Next(8) switch
                {
                    0 => await alice.Delete(path, ("If-Match", "*")),
                    1 => await alice.Put($"{path}/c", $$$"""{"properties":{"n":{{{chance.Next(10)}}},"tag":"x"}}""", ("If-Match", "*")),
                    2 => await alice.Put($"{path}/c/tag", """{"value":"x"}""", ("If-Match", "*")),
                    _ => await alice.Put($"{path}/c/n", $$"""{"value":{{chance.Next(10)}}}""", ("If-Match", "*")),
                };
                // Of what is not there the writes with a star are refused.
                if (answer.Status is 412 or 404) answer = await alice.Post(path, $$$$"""{"collections":{"c":{"n":{{{{chance.Next(10)}}}}}}}""");
                answer.Status.ShouldBeOneOf(200, 201, 204);
            }
        }
    }

    [Fact]
    public async Task What_may_not_be_read_is_in_no_result()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        await alice.Post("user/plan", """{"collections":{"task":{"state":"open"}}}""");
        await alice.Post("user/secret", """{"collections":{"task":{"state":"open"}}}""");
        await using var connection = await Connect(server, server.Token(bob.User));
        var live = await Follow(connection, new { tier = "user", filter = Open, snapshot = true });
        (await live.Next()).ShouldBeOf("ready");
        await alice.Post("user/plan/_share", $$"""{"user_id":"{{bob.User}}","can_read":true}""");
        await alice.Put("user/secret/task/title", """{"version":1,"value":"unseen"}""");
        await alice.Put("user/plan/task/title", """{"version":1,"value":"seen"}""");

        // They have not seen it before, though it was in the result.
        (await live.Next()).ShouldBeOf("entered").GetProperty("document").GetProperty("name").GetString().ShouldBe("plan");
        var later = await Follow(connection, new { tier = "user", filter = Open, snapshot = true });
        (await later.Next()).ShouldBeOf("snapshot").GetProperty("document").GetProperty("name").GetString().ShouldBe("plan");
        (await later.Next()).ShouldBeOf("ready");
        await alice.Delete($"user/plan/_share/{bob.User}");
        foreach (var followed in new[] { live, later })
            (await followed.Next()).ShouldBeJson($$"""{"type":"left","tier":"user","owner":"{{alice.User}}","document":"plan"}""");
    }

    [Fact]
    public async Task A_filter_comes_in_binary_form_as_well()
    {
        var alice = server.NewUser();
        await using var connection = await Connect(server, server.Token(alice.User), packed: true);
        var filter = new Dictionary<string, object> { ["path"] = "/c/n", ["in"] = new object[] { 1, 2.5, "three" } };
        var live = await connection.StreamAsChannelAsync<Dictionary<string, object>>("Changes", new Dictionary<string, object> { ["tier"] = "user", ["filter"] = filter });
        (await live.ReadAsync())["type"].ShouldBe("ready");
        await alice.Post("user/one", """{"collections":{"c":{"n":4}}}""");
        await alice.Post("user/two", """{"collections":{"c":{"n":2.50}}}""");
        var told = await live.ReadAsync();
        (told["type"], ((Dictionary<object, object>)told["document"])["name"]).ShouldBe(((object)"entered", (object)"two"));
    }

    [Fact]
    public async Task A_malformed_filter_is_refused_with_its_place()
    {
        var alice = server.NewUser();
        await using var connection = await Connect(server, server.Token(alice.User));
        foreach (var (filter, place) in new (object, string)[]
        {
            (new { path = "/c/n", equals = 1 }, "/filter/equals"),
            (new { and = new object[] { new { path = "c", eq = 1 } } }, "/filter/and/0/path"),
            (new[] { 1 }, "/filter"),
            ("x", "/filter"),
        })
        {
            var live = await Follow(connection, new { tier = "user", filter });
            (await Should.ThrowAsync<ChannelClosedException>(() => live.Next())).InnerException.ShouldBeOfType<HubException>().Message.ShouldStartWith($"invalid_query: {place} ");
        }
    }
}
