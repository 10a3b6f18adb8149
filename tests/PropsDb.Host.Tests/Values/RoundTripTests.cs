using System.Text;

namespace PropsDb.Host.Tests;

/// <summary>What goes in comes out, digit by digit and character by character, by every way in and after a new start.</summary>
public sealed class RoundTripTests(PropsDbServer server)
{
    private static readonly string Planes = string.Concat(Enumerable.Range(0, 17).Select(plane => new Rune((plane << 16) | (plane == 0 ? 0x2603 : 0xABCD)).ToString()));

    public static TheoryData<string> Values { get; } =
    [
        "null", "true", "false", "\"\"", "[]", "{}", "0", "-0", "-0.0", "1.10", "1e2", "1E+2", "1e-400", "0e99999", "100000000000000000000", "1.7976931348623157e308",
        "1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890", "-1234567890123456789012345678901234567890.5e-3",
        new string('9', 308), "0." + new string('1', 398), "\"\\u0000\"", "\"a\\u0000b\\u0000\"", "\"\\u0001\\u001f\\u007f\\u0080\"", "\"\\u2028\\u2029\\ufeff\"", "\"\\\\u0000\\\\\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\ud83d\\ude00\"", "\"\u007F\u0085\uFFFE\uFFFF\uFDD0\"", "\"e\u0301 é\"", $"\"{Planes}\"", $$"""{"{{Planes}}":"{{Planes}}"}""",
        """{"z":1,"a":2,"m":{"y":[],"b":{}},"":0,"é":"é"}""", """{"10":1,"9":2,"-1":3,"__proto__":4}""", """{"a\u0000b":1}""", """[1,1.0,1.00,10e-1,[[]],[{}],null,""]""",
        "\"<script>&'+/</script>\"", "[0.1,0.10,1E-400000]", Nested('[', ']', 64), NestedObjects(64),
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_comes_back_as_it_was_written(string value)
    {
        var alice = server.NewUser();
        (await alice.Post("user/post", $$"""{"collections":{"c":{"p":{{value}} } } }""")).ShouldBeAt(201, 1);
        (await alice.Post("user/list", $$"""{"collections":[{"name":"c","properties":[{"name":"p","value":{{value}} } ] } ] }""")).ShouldBeAt(201, 1);
        (await alice.Put("user/put", $$"""{"version":0,"collections":{"c":{"p":{{value}} } } }""")).ShouldBeAt(201, 1);
        (await alice.Put("user/collection/c", $$"""{"version":0,"properties":{"p":{{value}} } }""")).ShouldBeAt(201, 1);
        (await alice.Put("user/property/c/p", $$"""{"version":0,"value":{{value}} }""")).ShouldBeAt(201, 1);
        await (await alice.Holding("user/patch", """{"c":{"x":1}}""")).Holding("user/cpatch", """{"c":{"x":1}}""");
        (await alice.JsonPatch("user/patch?version=1", $$"""[{"op":"add","path":"/c/p","value":{{value}} },{"op":"remove","path":"/c/x"}]""")).ShouldBeAt(200, 2);
        (await alice.Post("user/post/_copy", """{"to":{"document":"copy"}}""")).ShouldBeAt(201, 1);
        foreach (var name in new[] { "post", "list", "put", "collection", "property", "patch", "copy" })
        {
            (await alice.Get($"user/{name}/c/p", ("Accept", "application/vnd.propsdb.value+json"))).Body.ShouldBe(value, name);
            (await alice.Content($"user/{name}")).ShouldBe($"{{\"c\":{{\"p\":{value}}}}}", name);
            (await alice.Get($"user/{name}/c/p")).Json.GetProperty("property").GetProperty("value").GetRawText().ShouldBe(value, name);
            (await alice.Get($"user/{name}/c?shape=object")).Json.GetProperty("collection").GetProperty("properties").GetRawText().ShouldBe($"{{\"p\":{value}}}", name);
        }
        if (value == "null" || value[0] == '{') return; // in a merge patch null removes, and an object is a patch itself
        (await alice.MergePatch("user/cpatch/c?version=1", $$"""{"x":{{value}} }""")).Status.ShouldBe(200);
        (await alice.Content("user/cpatch")).ShouldBe($"{{\"c\":{{\"x\":{value}}}}}");
    }

    [Fact]
    public async Task A_merge_patch_keeps_the_spelling_beside_what_it_changes()
    {
        var alice = await server.NewUser().Holding("user/d", """{"c":{"p":{"z":1.10,"a":[1e2,-0],"s":"\u0000","o":{"y":1.0,"x":2.0}},"q":1e1}}""");
        (await alice.MergePatch("user/d?version=1", """{"c":{"p":{"a":0.10,"o":{"x":null,"n":{"k":5.00}}}}}""")).ShouldBeAt(200, 2);
        (await alice.Content("user/d")).ShouldBe("""{"c":{"p":{"z":1.10,"a":0.10,"s":"\u0000","o":{"y":1.0,"n":{"k":5.00}}},"q":1e1}}""");
    }

    [Fact]
    public async Task White_space_between_tokens_is_all_that_goes()
    {
        var alice = server.NewUser();
        (await alice.Put("user/d/c/p", "\r\n{ \"version\" : 0 ,\t\"value\" : [ 1 , { \"a b\" : \" x\\t\" } ] }\n")).ShouldBeAt(201, 1);
        (await alice.Get("user/d/c/p", ("Accept", "application/vnd.propsdb.value+json"))).Body.ShouldBe("""[1,{"a b":" x\t"}]""");
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_new_start()
    {
        var before = new Dictionary<string, string>();
        string? cursor;
        var first = new PropsDbServer();
        await first.InitializeAsync();
        await using (first)
        {
            var alice = first.As("alice");
            var i = 0;
            foreach (var value in Values.Select(v => v.Data))
            {
                (await alice.Put($"user/d{i}/c/p", $$"""{"version":0,"value":{{value}} }""")).ShouldBeAt(201, 1);
                (await alice.Put($"user/d{i++}/c/q", $$"""{"version":1,"value":{{value}} }""", ("X-Change-Message", "second"))).ShouldBeAt(200, 2);
            }
            await alice.Holding("user/gone", "{}");
            (await alice.Delete("user/gone?version=1")).ShouldBeAt(204, 2);
            for (i = 0; i < Values.Count; i++) await Note(alice, $"user/d{i}");
            foreach (var list in new[] { "user?limit=500&include=content", "user?deleted=true" }) await Note(alice, list);
            cursor = (await alice.Get("user?limit=3")).Json.GetProperty("pagination").GetProperty("next_cursor").GetString();

            async Task Note(Client client, string path)
            {
                var answer = await client.Get(path);
                before[path] = $"{answer.ETag} {answer.Header("X-Position")} {answer.Header("Last-Modified")} {answer.Body}";
            }
        }

        await using var second = new PropsDbServer { Database = first.ConnectionString };
        await second.InitializeAsync();
        var again = second.As("alice");
        foreach (var (path, was) in before)
        {
            var answer = await again.Get(path);
            $"{answer.ETag} {answer.Header("X-Position")} {answer.Header("Last-Modified")} {answer.Body}".ShouldBe(was, path);
        }
        (await again.Get($"user?limit=3&cursor={cursor}")).Status.ShouldBe(200);
        (await again.Put("user/d0/c/p", """{"version":1,"value":"stale"}""")).ShouldBeProblem(409, "version_conflict");
        (await again.Put("user/d0/c/p", """{"version":2,"value":"next"}""")).ShouldBeAt(200, 3);
        (await again.Post("user/gone", "{}")).ShouldBeAt(201, 3);
    }

    private static string Nested(char open, char close, int depth) => new string(open, depth) + new string(close, depth);

    private static string NestedObjects(int depth) => string.Concat(Enumerable.Repeat("{\"o\":", depth - 1)) + "{}" + new string('}', depth - 1);
}
