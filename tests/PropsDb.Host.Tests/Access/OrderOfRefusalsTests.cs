namespace PropsDb.Host.Tests;

/// <summary>Each request breaks two rules; the one that comes first answers, so that no version, key or body tells what exists.</summary>
public sealed class OrderOfRefusalsTests(OrderOfRefusalsTests.Small small) : IClassFixture<OrderOfRefusalsTests.Small>
{
    private const string Merge = "application/merge-patch+json";
    private const string Patch = "application/json-patch+json";
    private const string Json = "application/json";
    private const string TooLarge = "2000 bytes";

    /// <summary>A service that takes bodies of 1,000 bytes.</summary>
    public sealed class Small : IAsyncLifetime
    {
        public PropsDbServer Server { get; } = new() { Settings = ["--PROPSDB:LIMITS:REQUESTBYTES=1000"] };
        public ValueTask InitializeAsync() => Server.InitializeAsync();
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    public static TheoryData<string, string, string, string?, string?, string, int, string> Table { get; } = new()
    {
        // 401, 403, 404 by access, before everything
        { "anonymous", "DELETE", "user", null, null, "", 401, "unauthenticated" },
        { "anonymous", "POST", "user/d/ui/a", TooLarge, Json, "", 401, "unauthenticated" },
        { "anonymous", "PUT", "user/d", TooLarge, Json, "", 401, "unauthenticated" },
        { "anonymous", "PUT", "user/d", "{}", "text/plain", "", 401, "unauthenticated" },
        { "anonymous", "PUT", "user/d?owner=a&owner=b", "broken", Json, "", 401, "unauthenticated" },
        { "anonymous", "GET", "user/_unknown", null, null, "", 401, "unauthenticated" },
        { "anonymous", "GET", "nowhere/d?shape=tree", null, null, "", 401, "unauthenticated" },
        { "bob", "DELETE", "app", null, null, "", 403, "forbidden" },
        { "bob", "PATCH", "app/d/ui/a", "{}", Merge, "", 403, "forbidden" },
        { "bob", "PUT", "app/d", TooLarge, "text/plain", "", 403, "forbidden" },
        { "bob", "PUT", "app/%20", "broken", Json, "", 403, "forbidden" },
        { "bob", "DELETE", "app/nothing", null, null, "\"x\"", 403, "forbidden" },
        { "bob", "POST", "user/d/ui/a?owner=alice", "{}", Json, "", 404, "not_found" },
        { "bob", "PUT", "user/d?owner=alice", TooLarge, Json, "", 404, "not_found" },
        { "bob", "PUT", "user/d?owner=alice", "{}", "text/plain", "", 404, "not_found" },
        { "bob", "PUT", "user/d?owner=alice", "broken", Json, "", 404, "not_found" },
        { "bob", "PUT", "user/d?owner=alice", """{"collections":{}}""", Json, "", 404, "not_found" },
        { "bob", "PATCH", "nowhere/d/ui/a", TooLarge, Merge, "", 404, "not_found" },
        // 405
        { "alice", "POST", "user/d/ui/a", TooLarge, Json, "", 405, "method_not_allowed" },
        { "alice", "PATCH", "user/d/ui/a", "{}", "text/plain", "", 405, "method_not_allowed" },
        { "alice", "POST", "user/d/%20/a", "broken", Json, "", 405, "method_not_allowed" },
        { "alice", "POST", "user/d?path=/ui/a&path=/ui/b", "{}", Json, "", 400, "invalid_query" },
        { "alice", "POST", "user/nothing/ui/a", "{}", Json, "", 405, "method_not_allowed" },
        // 413
        { "alice", "PUT", "user/d", TooLarge, "text/plain", "", 413, "too_large" },
        { "alice", "PUT", "user/%20", TooLarge, Json, "", 413, "too_large" },
        { "alice", "PATCH", "user/nothing", TooLarge, Merge, "", 413, "too_large" },
        { "alice", "PUT", "user/d", TooLarge, Json, "x", 413, "too_large" },
        // 415
        { "alice", "PUT", "user/d", "broken", "text/plain", "", 415, "unsupported_media_type" },
        { "alice", "PUT", "user/%20", "{}", "text/plain", "", 415, "unsupported_media_type" },
        { "alice", "PUT", "user/d?path=a", "{}", "text/plain", "", 415, "unsupported_media_type" },
        { "alice", "PATCH", "user/nothing", "{}", Json, "x", 415, "unsupported_media_type" },
        // 400
        { "alice", "PATCH", "user/nothing", "broken", Merge, "\"1\"", 400, "invalid_json" },
        { "alice", "PATCH", "user/nothing", "{}", Patch, "\"1\"", 400, "invalid_value" },
        { "alice", "PATCH", "user/nothing", "{}", Merge, "W/\"1\"", 400, "invalid_version" },
        { "alice", "PATCH", "user/nothing", """{"ui":1}""", Merge, "\"1\"", 400, "invalid_value" },
        { "alice", "PATCH", "user/d", """{"ui":1}""", Merge, "", 400, "invalid_value" },
        { "alice", "PATCH", "user/d", "[]", Merge, "", 400, "invalid_value" },
        { "alice", "PATCH", "user/d", """{"__version":{}}""", Merge, "\"9\"", 400, "invalid_name" },
        { "alice", "PATCH", "user/d", """{"ui":{" a":1}}""", Merge, "\"9\"", 400, "invalid_name" },
        { "alice", "PATCH", "user/d/ui", "5", Merge, "\"9\"", 400, "invalid_value" },
        { "alice", "PATCH", "user/d/ui", """{"a ":5}""", Merge, "", 400, "invalid_name" },
        { "alice", "DELETE", "user/nothing?version=x", null, null, "", 400, "invalid_version" },
        { "alice", "DELETE", "user/nothing?dry_run=x", null, null, "", 400, "invalid_query" },
        { "alice", "GET", "user/nothing?shape=tree", null, null, "", 400, "invalid_query" },
        { "alice", "PUT", "user/d", "{}", Json, "", 400, "invalid_value" },
        { "alice", "PUT", "user/d", """{"version":9}""", Json, "", 400, "invalid_value" },
        { "alice", "POST", "user/d", """{"collections":1}""", Json, "", 400, "invalid_value" },
        { "alice", "PUT", "user/d/ui/a", """{"value":1,"version":9,"document_version":8}""", Json, "", 400, "version_ambiguous" },
        // 404 for absence
        { "alice", "DELETE", "user/nothing", null, null, "", 404, "not_found" },
        { "alice", "DELETE", "user/d/nothing", null, null, "\"9\"", 404, "not_found" },
        { "alice", "PATCH", "user/nothing", "{}", Merge, "", 404, "not_found" },
        { "alice", "PATCH", "user/d/nothing", "{}", Merge, "\"9\"", 404, "not_found" },
        { "alice", "POST", "user/nothing/ui", "{}", Json, "\"9\"", 404, "not_found" },
        { "alice", "PATCH", "user/nothing", """[{"op":"test","path":"/a","value":1}]""", Patch, "", 404, "not_found" },
        // 428
        { "alice", "PATCH", "user/d", """[{"op":"test","path":"/a","value":1}]""", Patch, "", 428, "version_required" },
        { "alice", "PATCH", "user/d", """[{"op":"remove","path":"/a"}]""", Patch, "", 428, "version_required" },
        // 409 and 412
        { "alice", "PATCH", "user/d?version=9", """[{"op":"test","path":"/a","value":1}]""", Patch, "", 409, "version_conflict" },
        { "alice", "PATCH", "user/d", """[{"op":"test","path":"/a","value":1}]""", Patch, "\"1\"", 412, "version_conflict" },
        { "alice", "PATCH", "user/d", """[{"op":"remove","path":"/a"}]""", Patch, "\"1\"", 412, "version_conflict" },
        // then the patch's own
        { "alice", "PATCH", "user/d", """[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/b"}]""", Patch, "\"2\"", 409, "test_failed" },
        { "alice", "PATCH", "user/d", """[{"op":"remove","path":"/b"},{"op":"test","path":"/a","value":1}]""", Patch, "\"2\"", 422, "patch_failed" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task The_earlier_refusal_answers(string who, string method, string path, string? body, string? type, string ifMatch, int status, string error)
    {
        var server = small.Server;
        var alice = server.As("alice");
        await alice.Post("user/d", """{"collections":{"ui":{"a":1}}}""");
        await alice.Put("user/d/ui/a", """{"version":1,"value":2}""");
        var caller = who switch { "anonymous" => server.Anonymous, "bob" => server.As("bob"), _ => alice };
        (string, string)[] headers = ifMatch.Length == 0 ? [] : [("If-Match", ifMatch)];
        var answer = await caller.Send(new HttpMethod(method), path, body == TooLarge ? new string(' ', 2000) : body, type, headers);
        answer.ShouldBeProblem(status, error);
    }
}
