namespace PropsDb.Host.Tests;

public sealed class ConcurrentWriterTests(PropsDbServer server)
{
    private const int Writers = 64;

    private static Task<Answer[]> All(Func<int, Task<Answer>> write) => Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => write(i))));

    [Fact]
    public async Task Of_64_writers_on_one_version_exactly_one_wins()
    {
        var alice = await server.NewUser().Holding("user/d", """{"c":{"p":0}}""");
        for (var version = 1; version <= 20; version++)
        {
            var answers = await All(i => alice.Put("user/d/c/p", $$"""{"version":{{version}},"value":"{{version}} {{i}}"}"""));
            answers.Count(a => a.Status == 200).ShouldBe(1);
            var won = answers.Single(a => a.Status == 200);
            won.ShouldBeAt(200, version + 1);
            foreach (var lost in answers.Where(a => a != won))
            {
                lost.ShouldBeProblem(409, "version_conflict");
                (lost.Json.GetProperty("expected").GetInt32(), lost.Json.GetProperty("actual").GetInt32()).ShouldBe((version, version + 1));
                lost.Json.GetProperty("remote").GetProperty("last_modified_by").GetString().ShouldBe(alice.User);
            }
            (await alice.Get("user/d/c/p")).Json.GetProperty("property").GetProperty("value").GetRawText()
                .ShouldBe(won.Json.GetProperty("property").GetProperty("value").GetRawText());
        }
    }

    [Fact]
    public async Task Writers_of_any_version_all_succeed_with_versions_of_their_own()
    {
        var alice = await server.NewUser().Holding("user/d", """{"c":{}}""");
        var answers = await All(i => alice.Put($"user/d/c/p{i}", $$"""{"value":{{i}}}""", ("If-Match", "*")));
        answers.ShouldAllBe(a => a.Status == 200);
        answers.Select(a => a.Json.GetProperty("document_version").GetInt32()).Order().ShouldBe(Enumerable.Range(2, Writers));
        answers.Select(a => a.Header("X-Position")).Distinct().Count().ShouldBe(Writers);
        (await alice.Get("user/d/c")).Json.GetProperty("collection").GetProperty("properties").GetArrayLength().ShouldBe(Writers);
    }

    [Fact]
    public async Task Writers_of_different_parts_all_merge()
    {
        var alice = await server.NewUser().Holding("user/d", """{"c":{}}""");
        var answers = await All(i => alice.Put($"user/d/c/p{i}?on_conflict=merge", $$"""{"version":1,"value":{{i}}}"""));
        answers.ShouldAllBe(a => a.Status == 200);
        answers.Select(a => a.Json.GetProperty("document_version").GetInt32()).Order().ShouldBe(Enumerable.Range(2, Writers));
    }

    [Theory]
    [InlineData("POST", "{}", null, 409)]
    [InlineData("PUT", """{"collections":{}}""", "If-None-Match", 412)]
    [InlineData("PUT", """{"version":0,"collections":{}}""", null, 409)]
    public async Task Of_64_creators_exactly_one_creates(string method, string body, string? header, int refused)
    {
        var alice = server.NewUser();
        (string, string)[] headers = header is null ? [] : [(header, "*")];
        for (var round = 0; round < 3; round++)
        {
            var answers = await All(_ => alice.Send(new HttpMethod(method), $"user/d{round}", body, "application/json", headers));
            answers.Count(a => a.Status == 201).ShouldBe(1);
            answers.Count(a => a.Status == refused).ShouldBe(Writers - 1);
            (await alice.Get($"user/d{round}")).ShouldBeAt(200, 1);
        }
    }

    [Fact]
    public async Task Of_64_deletions_exactly_one_deletes()
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        var answers = await All(_ => alice.Delete("user/d?version=1"));
        answers.Count(a => a.Status == 204).ShouldBe(1);
        answers.Count(a => a.Status == 404).ShouldBe(Writers - 1);
    }

    [Fact]
    public async Task The_nodes_of_a_cluster_agree_on_the_winner()
    {
        await using var first = new PropsDbServer { Settings = ["--PROPSDB:CLUSTER=true"] };
        await first.InitializeAsync();
        await using var second = new PropsDbServer { Settings = ["--PROPSDB:CLUSTER=true"], Database = first.ConnectionString };
        await second.InitializeAsync();
        Client[] nodes = [first.As("alice"), second.As("alice")];
        await nodes[0].Holding("user/d", """{"c":{"p":0}}""");
        for (var version = 1; version <= 10; version++)
        {
            var answers = await All(i => nodes[i % 2].Put("user/d/c/p", $$"""{"version":{{version}},"value":"{{version}} {{i}}"}"""));
            answers.Count(a => a.Status == 200).ShouldBe(1);
            answers.Count(a => a.Status == 409 && a.Json.GetProperty("actual").GetInt32() == version + 1).ShouldBe(Writers - 1);
            (await nodes[0].Get("user/d")).Body.ShouldBe((await nodes[1].Get("user/d")).Body);
        }
    }
}
