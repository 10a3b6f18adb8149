using System.Globalization;

namespace PropsDb.Host.Tests;

/// <summary>Batches on several documents in one transaction.</summary>
public sealed class MultiBatchTests(PropsDbServer server)
{
    private static string Entry(string tier, string document, int version, string more = "", string value = "2") =>
        $$"""{"tier":"{{tier}}","document":"{{document}}","document_version":{{version}}{{more}},"operations":[{"op":"set","path":"/ui/a","value":{{value}}}]}""";

    private static string Body(params string[] entries) => $$"""{"documents":[{{string.Join(',', entries)}}]}""";

    private async Task<(Client Alice, string Shared)> Prepared()
    {
        var (alice, name) = (server.NewUser(), server.New("m"));
        await alice.Holding("user/d", """{"ui":{"a":1}}""");
        await alice.Holding($"shared/{name}", """{"ui":{"a":1}}""");
        return (alice, name);
    }

    private static async Task ShouldBeUntouched(Client alice, string shared)
    {
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
        (await alice.Get($"shared/{shared}")).ShouldBeAt(200, 1);
        (await alice.Get("user/new")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task All_commits_appear()
    {
        var (alice, name) = await Prepared();
        var answer = await alice.Post("_batch", Body(Entry("user", "d", 1), Entry("user", "new", 0), Entry("shared", name, 1)), ("X-Change-Message", "all"));
        answer.Status.ShouldBe(200, answer.ToString());
        string Part(string tier, string document, int version, string owner) =>
            $$"""{"tier":"{{tier}}","owner":{{owner}},"document":"{{document}}","document_version":{{version}},"results":[{"path":"/ui/a","success":true}]}""";
        answer.ShouldBeJson($$"""{"documents":[{{Part("user", "d", 2, $"\"{alice.User}\"")}},{{Part("user", "new", 1, $"\"{alice.User}\"")}},{{Part("shared", name, 2, "null")}}]}""");
        answer.Header("X-Position").ShouldNotBeNull();
        foreach (var path in new[] { "user/d", "user/new", $"shared/{name}" })
        {
            (await alice.Content(path)).ShouldBe("""{"ui":{"a":2}}""");
            (await alice.Get(path + "/_history?limit=1")).Json.GetProperty("history")[0].GetProperty("message").GetString().ShouldBe("all");
        }
    }

    [Theory]
    [InlineData(2, 409, "version_conflict")]
    [InlineData(0, 409, "version_conflict")]
    public async Task One_conflict_refuses_all_and_is_told_as_if_alone(int version, int status, string error)
    {
        var (alice, name) = await Prepared();
        var answer = await alice.Post("_batch", Body(Entry("user", "d", 1), Entry("shared", name, version), Entry("user", "new", 0)));
        answer.ShouldBeProblem(status, error);
        var refused = answer.Json.GetProperty("documents").EnumerateArray().ShouldHaveSingleItem();
        (refused.GetProperty("tier").GetString(), refused.GetProperty("document").GetString()).ShouldBe(("shared", name));
        (refused.GetProperty("expected").GetInt32(), refused.GetProperty("actual").GetInt32()).ShouldBe((version, 1));
        foreach (var member in new[] { "owner", "conflicts", "remote", "merged", "conflict_id" }) refused.TryGetProperty(member, out _).ShouldBeTrue(member);
        await alice.Logged(refused.GetProperty("conflict_id").GetString()!, $"shared/{name}/_conflicts?limit=500");
        await ShouldBeUntouched(alice, name);
    }

    [Fact]
    public async Task Each_conflict_is_told()
    {
        var (alice, name) = await Prepared();
        foreach (var path in new[] { "user/d", $"shared/{name}" }) (await alice.Put(path + "/ui/a", """{"version":1,"value":5}""")).ShouldBeAt(200, 2);
        var answer = await alice.Post("_batch", Body(Entry("user", "d", 1), Entry("shared", name, 1), Entry("user", "new", 0)));
        answer.ShouldBeProblem(409, "version_conflict");
        foreach (var document in answer.Json.GetProperty("documents").EnumerateArray())
            document.GetProperty("conflicts")[0].ShouldBeJson($$"""{"path":"/ui/a","base":{"value":1},"remote":{"value":5,"version":2,"by":"{{alice.User}}","at":"*"},"local":{"value":2} }""");
        answer.Json.GetProperty("documents").GetArrayLength().ShouldBe(2);
        (await alice.Get("user/new")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("?on_conflict=merge", "")]
    [InlineData("", ",\"on_conflict\":\"merge\"")]
    public async Task A_merge_of_several_is_logged_and_tells_what_the_others_changed(string query, string member)
    {
        var (alice, name) = await Prepared();
        (await alice.Put($"shared/{name}/ui/b", """{"version":1,"value":5}""")).ShouldBeAt(200, 2);
        var answer = await alice.Post("_batch" + query, Body(Entry("user", "d", 1), Entry("shared", name, 1))[..^1] + member + "}");
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("documents")[1].GetProperty("merged").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("documents")[1].GetProperty("changes").ShouldBeJson("""[{"op":"set","path":"/ui/b","value":5}]""");
        answer.Json.GetProperty("documents")[0].TryGetProperty("merged", out _).ShouldBeFalse();
        (await alice.Content($"shared/{name}")).ShouldBe("""{"ui":{"a":2,"b":5}}""");
        for (var i = 0; (await alice.Get($"shared/{name}/_conflicts")).Json.GetProperty("conflicts").GetArrayLength() == 0; i++)
        {
            i.ShouldBeLessThan(100);
            await Task.Delay(10);
        }
    }

    /// <summary>The middle one of three entries (d at 1, it, and new at 0), and how it refuses them all.</summary>
    public static TheoryData<string, int, string> Refusals { get; } = new()
    {
        { """{"tier":"app","document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/a","value":1}]}""", 403, "forbidden" },
        { """{"tier":"app","document":"_","document_version":-1,"operations":5}""", 403, "forbidden" },
        { """{"tier":"none","document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/a","value":1}]}""", 404, "not_found" },
        { """{"tier":"user","owner":"bob","document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/a","value":1}]}""", 404, "not_found" },
        { """{"tier":"user","owner":"bob","document":"x","operations":5}""", 404, "not_found" },
        { """{"tier":"user","document":"d","document_version":1,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_value" },
        { """{"tier":"user","document":"_x","document_version":0,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_name" },
        { """{"tier":"user","document":"x","document_version":0,"operations":[]}""", 400, "invalid_value" },
        { """{"tier":"user","document":"x","document_version":0}""", 400, "invalid_value" },
        { """{"tier":"user","document":"x","document_version":"0","operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_version" },
        { """{"tier":"user","document":"x","document_version":0,"version":1,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "version_ambiguous" },
        { """{"tier":"user","document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/b/c","value":1}]}""", 400, "invalid_value" },
        { """{"tier":"user","document":"x","document_version":0,"operations":[{"op":"test","path":"/ui/b","value":1}]}""", 409, "test_failed" },
        { """{"tier":"user","document":"x","operations":[{"op":"set","path":"/ui/b","value":1}]}""", 428, "version_required" },
        { """{"document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_value" },
        { """{"tier":"user","document_version":0,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_value" },
        { """{"tier":5,"document":"x","document_version":0,"operations":[{"op":"set","path":"/ui/b","value":1}]}""", 400, "invalid_value" },
        { "5", 400, "invalid_value" },
        { "null", 400, "invalid_value" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task One_that_cannot_be_done_refuses_all(string entry, int status, string error)
    {
        var (alice, name) = await Prepared();
        var answer = await alice.Post("_batch", Body(Entry("user", "d", 1), entry, Entry("user", "new", 0)));
        answer.ShouldBeProblem(status, error);
        await ShouldBeUntouched(alice, name);
    }

    [Fact]
    public async Task Access_to_any_comes_before_faults_of_others()
    {
        var (alice, name) = await Prepared();
        var forbidden = """{"tier":"user","owner":"bob","document":"x","operations":5}""";
        (await alice.Post("_batch", Body("""{"tier":"user","document":"_","operations":5}""", Entry("user", "d", 9), forbidden))).ShouldBeProblem(404, "not_found");
        (await alice.Post("_batch", Body(Entry("user", "d", 9), """{"tier":"user","document":"x","operations":5}"""))).ShouldBeProblem(400, "invalid_value");
        (await alice.Post("_batch", Body(Entry("user", "d", 9), """{"tier":"user","document":"x","document_version":0,"operations":[{"op":"set","path":"/a/b/c","value":1}]}"""))).Status.ShouldBeOneOf(400, 409);
        await ShouldBeUntouched(alice, name);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"documents":[]}""")]
    [InlineData("""{"documents":{}}""")]
    [InlineData("""{"documents":null}""")]
    [InlineData("[]")]
    public async Task A_body_without_documents_is_refused(string body) => (await server.NewUser().Post("_batch", body)).ShouldBeProblem(400, "invalid_value");

    [Fact]
    public async Task Callers_of_no_app_or_another_are_refused_before_their_body()
    {
        (await server.Anonymous.Post("_batch", "{")).ShouldBeProblem(401, "unauthenticated");
        (await server.NewUser().Post("/api/v1/other/_batch", "{")).ShouldBeProblem(403, "forbidden");
        (await server.NewUser().Get("_batch")).ShouldBeProblem(405, "method_not_allowed");
        (await server.NewUser().Send(HttpMethod.Post, "_batch", "{}", "text/plain")).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task An_administrator_names_the_owner()
    {
        var (alice, _) = await Prepared();
        var admin = server.NewUser("admin");
        (await admin.Post("_batch", Body(Entry("user", "d", 1, $",\"owner\":\"{alice.User}\""), Entry("user", "d", 0)))).Status.ShouldBe(200);
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
        (await admin.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task A_rehearsal_lists_each_ones_changes()
    {
        var (alice, name) = await Prepared();
        var answer = await alice.Post("_batch?dry_run=true", Body(Entry("user", "d", 1), Entry("shared", name, 1, value: "1")));
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        answer.Header("X-Position").ShouldBeNull();
        answer.Json.GetProperty("documents")[0].GetProperty("changes").ShouldBeJson("""[{"op":"set","path":"/ui/a","value":2,"previous":1}]""");
        answer.Json.GetProperty("documents")[1].GetProperty("changes").ShouldBeJson("[]");
        (await alice.Post("_batch?dry_run=true", Body(Entry("user", "d", 5)))).ShouldBeProblem(409, "version_conflict");
        await ShouldBeUntouched(alice, name);
    }

    [Fact]
    public async Task Opposing_orders_neither_block_each_other_nor_show_a_half()
    {
        var (alice, a, b) = (server.NewUser(), server.New("half"), server.New("half"));
        foreach (var name in new[] { a, b }) await alice.Holding($"shared/{name}", """{"ui":{"a":0}}""");
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new HashSet<(long, long)>();
            while (!done.IsCancellationRequested)
            {
                var list = (await alice.Get("shared?prefix=half-&limit=500")).Json.GetProperty("documents").EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!, d => d.GetProperty("version").GetInt64());
                seen.Add((list[a], list[b]));
            }
            return seen;
        });
        var writers = Enumerable.Range(0, 8).Select(async i =>
        {
            var writer = server.NewUser();
            var (first, second) = i % 2 == 0 ? (a, b) : (b, a);
            for (var n = 0; n < 10; n++)
            {
                var value = (i * 100 + n + 1).ToString(CultureInfo.InvariantCulture);
                var answer = await writer.Post("_batch?on_conflict=last_write_wins", Body(Entry("shared", first, 1, value: value), Entry("shared", second, 1, value: value)));
                answer.Status.ShouldBe(200, answer.ToString());
            }
        });
        await Task.WhenAll(writers).WaitAsync(TimeSpan.FromSeconds(60));
        await done.CancelAsync();
        foreach (var (versionOfA, versionOfB) in await reading) versionOfA.ShouldBe(versionOfB);
        (await alice.Get($"shared/{a}")).ShouldBeAt(200, 81);
        (await alice.Content($"shared/{a}")).ShouldBe(await alice.Content($"shared/{b}"));
    }
}
