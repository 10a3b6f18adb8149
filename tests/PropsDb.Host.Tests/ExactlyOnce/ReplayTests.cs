using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>A write with a key that is sent again, on every route that writes.</summary>
public sealed class ReplayTests(PropsDbServer server)
{
    private const string Merge = "application/merge-patch+json";
    private const string Patch = "application/json-patch+json";

    // On d at version 2, with {"ui":{"a":2,"b":1},"k":{}}, and on gone, which is deleted.
    public static TheoryData<string, string, string?, string, string?> Writes { get; } = new()
    {
        { "POST", "user/new", """{"collections":{"x":{"p":1}}}""", "application/json", null },
        { "POST", "user/gone", """{"collections":{"x":{"p":1}}}""", "application/json", null },
        { "PUT", "user/new", """{"version":0,"collections":{}}""", "application/json", null },
        { "PUT", "user/d", """{"version":2,"collections":{"ui":{"a":3}}}""", "application/json", null },
        { "PUT", "user/d?shape=object", """{"collections":{"ui":{"a":3}}}""", "application/json", "\"2\"" },
        { "PUT", "user/d", """{"version":2,"collections":{"ui":{"a":2,"b":1},"k":{}}}""", "application/json", null },
        { "PATCH", "user/d", """{"ui":{"a":3}}""", Merge, "\"2\"" },
        { "PATCH", "user/d?version=2", """[{"op":"add","path":"/k/x","value":1}]""", Patch, null },
        { "DELETE", "user/d?version=2", null, "", null },
        { "DELETE", "user/d", null, "", "*" },
        { "POST", "user/d/new", """{"properties":{"x":1}}""", "application/json", null },
        { "PUT", "user/d/ui", """{"version":2,"properties":{"x":1}}""", "application/json", null },
        { "PUT", "user/new/ui", """{"version":0,"properties":{"x":1}}""", "application/json", null },
        { "PATCH", "user/d/ui?version=2", """{"x":1}""", Merge, null },
        { "DELETE", "user/d/ui?version=2", null, "", null },
        { "PUT", "user/d/ui/a", """{"version":2,"value":3}""", "application/json", null },
        { "PUT", "user/d/ui/a", """{"version":2,"value":2.0}""", "application/json", null },
        { "PUT", "user/d/ui/b?on_conflict=merge", """{"version":1,"value":3}""", "application/json", null },
        { "PUT", "user/d?path=/ui/_a", """{"version":2,"value":3}""", "application/json", null },
        { "DELETE", "user/d/ui/a?version=2", null, "", null },
        { "POST", "user/d/_copy", """{"to":{"document":"new"}}""", "application/json", null },
        { "PUT", "user/d/_settings", """{"conflict_resolution_strategy":"merge"}""", "application/json", null },
        { "POST", "user/d/_batch", """{"version":2,"operations":[{"op":"set","path":"/ui/a","value":3}]}""", "application/json", null },
        { "POST", "user/d/_batch", """{"version":2,"operations":[{"op":"delete","path":"/none"}]}""", "application/json", null },
        { "POST", "user/d/_rollback", """{"to_version":1}""", "application/json", null },
        { "POST", "user/d/ui/_rollback", """{"to_version":1}""", "application/json", null },
        { "POST", "user/d/ui/a/_rollback", """{"to_version":1}""", "application/json", null },
        { "POST", "user/d/_undo", """{"commit":2}""", "application/json", null },
        { "POST", "user/gone/_restore", null, "", null },
        { "POST", "_batch", """{"documents":[{"tier":"user","document":"d","version":2,"operations":[{"op":"set","path":"/ui/a","value":3}]},{"tier":"user","document":"new","version":0,"operations":[{"op":"set","path":"/ui/a","value":3}]}]}""", "application/json", null },
        { "POST", "_undo", """{"user":"USER","since":"2026-11-22T11:00:00Z"}""", "application/json", null },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public Task A_repeated_write_gets_its_first_answer_and_does_nothing(string method, string path, string? body, string mediaType, string? ifMatch) =>
        Repeat(method, path, body, mediaType, ifMatch, prefer: null);

    [Theory]
    [MemberData(nameof(Writes))]
    public Task A_repeated_write_that_asked_for_no_body_gets_none_again(string method, string path, string? body, string mediaType, string? ifMatch) =>
        Repeat(method, path, body, mediaType, ifMatch, prefer: "return=minimal");

    private async Task Repeat(string method, string path, string? body, string mediaType, string? ifMatch, string? prefer)
    {
        var alice = await Prepared();
        body = body?.Replace("USER", alice.User, StringComparison.Ordinal);
        var headers = new List<(string, string)> { ("Idempotency-Key", "k 1~") };
        if (ifMatch is not null) headers.Add(("If-Match", ifMatch));
        if (prefer is not null) headers.Add(("Prefer", prefer));
        Task<Answer> Send() => alice.Send(new HttpMethod(method), path, body, body is null ? null : mediaType, [.. headers]);

        var first = await Send();
        first.Status.ShouldBeInRange(200, 204, first.ToString());
        first.Header("Idempotency-Replayed").ShouldBeNull();
        var state = await State(alice);
        for (var i = 0; i < 2; i++)
        {
            var again = await Send();
            again.Header("Idempotency-Replayed").ShouldBe("true", again.ToString());
            Seen(again).ShouldBe(Seen(first));
            (await State(alice)).ShouldBe(state);
        }
        // What happened since does not change what the caller was told.
        await alice.Post("user/d/later", """{"properties":{}}""");
        Seen(await Send()).ShouldBe(Seen(first));
    }

    [Theory]
    [InlineData("remote", "")]
    [InlineData("local", ",\"document_version\":2")]
    [InlineData("merged", ",\"document_version\":2,\"operations\":[{\"op\":\"set\",\"path\":\"/ui/a\",\"value\":9}]")]
    public async Task A_repeated_resolution_gets_its_first_answer(string resolution, string more)
    {
        var alice = await Prepared();
        var id = (await alice.Put("user/d/ui/a", """{"version":1,"value":5}""")).Json.GetProperty("conflict_id").GetString();
        await alice.Logged(id!, "user/d/_conflicts?limit=500");
        Task<Answer> Send() => alice.Post($"_conflicts/{id}/_resolve", $$"""{"resolution":"{{resolution}}"{{more}} }""", ("Idempotency-Key", "r"));
        var first = await Send();
        first.Status.ShouldBe(200, first.ToString());
        var state = await State(alice);
        var again = await Send();
        again.Header("Idempotency-Replayed").ShouldBe("true", again.ToString());
        Seen(again).ShouldBe(Seen(first));
        (await State(alice)).ShouldBe(state);
    }

    [Theory]
    [InlineData("POST", "user/new", "{}")]
    [InlineData("PUT", "user/d/ui/a", """{"version":2,"value":3}""")]
    [InlineData("POST", "_batch", """{"documents":[{"tier":"user","document":"d","version":2,"operations":[{"op":"set","path":"/ui/a","value":3}]}]}""")]
    [InlineData("POST", "_undo", """{"user":"nobody","since":"2026-11-22T11:00:00Z"}""")]
    public async Task A_malformed_key_is_refused_and_one_of_255_characters_is_not(string method, string path, string body)
    {
        var alice = await Prepared();
        foreach (var key in new[] { "", new string('k', 256), "a\tb" })
            (await alice.Send(new HttpMethod(method), path, body, "application/json", ("Idempotency-Key", key))).ShouldBeProblem(400, "invalid_header");
        (await alice.Send(new HttpMethod(method), path, body, "application/json", ("Idempotency-Key", new string('k', 255)))).Status.ShouldBeInRange(200, 201);
    }

    [Fact]
    public async Task A_rehearsal_ignores_the_key()
    {
        var alice = await Prepared();
        const string body = """{"version":2,"value":3}""";
        for (var i = 0; i < 2; i++)
        {
            var rehearsed = await alice.Put("user/d/ui/a?dry_run=true", body, ("Idempotency-Key", "k"));
            rehearsed.Status.ShouldBe(200, rehearsed.ToString());
            rehearsed.Header("Idempotency-Replayed").ShouldBeNull();
        }
        (await alice.Put("user/d/ui/a", body, ("Idempotency-Key", "k"))).ShouldBeAt(200, 3);
        (await alice.Put("user/d/ui/a?dry_run=true", body, ("Idempotency-Key", "k"))).ShouldBeProblem(409, "version_conflict");
    }

    private async Task<Client> Prepared()
    {
        var alice = await server.NewUser("admin").Holding("user/d", """{"ui":{"a":1,"b":1},"k":{}}""");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);
        await alice.Holding("user/gone", """{"ui":{"a":1}}""");
        (await alice.Delete("user/gone?version=1")).ShouldBeAt(204, 2);
        return alice;
    }

    private static (int, string?, string?, string?, string?, string) Seen(Answer answer) =>
        (answer.Status, answer.ETag, answer.Header("Location"), answer.Header("X-Position"), answer.Header("Content-Type"), answer.Body);

    private static async Task<string> State(Client client)
    {
        var state = "";
        foreach (var name in new[] { "d", "gone", "new" }) state += (await client.Get($"user/{name}/_events")).Body is var body && body.Contains("request_id") ? "none" : body;
        return state;
    }
}

public static class ConflictLogClient
{
    /// <summary>The entry of the conflict log, which appears behind the answer, within a second.</summary>
    public static async Task<JsonElement> Logged(this Client client, string id, string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await client.Get(path);
            answer.Status.ShouldBe(200, answer.ToString());
            var found = answer.Json.GetProperty("conflicts").EnumerateArray().Where(c => c.GetProperty("id").GetString() == id).ToList();
            if (found is [var entry]) return entry;
            attempt.ShouldBeLessThan(100, $"{id} is not in the log: {answer}");
            await Task.Delay(10);
        }
    }
}
