namespace PropsDb.Host.Tests;

/// <summary>Batches that ask too much, in many ways at once.</summary>
public sealed class BatchInputTests(PropsDbServer server)
{
    private static string Entry(string document, string more = "", string operations = """[{"op":"set","path":"/ui/a","value":1}]""") =>
        $$"""{"tier":"user","document":"{{document}}","document_version":0{{more}},"operations":{{operations}} }""";

    [Fact]
    public async Task One_forbidden_document_among_99_refuses_all_and_is_told_like_one_that_is_not_there()
    {
        var (alice, bob) = (server.NewUser(), await server.NewUser().Holding("user/secret", "{}"));
        async Task<Answer> With(string name, string owner) => await alice.Post("_batch",
            $$"""{"documents":[{{string.Join(',', Enumerable.Range(0, 99).Select(i => Entry($"n{i}")).Append(Entry(name, $",\"owner\":\"{owner}\"")))}}]}""");
        var (there, absent) = (await With("secret", bob.User), await With("nothing", bob.User));
        there.ShouldBeProblem(404, "not_found");
        string Seen(Answer answer) => answer.Body.Replace(answer.Header("X-Request-Id")!, "", StringComparison.Ordinal);
        Seen(there).ShouldBe(Seen(absent));
        Seen(await With("secret", "no-such-user")).ShouldBe(Seen(absent));
        (await alice.Get("user")).Json.GetProperty("documents").GetArrayLength().ShouldBe(0);
        (await bob.Get("user/secret")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task A_batch_in_a_batch_is_an_unknown_operation()
    {
        var alice = server.NewUser();
        var nested = """[{"op":"batch","operations":[{"op":"set","path":"/ui/a","value":1}]}]""";
        (await alice.Post("_batch", $$"""{"documents":[{{Entry("x")}},{{Entry("y", operations: nested)}}]}""")).ShouldBeProblem(400, "invalid_value");
        (await alice.Post("_batch", $$"""{"documents":[{"documents":[{{Entry("x")}}]}]}""")).ShouldBeProblem(400, "invalid_value");
        (await alice.Get("user/x")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task The_sum_of_all_sizes_has_the_limit_of_one_request()
    {
        var alice = server.NewUser();
        var half = $$"""[{"op":"set","path":"/ui/a","value":"{{new string('x', 2_600_000)}}"}]""";
        (await alice.Post("_batch", $$"""{"documents":[{{Entry("x", operations: half)}},{{Entry("y", operations: half)}},{{Entry("z")}}]}""")).Status.ShouldBe(200);
        (await alice.Post("_batch", $$"""{"documents":[{{Entry("p", operations: half)}},{{Entry("q", operations: half)}},{{Entry("r", operations: half)}}]}""", ("Expect", "100-continue"))).ShouldBeProblem(413, "too_large");
        (await alice.Get("user/p")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_rollback_or_undo_beyond_todays_limits_is_refused()
    {
        await using var generous = new PropsDbServer();
        await generous.InitializeAsync();
        var alice = await generous.As("alice").Holding("user/d", """{"ui":{"a":1,"b":1,"c":1,"d":1}}""");
        (await alice.MergePatch("user/d", """{"ui":{"a":null,"b":null}}""", ("If-Match", "\"1\""))).ShouldBeAt(200, 2);
        await generous.DisposeAsync();
        await using var strict = new PropsDbServer { Database = generous.ConnectionString, Settings = ["--PROPSDB:LIMITS:PROPERTIES=3"] };
        await strict.InitializeAsync();
        alice = strict.As("alice");
        (await alice.Post("user/d/_rollback", """{"to_version":1}""")).ShouldBeProblem(413, "too_large");
        (await alice.Post("user/d/_undo", """{"commit":2}""")).ShouldBeProblem(413, "too_large");
        (await alice.Get("user/d?version=1")).ShouldBeAt(200, 1);
        (await alice.Post("user/d/ui/a/_rollback", """{"to_version":1}""")).ShouldBeAt(200, 3);
        // What is beyond the limits may shrink and be restored, but not grow.
        (await alice.Delete("user/d?version=3")).ShouldBeAt(204, 4);
        (await alice.Post("user/d/_restore", "")).ShouldBeAt(200, 5);
    }
}
