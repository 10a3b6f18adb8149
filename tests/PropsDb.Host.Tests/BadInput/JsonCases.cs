using System.Text;
using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 43 to 52, 58, 61 and 64 to 66: bodies that are no JSON, and JSON that some stores cannot keep.</summary>
public static class JsonCases
{
    private static readonly Expect.Refused BadJson = Refused(400, "invalid_json") with { DetailHas = "line" };
    private static readonly Expect.Refused BadValue = Refused(400, "invalid_value");

    public static IReadOnlyList<Case> All { get; } =
    [
        .. Everywhere(43, "empty", ""u8.ToArray()),
        .. Everywhere(43, "blank", " \t\r\n"u8.ToArray()),
        .. BadBodies(43, "nul", "{", "}", "[", "{'a':1}", "{a:1}", """{"a":1,}""", """{"a":1}}""", "/**/{}", "{}//", """{"a" 1}""", """{"a":}""", """{"a":1 "b":2}""", """{,}""", "\"abc", "\"\t\"", "\"\\x41\"", "\"\\u12\"", "True", "\u00A0{}"),
        .. BadValues(43, "NaN", "Infinity", "-Infinity", "+1", "01", "-01", "1.", ".1", "-", "-.1", "1e", "1e+", "0x1", "1_000", "[1,]", "[,1]", "[1 2]", "[1", "tru", "'x'", "undefined", "1/*x*/", "1//x"),
        new(43, "the place of the fault is named", Send.Put("user/$new/c/p", "{\n  \"value\": x }"), BadJson with { DetailHas = "line 2, column" }),
        .. Everywhere(44, "two values", "{}{}"u8.ToArray()),
        .. BadBodies(44, "{} x", "{}]", "{} null", "{}\0", "null null", "[]{}"),
        .. BadValues(45, """{"a":1,"a":2}""", """{"a":1,"\u0061":2}""", """[[{"b":{"a":1,"c":2,"a":1}}]]""", """{"":1,"":2}""", """{"\u00e9":1,"é":2}"""),
        new(45, "a body's member twice", Send.Put("user/$new/c/p", """{"version":0,"value":1,"value":2}"""), BadJson),
        new(45, "a body's unknown member twice", Send.Put("user/$new/c/p", """{"version":0,"value":1,"x":2,"x":2}"""), BadJson),
        new(45, "a name twice in a list", Send.Post("user/$new", """{"collections":[{"name":"a"},{"name":"a"}]}"""), BadValue),
        new(45, "a property's name twice in a list", Send.Put("user/$new/c", """{"version":0,"properties":[{"name":"a","value":1},{"name":"a","value":2}]}"""), BadValue),
        new(45, "an operation's member twice", Send.JsonPatch("user/$doc?version=1", """[{"op":"add","op":"test","path":"/ui/x","value":1}]"""), BadJson),
        .. Kept(46, "\"\\u0000\"", "\"a\\u0000b\"", "{\"\\u0000\":\"\\u0000\"}", "[\"\\u0000\\u0001\\u001f\"]"),
        new(46, "U+0000 in a property's name", Send.Put("user/$new/c", """{"version":0,"properties":{"a\u0000b":1}}"""), Refused(400, "invalid_name")),
        new(46, "U+0000 raw in a string", Send.Value("\"a\0b\""), BadJson),
        .. BadValues(47, "\"\\ud800\"", "\"\\udc00\"", "\"\\udc00\\ud800\"", "\"\\ud800\\ud800\\udc00\"", "\"\\ud800x\\udc00\"", "\"\\ud83d\\u0041\"", "[\"\\uDFFF\"]", "\"\\\\\\ud800\""),
        .. Kept(47, "\"\\ud83d\\ude00\"", "\"\\\\ud800\"", "\"\\uD83D\\uDE00\\u0041\""),
        .. BadValues(48, "{\"\\ud800\":1}", "{\"a\":{\"\\udc00\":1}}", "{\"\\ud800\":1,\"\\ud800\":2}", "{\"\\ud800\\ud800\":1}"),
        new(48, "a lone surrogate in a property's name", Send.Put("user/$new/c", """{"version":0,"properties":{"\ud800":1}}"""), BadJson),
        .. BadBytes(49, [0xFF], [0xFE], [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98]),
        .. Everywhere(50, "a byte order mark", [0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}']),
        new(50, "a byte order mark inside", Send.Put("user/$new/c/p", "{\"version\":0,\uFEFF\"value\":1}"), BadJson),
        .. Everywhere(51, "UTF-16", Encoding.Unicode.GetBytes("""{"version":0}""")),
        .. Everywhere(51, "UTF-16 with its mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("""{"version":0}""")]),
        .. Everywhere(51, "UTF-32", Encoding.UTF32.GetBytes("{}")),
        .. Deep(64, isGood: true), .. Deep(65, isGood: false), .. Deep(1_000, isGood: false), .. Deep(100_000, isGood: false),
        new(52, "64 levels come back out", Send.Value(Nested(64)), Accepted(201, Nested(64))),
        new(52, "100,000 levels without an end", Send.Value(new string('[', 100_000)), BadValue),
        new(52, "100,000 levels of objects", Send.Value(Repeat("{\"a\":", 100_000)), BadValue),
        new(52, "100,000 levels around the body", Send.Put("user/$new/c/p", Repeat("{\"value\":", 100_000)), BadValue),
        new(52, "100,000 levels in a member nobody reads", Send.Put("user/$new/c/p", $$"""{"version":0,"value":1,"other":{{Nested(100_000)}} }"""), BadValue),
        .. Kept(58, """{"bb":1,"a":2,"c":3}""", """{"z":{"y":1,"x":2},"10":1,"9":2}"""),
        new(58, "white space goes, all else stays", Send.Value(" { \"b\" : [ 1 , 2 ] ,\r\n\t\"a\" : \" x \" } "), Accepted(201, """{"b":[1,2],"a":" x "}"""), "only insignificant blanks are left out"),
        .. NotObjects("1", "\"x\"", "null", "true", "[]", "[1]"),
        .. Kept(61, "null", "1", "\"\"", "[]", "{}", "false"),
        new(61, "no value is not null", Send.Put("user/$new/c/p", """{"version":0}"""), BadValue),
        new(61, "an entry without a value", Send.Put("user/$new/c", """{"version":0,"properties":[{"name":"a"}]}"""), BadValue),
        new(61, "an entry without a name", Send.Put("user/$new/c", """{"version":0,"properties":[{"value":1}]}"""), BadValue),
        new(61, "an entry whose name is a number", Send.Put("user/$new/c", """{"version":0,"properties":[{"name":1,"value":1}]}"""), BadValue),
        new(61, "an entry that is no object", Send.Put("user/$new/c", """{"version":0,"properties":[1]}"""), BadValue),
        new(61, "collections that are text", Send.Post("user/$new", """{"collections":"x"}"""), BadValue),
        new(61, "collections that are null", Send.Post("user/$new", """{"collections":null}"""), BadValue),
        new(61, "a collection that is null", Send.Post("user/$new", """{"collections":{"a":null}}"""), BadValue),
        new(61, "properties that are a number", Send.Put("user/$new/c", """{"version":0,"properties":1}"""), BadValue),
        new(61, "a PUT without collections", Send.Put("user/$new", """{"version":0}"""), BadValue),
        new(61, "a copy to nowhere", Send.Post("user/$doc/_copy", "{}"), BadValue),
        new(61, "a copy to a number", Send.Post("user/$doc/_copy", """{"to":1}"""), BadValue),
        new(61, "a copy to a document that is a number", Send.Post("user/$doc/_copy", """{"to":{"document":1}}"""), BadValue),
        .. Kept(64, "\"<script>alert(1)</script>\"", "\"<!--<svg onload=x>\"", "\"PHNjcmlwdD4=\"", "\"data:text/html,x\"", "\"\\u003cb\\u003e\"", "\"=cmd|' /C calc'!A0\""),
        .. Kept(65, """{"$type":"System.Diagnostics.Process"}""", """{"$id":"1","a":{"$ref":"1"}}""", """{"__proto__":{"x":1}}""", """{"constructor":{"prototype":1}}""", """{"$values":[]}"""),
        .. Kept(66, "\"2026-02-30\"", "\"2026-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00.000000000+25:00\"", "\"00000000-0000-0000-0000-000000000000\"", "\"12345678901234567890123456789012345678901234567890\"", "\"1e400\"", "\"\\/Date(1)\\/\"", "\"true\""),
    ];

    /// <summary>Every door that a body comes in by.</summary>
    private static IEnumerable<(string Name, Func<Func<byte[]>, Send> Send)> Doors =>
    [
        ("POST document", body => Send.Bytes("POST", "user/$new", "application/json", body)),
        ("PUT document", body => Send.Bytes("PUT", "user/$new?version=0", "application/json", body)),
        ("merge patch", body => Send.Bytes("PATCH", "user/$doc?version=1", "application/merge-patch+json", body)),
        ("JSON patch", body => Send.Bytes("PATCH", "user/$doc?version=1", "application/json-patch+json", body)),
        ("POST collection", body => Send.Bytes("POST", "user/$doc/new", "application/json", body)),
        ("PUT collection", body => Send.Bytes("PUT", "user/$new/c?version=0", "application/json", body)),
        ("merge patch of a collection", body => Send.Bytes("PATCH", "user/$doc/ui?version=1", "application/merge-patch+json", body)),
        ("PUT property", body => Send.Bytes("PUT", "user/$new/c/p?version=0", "application/json", body)),
        ("copy", body => Send.Bytes("POST", "user/$doc/_copy", "application/json", body)),
    ];

    private static IEnumerable<Case> Everywhere(int row, string name, byte[] body) =>
        Doors.Select(door => new Case(row, $"{name}, {door.Name}", door.Send(() => body), BadJson));

    private static IEnumerable<Case> BadBodies(int row, params string[] bodies) =>
        bodies.Select((body, i) => new Case(row, $"body {i}", Send.Put("user/$new/c/p?version=0", body), BadJson));

    private static IEnumerable<Case> BadValues(int row, params string[] values) =>
        values.Select((value, i) => new Case(row, $"value {i}", Send.Value(value), BadJson));

    private static IEnumerable<Case> Kept(int row, params string[] values) =>
        values.Select((value, i) => new Case(row, $"kept {i}", Send.Value(value), Accepted(201, value)));

    private static IEnumerable<Case> BadBytes(int row, params byte[][] texts) => texts.SelectMany((text, i) => new[]
    {
        new Case(row, $"bytes {i} in a value", Send.Bytes("PUT", "user/$new/c/p", "application/json", () => [.. "{\"version\":0,\"value\":\""u8, .. text, .. "\"}"u8]), BadJson),
        new Case(row, $"bytes {i} in a key", Send.Bytes("PUT", "user/$new/c/p", "application/json", () => [.. "{\"version\":0,\"value\":{\""u8, .. text, .. "\":1}}"u8]), BadJson),
        new Case(row, $"bytes {i} at the end", Send.Bytes("PUT", "user/$new/c/p", "application/json", () => [.. "{\"version\":0,\"value\":1}"u8, .. text]), BadJson),
    });

    private static IEnumerable<Case> NotObjects(params string[] bodies) => bodies.SelectMany(body => Doors
        .Where(door => !door.Name.Contains("patch"))
        .Select(door => new Case(61, $"{body}, {door.Name}", door.Send(() => Encoding.UTF8.GetBytes(body)), BadValue)));

    private static IEnumerable<Case> Deep(int depth, bool isGood)
    {
        var value = Nested(depth);
        (string Door, Send Send, int Good)[] ways =
        [
            ("POST document", Send.Post("user/$new", $$$"""{"collections":{"c":{"p":{{{value}}} } } }"""), 201),
            ("POST document as lists", Send.Post("user/$new", $$"""{"collections":[{"name":"c","properties":[{"name":"p","value":{{value}} }]}]}"""), 201),
            ("PUT document", Send.Put("user/$new", $$$"""{"version":0,"collections":{"c":{"p":{{{value}}} } } }"""), 201),
            ("PUT document as lists", Send.Put("user/$new", $$"""{"version":0,"collections":[{"name":"c","properties":[{"name":"p","value":{{value}} }]}]}"""), 201),
            ("PUT collection", Send.Put("user/$new/c", $$$"""{"version":0,"properties":{"p":{{{value}}} } }"""), 201),
            ("POST collection", Send.Post("user/$doc/c", $$"""{"properties":[{"name":"p","value":{{value}} }]}"""), 201),
            ("PUT property", Send.Value(value), 201),
            ("merge patch", Send.MergePatch("user/$doc?version=1", $$$"""{"c":{"p":{{{value}}} } }"""), 200),
            ("merge patch of a collection", Send.MergePatch("user/$doc/ui?version=1", $$"""{"p":{{value}} }"""), 200),
            ("JSON patch", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"add","path":"/ui/p","value":{{value}} }]"""), 200),
            ("JSON patch of a collection", Send.JsonPatch("user/$doc?version=1", $$$"""[{"op":"add","path":"/c","value":{"p":{{{value}}} } }]"""), 200),
            ("JSON patch inside a value", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"add","path":"/ui/list/-","value":{{Nested(depth - 1)}} }]"""), 200),
        ];
        return ways.Select(way => new Case(52, $"{depth} levels, {way.Door}", way.Send, isGood ? Accepted(way.Good) : BadValue));
    }
}
