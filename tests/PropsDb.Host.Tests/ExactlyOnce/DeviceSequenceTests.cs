namespace PropsDb.Host.Tests;

/// <summary>Batches that a device counts.</summary>
public sealed class DeviceSequenceTests(PropsDbServer server)
{
    private static string Batch(int sequence, int value, string device = "phone", int version = 1) =>
        $$"""{"version":{{version}},"on_conflict":"merge","device":"{{device}}","sequence":{{sequence}},"operations":[{"op":"set","path":"/{{device}}/n","value":{{value}}}]}""";

    private static async Task<string> Vector(Client client, string path = "user/d")
    {
        var answer = await client.Get(path + "?include=vector");
        answer.ETag.ShouldBeNull();
        return answer.Json.GetProperty("vector").GetRawText();
    }

    private Task<Client> Owner() => server.NewUser().Holding("user/d", "{}");

    [Fact]
    public async Task A_repeated_batch_gets_its_first_answer_whatever_came_since()
    {
        var alice = await Owner();
        var answers = new List<Answer>();
        for (var i = 1; i <= 3; i++)
        {
            answers.Add(await alice.Post("user/d/_batch", Batch(i, i, version: i)));
            answers[^1].ShouldBeAt(200, i + 1);
            answers[^1].Header("Idempotency-Replayed").ShouldBeNull();
        }
        for (var i = 1; i <= 3; i++)
        {
            // What the repetition says is not looked at: its place was taken.
            foreach (var body in new[] { Batch(i, i, version: i), Batch(i, 77) })
            {
                var again = await alice.Post("user/d/_batch", body);
                again.ShouldBeAt(200, i + 1);
                (again.Body, again.Header("X-Position"), again.Header("Idempotency-Replayed")).ShouldBe((answers[i - 1].Body, answers[i - 1].Header("X-Position"), "true"));
            }
        }
        (await alice.Content("user/d")).ShouldBe("""{"phone":{"n":3}}""");
        (await Vector(alice)).ShouldBe("""{"phone":3}""");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1000000, 1)]
    public async Task A_gap_tells_the_number_that_is_next(int sequence, int expected)
    {
        var alice = await Owner();
        for (var done = 0; done < 3; done++)
        {
            var answer = await alice.Post("user/d/_batch", Batch(sequence + done, 9));
            answer.ShouldBeProblem(409, "sequence_gap");
            answer.Json.GetProperty("expected").GetInt32().ShouldBe(expected + done);
            (await alice.Post("user/d/_batch", Batch(done + 1, done, version: done + 1))).ShouldBeAt(200, done + 2);
        }
        (await alice.Content("user/d")).ShouldBe("""{"phone":{"n":2}}""");
    }

    [Fact]
    public async Task A_batch_without_effect_counts_and_a_refused_one_does_not()
    {
        var alice = await Owner();
        const string Start = """{"version":1,"device":"phone",""";
        var nothing = await alice.Post("user/d/_batch", Start + """ "sequence":1,"operations":[{"op":"delete","path":"/none"}]}""");
        nothing.ShouldBeAt(200, 1);
        (await Vector(alice)).ShouldBe("""{"phone":1}""");
        var again = await alice.Post("user/d/_batch", Start + """ "sequence":1,"operations":[{"op":"set","path":"/ui/a","value":1}]}""");
        again.ShouldBeAt(200, 1);
        (again.Body, again.Header("Idempotency-Replayed")).ShouldBe((nothing.Body, "true"));

        (await alice.Post("user/d/_batch", Start + """ "sequence":2,"operations":[{"op":"test","path":"/none","value":1}]}""")).ShouldBeProblem(409, "test_failed");
        (await alice.Post("user/d/_batch", """{"version":9,"device":"phone","sequence":2,"operations":[{"op":"set","path":"/ui/a","value":1}]}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/d/_batch", Start + """ "sequence":2,"operations":[{"op":"set","path":"/ui/a/b","value":1}]}""")).ShouldBeProblem(400, "invalid_value");
        (await alice.Post("user/d/_batch?dry_run=true", Batch(2, 1))).Status.ShouldBe(200);
        (await Vector(alice)).ShouldBe("""{"phone":1}""");
        (await alice.Post("user/d/_batch", Batch(2, 1))).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task Each_caller_counts_their_own_devices_on_each_document()
    {
        var (alice, bob, name) = (server.NewUser(), server.NewUser(), server.New("d"));
        await alice.Holding($"shared/{name}", "{}");
        await alice.Holding("user/d", "{}");
        (await alice.Post($"shared/{name}/_batch", Batch(1, 1))).ShouldBeAt(200, 2);
        (await alice.Post($"shared/{name}/_batch", Batch(1, 1, "tablet"))).ShouldBeAt(200, 3);
        (await bob.Post($"shared/{name}/_batch", Batch(2, 1))).ShouldBeProblem(409, "sequence_gap");
        (await bob.Post($"shared/{name}/_batch", Batch(1, 2, version: 3))).ShouldBeAt(200, 4);
        (await alice.Post("user/d/_batch", Batch(2, 1))).ShouldBeProblem(409, "sequence_gap");
        (await Vector(alice, $"shared/{name}")).ShouldBe("""{"phone":1,"tablet":1}""");
        (await Vector(bob, $"shared/{name}")).ShouldBe("""{"phone":1}""");
        (await Vector(server.NewUser(), $"shared/{name}")).ShouldBe("{}");
        (await Vector(alice)).ShouldBe("{}");
    }

    [Fact]
    public async Task The_count_goes_on_across_deletion_and_a_new_life()
    {
        var alice = await Owner();
        (await alice.Post("user/d/_batch", Batch(1, 1))).ShouldBeAt(200, 2);
        (await alice.Delete("user/d?version=2")).ShouldBeAt(204, 3);
        (await alice.Post("user/d/_batch", Batch(1, 1))).ShouldBeAt(200, 2);
        (await alice.Post("user/d/_batch", Batch(3, 1, version: 0))).ShouldBeProblem(409, "sequence_gap");
        (await alice.Post("user/d/_batch", Batch(2, 2, version: 0))).ShouldBeAt(201, 4);
        (await Vector(alice)).ShouldBe("""{"phone":2}""");
        (await alice.Get("user/d/_history?limit=1")).Json.GetProperty("history")[0].GetProperty("device").GetString().ShouldBe("phone");
    }

    [Fact]
    public async Task A_counted_batch_may_create_the_document()
    {
        var alice = server.NewUser();
        var first = await alice.Post("user/new/_batch", Batch(1, 1, version: 0));
        first.ShouldBeAt(201, 1);
        var again = await alice.Post("user/new/_batch", Batch(1, 1, version: 0));
        again.ShouldBeAt(201, 1);
        (again.Body, again.Header("Location")).ShouldBe((first.Body, first.Header("Location")));
    }

    [Fact]
    public async Task Of_twenty_equal_ones_at_once_one_is_done()
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"l":[]}}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => alice.Post("user/d/_batch",
            """{"version":1,"device":"phone","sequence":1,"operations":[{"op":"set","path":"/ui/l/-","value":1}]}""")));
        foreach (var answer in answers) answer.ShouldBeAt(200, 2);
        answers.Select(a => a.Body).Distinct().Count().ShouldBe(1);
        answers.Count(a => a.Header("Idempotency-Replayed") is null).ShouldBe(1);
        (await alice.Content("user/d")).ShouldBe("""{"ui":{"l":[1]}}""");
    }

    [Theory]
    [InlineData("\"device\":\"\",\"sequence\":1")]
    [InlineData("\"device\":5,\"sequence\":1")]
    [InlineData("\"device\":null,\"sequence\":1")]
    [InlineData("\"device\":\"a\\u0000b\",\"sequence\":1")]
    [InlineData("\"sequence\":1")]
    [InlineData("\"device\":\"p\",\"sequence\":0")]
    [InlineData("\"device\":\"p\",\"sequence\":-1")]
    [InlineData("\"device\":\"p\",\"sequence\":1.5")]
    [InlineData("\"device\":\"p\",\"sequence\":\"1\"")]
    [InlineData("\"device\":\"p\",\"sequence\":null")]
    [InlineData("\"device\":\"p\",\"sequence\":9223372036854775808")]
    [InlineData("\"device\":\"p\",\"sequence\":1e400")]
    public async Task A_malformed_place_is_refused(string members)
    {
        var alice = await Owner();
        (await alice.Post("user/d/_batch", $$"""{"version":1,{{members}},"operations":[{"op":"set","path":"/ui/a","value":1}]}""")).ShouldBeProblem(400, "invalid_value");
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }
}
