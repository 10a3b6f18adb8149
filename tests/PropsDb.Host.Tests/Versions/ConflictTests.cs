using System.Text.Json;
using System.Text.Json.Nodes;

namespace PropsDb.Host.Tests;

/// <summary>What a writer is told whose version is stale: base at version 1, the remote side at 2, the local side refused.</summary>
public sealed class ConflictTests(PropsDbServer server)
{
    /// <summary>Base, remote and local collections; the conflicts as path, base, remote, local (absent sides <c>-</c>); what a merge would make.</summary>
    public static TheoryData<string, string, string, string, string, string> Cases { get; } = new()
    {
        { "set and set", """{"ui":{"t":1}}""", """{"ui":{"t":2}}""", """{"ui":{"t":3}}""", "/ui/t 1 2 3", """{"ui":{"t":2}}""" },
        { "deleted and set", """{"ui":{"t":1,"k":0}}""", """{"ui":{"k":0}}""", """{"ui":{"t":3,"k":0}}""", "/ui/t 1 - 3", """{"ui":{"k":0}}""" },
        { "set and deleted", """{"ui":{"t":1,"k":0}}""", """{"ui":{"t":2,"k":0}}""", """{"ui":{"k":0}}""", "/ui/t 1 2 -", """{"ui":{"t":2,"k":0}}""" },
        { "both the same", """{"ui":{"t":1}}""", """{"ui":{"t":2}}""", """{"ui":{"t":2.0}}""", "", """{"ui":{"t":2}}""" },
        { "both deleted", """{"ui":{"t":1,"k":0}}""", """{"ui":{"k":0}}""", """{"ui":{"k":0}}""", "", """{"ui":{"k":0}}""" },
        { "different properties", """{"ui":{"a":1,"b":1}}""", """{"ui":{"a":2,"b":1}}""", """{"ui":{"a":1,"b":2}}""", "", """{"ui":{"a":2,"b":2}}""" },
        { "different collections", """{"u":{"a":1},"v":{"a":1}}""", """{"u":{"a":2},"v":{"a":1}}""", """{"u":{"a":1},"v":{"a":2}}""", "", """{"u":{"a":2},"v":{"a":2}}""" },
        { "new collections", "{}", """{"x":{"p":1}}""", """{"y":{"p":2}}""", "", """{"x":{"p":1},"y":{"p":2}}""" },
        { "the same new collection", "{}", """{"x":{"p":1,"q":0}}""", """{"x":{"p":2,"r":0}}""", "/x/p - 1 2", """{"x":{"p":1,"q":0,"r":0}}""" },
        { "the same new property", """{"ui":{}}""", """{"ui":{"p":1}}""", """{"ui":{"p":2}}""", "/ui/p - 1 2", """{"ui":{"p":1}}""" },
        { "members of an object", """{"ui":{"o":{"a":1,"b":1}}}""", """{"ui":{"o":{"a":2,"b":1}}}""", """{"ui":{"o":{"a":1,"b":2}}}""", "", """{"ui":{"o":{"a":2,"b":2}}}""" },
        { "a member of an object", """{"ui":{"o":{"a":1}}}""", """{"ui":{"o":{"a":2}}}""", """{"ui":{"o":{"a":3}}}""", "/ui/o/a 1 2 3", """{"ui":{"o":{"a":2}}}""" },
        { "a new member", """{"ui":{"o":{}}}""", """{"ui":{"o":{"c":1}}}""", """{"ui":{"o":{"c":2}}}""", "/ui/o/c - 1 2", """{"ui":{"o":{"c":1}}}""" },
        { "a member deleted and set", """{"ui":{"o":{"a":{"x":1}}}}""", """{"ui":{"o":{}}}""", """{"ui":{"o":{"a":{"x":2}}}}""", """/ui/o/a {"x":1} - {"x":2}""", """{"ui":{"o":{}}}""" },
        { "deep members", """{"ui":{"o":{"a":{"b":{"c":1,"d":1}}}}}""", """{"ui":{"o":{"a":{"b":{"c":2,"d":1}}}}}""", """{"ui":{"o":{"a":{"b":{"c":3,"d":2}}}}}""", "/ui/o/a/b/c 1 2 3", """{"ui":{"o":{"a":{"b":{"c":2,"d":2}}}}}""" },
        { "arrays", """{"ui":{"l":[1,2]}}""", """{"ui":{"l":[1,2,3]}}""", """{"ui":{"l":[0,1,2]}}""", "/ui/l [1,2] [1,2,3] [0,1,2]", """{"ui":{"l":[1,2,3]}}""" },
        { "an object become an array", """{"ui":{"o":{"a":1}}}""", """{"ui":{"o":[1]}}""", """{"ui":{"o":{"a":2}}}""", """/ui/o {"a":1} [1] {"a":2}""", """{"ui":{"o":[1]}}""" },
        { "objects without a common one", """{"ui":{"o":1}}""", """{"ui":{"o":{"a":1}}}""", """{"ui":{"o":{"b":1}}}""", """/ui/o 1 {"a":1} {"b":1}""", """{"ui":{"o":{"a":1}}}""" },
        { "null is a value", """{"ui":{"t":1}}""", """{"ui":{"t":null}}""", """{"ui":{}}""", "/ui/t 1 null -", """{"ui":{"t":null}}""" },
        { "a collection changed and deleted", """{"ui":{"a":1,"b":1}}""", """{"ui":{"a":2,"b":1}}""", "{}", "/ui/a 1 2 -", """{"ui":{"a":2}}""" },
        { "a collection deleted and changed", """{"ui":{"a":1,"b":1}}""", "{}", """{"ui":{"a":3,"b":1}}""", "/ui/a 1 - 3", "{}" },
        { "a property added to a deleted collection", """{"ui":{"a":1}}""", "{}", """{"ui":{"a":1,"n":1}}""", "/ui/n - - 1", "{}" },
        { "a collection deleted by one side", """{"ui":{"a":1},"k":{}}""", """{"k":{}}""", """{"ui":{"a":1},"k":{"x":1}}""", "", """{"k":{"x":1}}""" },
        { "names that pointers escape", """{"a/b":{"c~d":1}}""", """{"a/b":{"c~d":2}}""", """{"a/b":{"c~d":3}}""", "/a~1b/c~0d 1 2 3", """{"a/b":{"c~d":2}}""" },
        { "one of two", """{"ui":{"a":1,"b":1}}""", """{"ui":{"a":2,"b":1}}""", """{"ui":{"a":3,"b":3}}""", "/ui/a 1 2 3", """{"ui":{"a":2,"b":3}}""" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_stale_write_is_told_every_conflict_and_what_a_merge_would_make(string what, string old, string remote, string local, string conflicts, string merged)
    {
        var (alice, name) = await Stale(old, remote);
        var bob = server.NewUser();
        var answer = await bob.Put($"shared/{name}?shape=object", $$"""{"version":1,"collections":{{local}}}""");
        answer.ShouldBeProblem(409, "version_conflict");
        foreach (var byHeader in new[] { false, true })
        {
            if (byHeader) answer = await bob.Put($"shared/{name}?shape=object", $$"""{"collections":{{local}} }""", ("If-Match", "\"1\""));
            if (byHeader) answer.ShouldBeProblem(412, "version_conflict");
            answer.Json.EnumerateObject().Select(m => m.Name).ShouldBe(
                ["type", "title", "status", "detail", "error", "request_id", "expected", "actual", "conflicts", "remote", "merged", "conflict_id"], ignoreOrder: true);
            (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((1, 2), what);
            answer.Json.GetProperty("conflicts").ShouldBeJson(Expected(conflicts, alice.User));
            answer.Json.GetProperty("remote").ShouldBeJson(Expect.Document(name, 2, alice.User, remote, "shared"));
            answer.Json.GetProperty("merged").GetProperty("collections").ShouldBeJson(merged);
        }
        (await bob.Get($"shared/{name}")).ShouldBeAt(200, 2);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_merge_is_made_where_nothing_conflicts_and_refused_where_something_does(string what, string old, string remote, string local, string conflicts, string merged)
    {
        var (_, name) = await Stale(old, remote);
        var bob = server.NewUser();
        var answer = await bob.Put($"shared/{name}?on_conflict=merge&shape=object", $$"""{"collections":{{local}} }""", ("If-Match", "\"1\""));
        if (conflicts.Length > 0)
        {
            answer.ShouldBeProblem(412, "version_conflict");
            (await bob.Content($"shared/{name}")).ShouldBe(remote, what);
            return;
        }
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("merged").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("changes").GetArrayLength().ShouldBeGreaterThan(0);
        answer.Json.GetProperty("document").GetProperty("collections").ShouldBeJson(merged);
        JsonDocument.Parse(await bob.Content($"shared/{name}")).RootElement.ShouldBeJson(merged);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_client_can_merge_with_nothing_but_the_answer(string what, string old, string remote, string local, string conflicts, string merged)
    {
        var (_, name) = await Stale(old, remote);
        var bob = server.NewUser();
        var refused = await bob.Put($"shared/{name}?shape=object", $$"""{"version":1,"collections":{{local}}}""");
        var content = JsonNode.Parse(refused.Json.GetProperty("merged").GetProperty("collections").GetRawText())!.AsObject();
        foreach (var conflict in refused.Json.GetProperty("conflicts").EnumerateArray())
            Put(content, conflict.GetProperty("path").GetString()!, conflict.GetProperty("local").TryGetProperty("value", out var mine) ? mine : null);
        var version = refused.Json.GetProperty("actual").GetInt64();
        var answer = await bob.Put($"shared/{name}?shape=object", $$"""{"version":{{version}},"collections":{{content.ToJsonString()}}}""");
        answer.Status.ShouldBe(200, $"{what}: {answer}");
        answer.Json.GetProperty("document").GetProperty("collections").ShouldBeJson(content.ToJsonString());
        if (conflicts.Length == 0) answer.Json.GetProperty("document").GetProperty("collections").ShouldBeJson(merged);
    }

    private async Task<(Client Writer, string Name)> Stale(string old, string remote)
    {
        var (alice, name) = (server.NewUser(), server.New("d"));
        await alice.Holding($"shared/{name}", old);
        (await alice.Put($"shared/{name}", $$"""{"version":1,"collections":{{remote}}}""")).ShouldBeAt(200, 2);
        return (alice, name);
    }

    private static string Expected(string conflict, string by)
    {
        if (conflict.Length == 0) return "[]";
        var parts = conflict.Split(' ');
        return $$"""
            [{"path":"{{parts[0]}}","base":{{{Value(parts[1])}}},"local":{{{Value(parts[3])}}},
              "remote":{{{(parts[2] == "-" ? "" : $"\"value\":{parts[2]},\"version\":2,\"by\":\"{by}\",\"at\":\"{Expect.Now}\"")}}} }]
            """;
    }

    private static string Value(string text) => text == "-" ? "" : $"\"value\":{text}";

    private static void Put(JsonNode content, string pointer, JsonElement? value)
    {
        var names = pointer[1..].Split('/').Select(n => n.Replace("~1", "/").Replace("~0", "~")).ToList();
        foreach (var name in names.SkipLast(1)) content = content[name] ??= new JsonObject();
        if (value is null) content.AsObject().Remove(names[^1]);
        else content[names[^1]] = value.Value.ValueKind == JsonValueKind.Null ? null : JsonNode.Parse(value.Value.GetRawText());
    }
}
