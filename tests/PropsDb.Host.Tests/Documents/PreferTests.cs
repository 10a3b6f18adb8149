namespace PropsDb.Host.Tests;

public sealed class PreferTests(PropsDbServer server)
{
    private const string Doc = """{"ui":{"theme":1}}""";

    public static TheoryData<string, string, string?, string?, int, long> Writes { get; } = new()
    {
        { "POST", "user/new", "application/json", "{}", 201, 1 },
        { "PUT", "user/new", "application/json", """{"version":0,"collections":{}}""", 201, 1 },
        { "PUT", "user/d", "application/json", """{"version":1,"collections":{}}""", 200, 2 },
        { "PATCH", "user/d?version=1", "application/merge-patch+json", """{"ui":null}""", 200, 2 },
        { "PATCH", "user/d?version=1", "application/json-patch+json", """[{"op":"remove","path":"/ui"}]""", 200, 2 },
        { "DELETE", "user/d?version=1", null, null, 204, 2 },
        { "POST", "user/d/new", "application/json", "{}", 201, 2 },
        { "PUT", "user/d/ui", "application/json", """{"version":1,"properties":{}}""", 200, 2 },
        { "PATCH", "user/d/ui?version=1", "application/merge-patch+json", """{"theme":null}""", 200, 2 },
        { "DELETE", "user/d/ui?version=1", null, null, 200, 2 },
        { "PUT", "user/d/ui/theme", "application/json", """{"version":1,"value":2}""", 200, 2 },
        { "PUT", "user/new/ui/theme", "application/json", """{"version":0,"value":2}""", 201, 1 },
        { "DELETE", "user/d/ui/theme?version=1", null, null, 200, 2 },
        { "POST", "user/d/_copy", "application/json", """{"to":{"document":"new"}}""", 201, 1 },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Minimal_answers_have_no_body(string method, string path, string? type, string? body, int status, long version)
    {
        var alice = await server.NewUser().Holding("user/d", Doc);
        var answer = await alice.Send(new HttpMethod(method), path, body, type, ("Prefer", "respond-async, return=minimal"));
        answer.ShouldBeAt(status == 201 ? 201 : 204, version);
        answer.Body.ShouldBeEmpty();
        (answer.Header("Location") is not null).ShouldBe(status == 201);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Representation_puts_the_document_in(string method, string path, string? type, string? body, int status, long version)
    {
        var alice = await server.NewUser().Holding("user/d", Doc);
        var (plain, bob) = (await alice.Send(new HttpMethod(method), path, body, type), await server.NewUser().Holding("user/d", Doc));
        var answer = await bob.Send(new HttpMethod(method), path, body, type, ("Prefer", "return=representation"));
        plain.ShouldBeAt(status, version);
        answer.ShouldBeAt(status, version);
        if (status == 204) return;
        answer.Json.GetProperty("document").GetProperty("version").GetInt64().ShouldBe(version);
        plain.Json.EnumerateObject().Select(m => m.Name).Except(answer.Json.EnumerateObject().Select(m => m.Name)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_rehearsal_answers_and_stores_nothing(string method, string path, string? type, string? body, int status, long version)
    {
        var alice = await server.NewUser().Holding("user/d", Doc);
        var before = await alice.Get("user/d");
        var rehearsal = await alice.Send(new HttpMethod(method), path + (path.Contains('?') ? "&" : "?") + "dry_run=true", body, type, ("Prefer", "return=minimal"));
        rehearsal.Status.ShouldBe(status == 204 ? 200 : status, rehearsal.ToString());
        foreach (var header in new[] { "ETag", "X-Position", "Location" }) rehearsal.Header(header).ShouldBeNull(header);
        rehearsal.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        rehearsal.Json.GetProperty("changes").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Array);
        var after = await alice.Get("user/d");
        (after.ETag, after.Header("X-Position"), after.Body).ShouldBe((before.ETag, before.Header("X-Position"), before.Body));
        (await alice.Get("user/new")).Status.ShouldBe(404);

        var real = await alice.Send(new HttpMethod(method), path, body, type);
        real.ShouldBeAt(status, version);
        if (status == 204) rehearsal.Json.EnumerateObject().Select(m => m.Name).ShouldBe(["dry_run", "changes"], ignoreOrder: true);
        else rehearsal.Json.EnumerateObject().Where(m => m.Name is not ("dry_run" or "changes")).Select(m => m.ToString())
            .ShouldBe(real.Json.EnumerateObject().Select(m => m.ToString()));
    }
}
