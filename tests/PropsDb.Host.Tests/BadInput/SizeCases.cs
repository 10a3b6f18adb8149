using System.Text.Json;
using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 59, 60 and 62: sizes at their limits and one beyond, and keys that need escaping in a pointer.</summary>
public static class SizeCases
{
    private const int MiB = 1024 * 1024;
    private static readonly Expect.Refused TooLarge = Refused(413, "too_large");
    private static readonly Expect.Refused BadValue = Refused(400, "invalid_value");

    public static IReadOnlyList<Case> All { get; } =
    [
        new(59, "a number of 400 digits", Send.Value("0." + new string('1', 398)), Accepted(201, "0." + new string('1', 398))),
        new(59, "a number of 401 characters", Send.Value("0." + new string('1', 399)), BadValue),
        new(59, "a number of 1 MB", Send.Value(new string('1', MiB)), BadValue),
        new(59, "a string of 1 MB", Send.Value($"\"{new string('s', MiB)}\""), Accepted(201)),
        new(59, "1,000,000 empty keys", Send.Value("{" + string.Join(',', Enumerable.Repeat("\"\":1", 500_000)) + "}"), Refused(400, "invalid_json"), "keys that are the same are refused before they are counted"),
        new(59, "100,000 elements", Send.Value(Elements(100_000)), Accepted(201)),
        new(59, "100,001 elements", Send.Value(Elements(100_001)), TooLarge),
        new(59, "100,001 elements in a member", Send.Value("{\"" + string.Join(":1,\"", Enumerable.Range(0, 100_000).Select(i => i + "\"")) + ":1}"), TooLarge),
        new(59, "300,000 empty arrays", Send.Value($"[{string.Join(',', Enumerable.Repeat("[]", 300_000))}]"), TooLarge),
        new(59, "100,001 elements in a merge patch", Send.MergePatch("user/$doc?version=1", $$$"""{"ui":{"x":{{{Elements(100_001)}}} } }"""), TooLarge),
        new(59, "100,001 elements in a JSON patch", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"add","path":"/ui/x","value":{{Elements(100_001)}} }]"""), TooLarge),
        new(59, "100,001 elements in a collection", Send.Put("user/$new/c", $$$"""{"version":0,"properties":{"x":{{{Elements(100_001)}}} } }"""), TooLarge),
        new(59, "10,000 properties", Send.Post("user/$new", Properties(10_000)), Accepted(201)),
        new(59, "10,001 properties", Send.Post("user/$new", Properties(10_001)), TooLarge),
        new(59, "a document of 4 MiB", Send.Put("user/$new/c/p", Sized(4 * MiB)), Accepted(201)),
        new(59, "a document of 4 MiB and a byte", Send.Put("user/$new/c/p", Sized(4 * MiB + 1)), TooLarge),
        new(59, "1,000 operations", Send.JsonPatch("user/$doc?version=1", Operations(1_000)), Accepted(200)),
        new(59, "1,001 operations", Send.JsonPatch("user/$doc?version=1", Operations(1_001)), TooLarge),
        new(60, "a string of 268,435,456 bytes", Send.Octets("PUT /api/v1/default/user/$new/c/p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: 268435480\r\n\r\n{\"version\":0,\"value\":\""), TooLarge,
            "out of reach behind the limit on bodies"),
        .. new[] { "", ".", "..", "/", "~", "~0", "~1", "~01", "[0]", "a.b", "a/b/c", "*", "$", "#", "-" }.SelectMany(Key),
        new(62, "a key of 64 KiB", Send.Value($"{{\"{new string('k', 65536)}\":1}}"), Accepted(201, $"{{\"{new string('k', 65536)}\":1}}")),
        new(62, "a slash in a pointer is ~1", Send.Put("user/$new?path=/a~1b/c~1d&shape=object", """{"version":0,"value":1}""", ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"a/b\":{\"c/d\":1}" }),
        new(62, "a tilde in a pointer is ~0", Send.Put("user/$new?path=/~01/~0&shape=object", """{"version":0,"value":1}""", ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"~1\":{\"~\":1}" }),
        new(62, "a tilde in a segment is a tilde", Send.Put("user/$new/~1/~0?shape=object", """{"version":0,"value":1}""", ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"~1\":{\"~0\":1}" }),
        new(62, "an escape in a pointer of the query is decoded once", Send.Put("user/$new?path=/a%252Fb/p&shape=object", """{"version":0,"value":1}""", ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"a%2Fb\":{\"p\":1}" }),
        new(62, "a pointer of 8,000 segments", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"add","path":"{{Repeat("/a", 8000)}}","value":1}]"""), Refused(422, "patch_failed")),
        new(62, "a pointer of 2,000,000 characters", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"remove","path":"/ui/{{new string('x', 2_000_000)}}"}]"""), Refused(422, "patch_failed")),
        new(62, "a test at a pointer of 2,000,000 characters", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"test","path":"/ui/{{new string('x', 2_000_000)}}","value":1}]"""), Refused(409, "test_failed")),
        new(62, "an unknown member of an operation of 64 KiB", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"remove","path":"/ui","{{new string('x', 65536)}}":1}]"""), BadValue),
        new(62, "what is absent under names of 255 characters", Send.Get($"user/$doc/{new string('c', 255)}/{new string('p', 255)}"), Refused(404, "not_found")),
        new(62, "a value too deep under a name of 255 characters", Send.Put("user/$new/c", $$$"""{"version":0,"properties":{"{{{new string('p', 255)}}}":{{{Nested(65)}}} } }"""), BadValue),
    ];

    private static string Elements(int count) => $"[{string.Join(',', Enumerable.Repeat('1', count - 1))}]";

    private static string Properties(int count) => $$$"""{"collections":{"c":{ {{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\":1"))}}} } } }""";

    // A document's size is that of {"c":{"p":"…"}}.
    private static string Sized(int bytes) => $$"""{"version":0,"value":"{{new string('s', bytes - """{"c":{"p":""}}""".Length)}}"}""";

    private static string Operations(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"op":"add","path":"/ui/x","value":{{i}} }"""))}]";

    private static IEnumerable<Case> Key(string key)
    {
        var json = JsonSerializer.Serialize(key);
        var nested = "{" + json + ":{" + json + ":1}}";
        var pointer = JsonSerializer.Serialize("/ui/o/" + key.Replace("~", "~0").Replace("/", "~1"));
        yield return new(62, $"the key {json} in a value", Send.Value(nested), Accepted(201, nested));
        yield return new(62, $"the key {json} by pointer", Send.JsonPatch("user/$doc?version=1&shape=object",
            $$"""[{"op":"add","path":"/ui/o","value":{} },{"op":"add","path":{{pointer}},"value":1},{"op":"test","path":"/ui/o","value":{ {{json}}:1} }]"""), Accepted(200) with { BodyHas = "\"o\":{" + json + ":1}" });
    }
}
