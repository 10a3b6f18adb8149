using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>Who may write and not read is told by no answer what is there.</summary>
public sealed class BlindWriterTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Merge = "application/merge-patch+json";

    public static TheoryData<string, string, string?, string?> Writes { get; } = new()
    {
        { "PUT", "?version=3", """{"collections":{"ui":{"new":1}}}""", null },
        { "PUT", "?version=1", """{"collections":{"ui":{"theme":"mine"}}}""", null },
        { "PUT", "?version=1&on_conflict=merge", """{"collections":{"ui":{"theme":"mine"}}}""", null },
        { "PATCH", "?version=3", """{"ui":{"new":1}}""", Merge },
        { "PATCH", "?version=1&on_conflict=merge", """{"ui":{"new":1}}""", Merge },
        { "PATCH", "?version=1&on_conflict=merge&shape=object", """{"ui":{"kept":null}}""", Merge },
        { "PATCH", "/ui?version=3", """{"new":1}""", Merge },
        { "PATCH", "/ui?version=1&on_conflict=merge", """{"new":1}""", Merge },
        { "PUT", "/ui?version=1&on_conflict=merge", """{"properties":{"new":1}}""", null },
        { "PUT", "/ui/new?version=1&on_conflict=merge", """{"value":1}""", null },
        { "PUT", "/ui/theme?version=1", """{"value":1}""", null },
        { "PUT", "/ui/theme?version=3&on_conflict=last_write_wins", """{"value":1}""", null },
        { "POST", "/_batch", """{"document_version":3,"operations":[{"op":"set","path":"/ui/theme","value":1}]}""", null },
        { "POST", "/_batch", """{"document_version":1,"on_conflict":"merge","operations":[{"op":"set","path":"/ui/new","value":1}]}""", null },
        { "POST", "/_undo", """{"commit":3}""", null },
        { "POST", "/_undo", """{"commit":1}""", null },
        { "PUT", "/_settings", """{"conflict_resolution_strategy":"merge"}""", null },
        { "POST", "", "{}", null },
        { "GET", "/_conflicts", null, null },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task An_answer_holds_nothing_that_they_did_not_write(string method, string below, string? body, string? mediaType)
    {
        var (blind, name) = (world.Callers["bl"], world.New("dark"));
        await world.Document(AccessWorld.App, "board", null, name);
        if (method is "GET") await world.Conflict(AccessWorld.App, "board", null, name);
        var path = $"/api/v1/{AccessWorld.App}/board/{name}{below}";
        var rehearsed = path + (path.Contains('?') ? "&" : "?") + "dry_run=true";
        foreach (var (where, prefer) in new[] { (rehearsed, null), (path, "return=representation") })
        {
            (string, string)[] headers = prefer is null ? [] : [("Prefer", prefer)];
            var answer = await blind.Send(method, where, body, mediaType ?? "application/json", headers);
            answer.Status.ShouldBeOneOf(200, 409);
            answer.Body.ShouldNotContain(AccessWorld.Secret(AccessWorld.App));
            answer.Body.ShouldNotContain("\"more\"");
            if (answer.Body.Length > 0) Names(answer.Json).Intersect(["base", "remote", "merged_document", "previous", "document", "collection", "property"]).ShouldBeEmpty(answer.Body);
        }
    }

    [Fact]
    public async Task A_batch_on_several_documents_neither()
    {
        var (blind, name) = (world.Callers["bl"], world.New("dark"));
        await world.Document(AccessWorld.App, "board", null, name);
        foreach (var (version, strategy) in new[] { (1, "manual"), (1, "merge") })
        {
            var answer = await blind.Send("POST", $"/api/v1/{AccessWorld.App}/_batch", $$"""
                {"on_conflict":"{{strategy}}","documents":[{"tier":"board","document":"{{name}}","document_version":{{version}},"operations":[{"op":"set","path":"/ui/new","value":1}]}]}
                """);
            answer.Status.ShouldBe(strategy is "merge" ? 200 : 409);
            answer.Body.ShouldNotContain("kept");
        }
    }

    private static IEnumerable<string> Names(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.String || m.Name is not "document").SelectMany(m => Names(m.Value).Prepend(m.Name)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
