using PropsDb.Host.Access;

namespace PropsDb.Host.Tests;

/// <summary>How long outcomes are kept, and through what. Each test has services of its own: it moves the clock or stops them.</summary>
public sealed class KeptOutcomeTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "key");
    private const string Body = """{"version":1,"value":2}""";
    private const string Batch = """{"version":1,"device":"phone","sequence":1,"operations":[{"op":"set","path":"/ui/a","value":2}]}""";

    [Fact]
    public async Task A_restarted_service_still_gives_the_first_answers()
    {
        await using var first = new PropsDbServer();
        await first.InitializeAsync();
        var alice = await (await first.As("alice").Holding("user/d", """{"ui":{"a":1}}""")).Holding("user/e", """{"ui":{"a":1}}""");
        var (keyed, counted) = (await alice.Put("user/d/ui/a", Body, Key), await alice.Post("user/e/_batch", Batch));
        keyed.ShouldBeAt(200, 2);
        counted.ShouldBeAt(200, 2);
        await first.DisposeAsync();

        await using var second = new PropsDbServer { Database = first.ConnectionString };
        await second.InitializeAsync();
        alice = second.As("alice");
        foreach (var (before, after) in new[] { (keyed, await alice.Put("user/d/ui/a", Body, Key)), (counted, await alice.Post("user/e/_batch", Batch)) })
        {
            after.ShouldBeAt(200, 2);
            after.Header("Idempotency-Replayed").ShouldBe("true");
            (after.Body, after.Header("X-Position")).ShouldBe((before.Body, before.Header("X-Position")));
        }
        (await alice.Put("user/d/ui/a", """{"version":2,"value":2}""", Key)).ShouldBeProblem(422, "idempotency_mismatch");
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task An_outcome_is_kept_for_a_day_and_then_forgotten()
    {
        await using var server = new PropsDbServer();
        await server.InitializeAsync();
        var alice = await (await server.As("alice").Holding("user/d", """{"ui":{"a":1}}""")).Holding("user/e", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/a", Body, Key)).ShouldBeAt(200, 2);
        (await alice.Post("user/e/_batch", Batch)).ShouldBeAt(200, 2);
        server.Time.Advance(TimeSpan.FromHours(23.9));
        await Task.Delay(300);
        alice = server.As("alice");
        (await alice.Put("user/d/ui/a", Body, Key)).Header("Idempotency-Replayed").ShouldBe("true");
        (await alice.Post("user/e/_batch", Batch)).Header("Idempotency-Replayed").ShouldBe("true");

        for (var i = 0; (await alice.Put("user/d/ui/a", Body, Key)).Status == 200; i++)
        {
            i.ShouldBeLessThan(100, "The outcome is never forgotten.");
            server.Time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(20);
            alice = server.As("alice");
        }
        (await alice.Put("user/d/ui/a", Body, Key)).ShouldBeProblem(409, "version_conflict");
        (await alice.Put("user/e/ui/a", """{"version":2,"value":3}""")).ShouldBeAt(200, 3);
        var forgotten = await alice.Post("user/e/_batch", Batch);
        forgotten.Status.ShouldBe(200, forgotten.ToString());
        forgotten.ShouldBeJson("""{"document_version":3,"results":[]}""");
        (await alice.Get("user/e")).ShouldBeAt(200, 3);
    }

    [Fact]
    public async Task Two_nodes_and_two_apps_on_one_database()
    {
        await using var first = new PropsDbServer { Settings = ["--PROPSDB:CLUSTER=true"] };
        await first.InitializeAsync();
        await using var second = new PropsDbServer { Database = first.ConnectionString, Settings = ["--PROPSDB:CLUSTER=true"] };
        await second.InitializeAsync();
        var nodes = new[] { first.As("alice"), second.As("alice") };
        await nodes[0].Holding("user/d", """{"ui":{"l":[]}}""");
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => nodes[i % 2].Post("user/d/_batch?on_conflict=last_write_wins",
                """{"version":1,"operations":[{"op":"set","path":"/ui/l/-","value":1}]}""", ("Idempotency-Key", $"k{round}"))));
            foreach (var answer in answers) (answer.Status is 200 || answer.Error == "idempotency_in_progress").ShouldBeTrue(answer.ToString());
            answers.Where(a => a.Status == 200).Select(a => a.Body).Distinct().Count().ShouldBe(1);
            answers.Count(a => a.Status == 200 && a.Header("Idempotency-Replayed") is null).ShouldBe(1);
        }
        var list = string.Join(",", Enumerable.Repeat(1, 10));
        foreach (var node in nodes) (await node.Content("user/d")).ShouldBe($"{{\"ui\":{{\"l\":[{list}]}}}}");
        await second.DisposeAsync();

        await using var other = new PropsDbServer { Database = first.ConnectionString, Settings = ["--PROPSDB:CLUSTER=true", "--PROPSDB:APP=other"] };
        await other.InitializeAsync();
        var there = other.With(Tokens.Issue(PropsDbServer.SecretBytes, "alice", [], ["other", "default"], other.Time.GetUtcNow().AddHours(1)));
        var fresh = await there.Post("/api/v1/other/user/d", "{}", ("Idempotency-Key", "k0"));
        fresh.ShouldBeAt(201, 1);
        fresh.Header("Idempotency-Replayed").ShouldBeNull();
    }
}
