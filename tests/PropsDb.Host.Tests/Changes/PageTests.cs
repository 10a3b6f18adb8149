using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>Changes as JSON: a page of what was committed after a position, or a wait for it.</summary>
public sealed class PageTests(PropsDbServer server)
{
    private static string[] Told(Answer answer) =>
        [.. answer.Json.GetProperty("changes").EnumerateArray().Select(c => $"{c.GetProperty("document").GetString()} {c.GetProperty("version")} {c.GetProperty("type").GetString()}")];

    private static string Position(Answer answer) => answer.Json.GetProperty("position").GetString()!;

    [Fact]
    public async Task A_document_s_life_is_told_a_message_a_commit()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{"ui":{"theme":"dark","size":1.10}}}""");
        await alice.Post("user/d/_batch", """{"document_version":1,"operations":[{"op":"set","path":"/ui/theme","value":"light"},{"op":"delete","path":"/ui/size"}],"device":"phone","sequence":1}""");
        await alice.Put("user/d/_settings", """{"conflict_resolution_strategy":"merge"}""");
        await alice.Delete("user/d?version=2");
        await alice.Post("user/d/_restore", "{}");

        var answer = await alice.Get("user/d/_changes");

        answer.ShouldBeJson($$"""
            {"position":"*","changes":[
              {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"d","version":1,"type":"created","at":"{{Expect.Now}}","by":"{{alice.User}}",
               "changes":[{"op":"set","path":"/ui","value":{"theme":"dark","size":1.10} }] },
              {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"d","version":2,"type":"changed","at":"{{Expect.Now}}","by":"{{alice.User}}","device":"phone",
               "changes":[{"op":"set","path":"/ui/theme","value":"light"},{"op":"delete","path":"/ui/size"}]},
              {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"d","version":3,"type":"deleted","at":"{{Expect.Now}}","by":"{{alice.User}}",
               "changes":[{"op":"delete","path":"/ui"}]},
              {"position":"*","app":"default","tier":"user","owner":"{{alice.User}}","document":"d","version":4,"type":"restored","at":"{{Expect.Now}}","by":"{{alice.User}}",
               "changes":[{"op":"set","path":"/ui","value":{"theme":"light"} }] }]}
            """);
        (await alice.Get("user/d")).Header("X-Position").ShouldBe(answer.Json.GetProperty("changes")[3].GetProperty("position").GetString());
    }

    [Fact]
    public async Task Pages_lead_from_one_to_the_next_and_the_last_one_to_what_comes()
    {
        var alice = server.NewUser();
        for (var i = 0; i < 5; i++) (await alice.Post($"user/d{i}", """{"collections":{}}""")).Status.ShouldBe(201);
        var first = await alice.Get("user/_changes?limit=2&since=");
        var second = await alice.Get($"user/_changes?limit=2&since={Position(first)}");
        var third = await alice.Get($"user/_changes?limit=2&since={Position(second)}");
        var fourth = await alice.Get($"user/_changes?limit=2&since={Position(third)}");
        (await alice.Post("user/d5", """{"collections":{}}""")).Status.ShouldBe(201);
        var fifth = await alice.Get($"user/_changes?limit=2&since={Position(fourth)}&wait=30");

        new[] { first, second, third, fourth, fifth }.SelectMany(Told).ShouldBe(Enumerable.Range(0, 6).Select(i => $"d{i} 1 created"));
        Told(fourth).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_others_write_in_between_does_not_shorten_a_page()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        var begin = Position(await alice.Get("user/_changes?since="));
        for (var i = 0; i < 4; i++)
        {
            (await alice.Post($"user/d{i}", """{"collections":{}}""")).Status.ShouldBe(201);
            foreach (var j in new[] { 0, 1, 2 }) (await bob.Post($"user/d{i}{j}", """{"collections":{}}""")).Status.ShouldBe(201);
        }
        (await bob.Post("user/d30/_share", $$"""{"user_id":"{{alice.User}}","can_read":true}""")).Status.ShouldBe(201);
        (await bob.Put("user/d30/c/p", """{"version":1,"value":1}""")).Status.ShouldBe(200);

        var first = await alice.Get($"user/_changes?limit=3&since={begin}");
        Told(first).ShouldBe(["d0 1 created", "d1 1 created", "d2 1 created"]);
        Told(await alice.Get($"user/_changes?limit=3&since={Position(first)}")).ShouldBe(["d3 1 created", "d30 2 changed"]);
        Told(await alice.Get($"user/_changes?limit=3&since={begin}&wait=30")).ShouldBe(Told(first));
        Told(await alice.Get($"user/_changes?limit=3&since={Position(first)}&wait=30")).ShouldBe(["d3 1 created", "d30 2 changed"]);
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_commit_or_with_its_time()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{}}""");
        var position = Position(await alice.Get("user/d/_changes"));
        var waiting = alice.Get($"user/d/_changes?since={position}&wait=30");
        await Task.Delay(50);
        waiting.IsCompleted.ShouldBeFalse();
        await alice.Put("user/d/c/p", """{"version":1,"value":1}""");
        Told(await waiting.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBe(["d 2 changed"]);

        Told(await alice.Get($"user/d/_changes?since={position}&limit=1")).ShouldBe(["d 2 changed"]);
    }

    [Fact]
    public async Task A_position_is_of_its_app_and_of_what_was_committed()
    {
        var alice = server.NewUser();
        await alice.Post("user/d", """{"collections":{}}""");
        var seal = (PropsDb.Projections.Seal)server.Services.GetService(typeof(PropsDb.Projections.Seal))!;
        foreach (var bad in new[] { "x", "0", "-1", "9223372036854775808", seal.Position("other", 1), new string('A', 22) })
            (await alice.Get($"user/_changes?since={bad}")).ShouldBeProblem(400, "invalid_position");
        (await alice.Get($"user/_changes?since={seal.Position("default", long.MaxValue)}")).ShouldBeProblem(410, "position_gone");
        (await alice.Get("user/_changes?wait=61")).ShouldBeProblem(400, "invalid_query");
        (await alice.Get("user/_changes?limit=501")).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task Everyone_is_told_of_what_they_may_read_and_of_nothing_else()
    {
        var (alice, bob, admin) = (server.NewUser(), server.NewUser(), server.NewUser("admin"));
        await alice.Post("user/secret", """{"collections":{"c":{"p":1}}}""");
        await alice.Post("user/plan", """{"collections":{"c":{"p":"before"}}}""");
        var begin = Position(await bob.Get("user/_changes"));
        (await alice.Post("user/plan/_share", $$"""{"user_id":"{{bob.User}}","can_read":true}""")).Status.ShouldBe(201);
        await alice.Put("user/plan/c/p", """{"version":1,"value":"after"}""");
        await alice.Put("user/secret/c/p", """{"version":1,"value":2}""");

        var told = await bob.Get("user/_changes");
        Told(told).ShouldBe(["plan 2 changed"]);
        told.Body.ShouldNotContain("before");
        Told(await bob.Get($"user/_changes?owner={alice.User}&since={begin}")).ShouldBe(["plan 2 changed"]);
        Told(await admin.Get($"user/_changes?owner={alice.User}")).ShouldBe(["secret 1 created", "plan 1 created", "plan 2 changed", "secret 2 changed"]);
        (await bob.Get($"user/secret/_changes?owner={alice.User}")).ShouldBeProblem(404, "not_found");
        (await server.Anonymous.Get("user/_changes")).ShouldBeProblem(401, "unauthenticated");

        await alice.Delete($"user/plan/_share/{bob.User}");
        await alice.Put("user/plan/c/p", """{"version":2,"value":"later"}""");
        Told(await bob.Get("user/_changes")).ShouldBeEmpty();
    }
}
