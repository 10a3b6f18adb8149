using System.Text.Json;
using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 35 to 42: what documents, collections and properties may be called, at every door that a name comes in by.</summary>
public static class NameCases
{
    private const string New = """{"version":0,"value":1}""";
    private static readonly Expect.Refused BadName = Refused(400, "invalid_name");

    public static IReadOnlyList<Case> All { get; } =
    [
        .. Bad(35, "e\u0301", "A\u030A", "\uFB1D", "\u0344", "\u2126", "\u212B"),
        .. Good(35, "\u00E9", "\u00E5", "\u1E9B\u0323", "\uFB01"),
        new(35, "JSON keys keep their form", Send.Value("{\"e\u0301\":1,\"\u00E9\":2}"), Accepted(201, "{\"e\u0301\":1,\"\u00E9\":2}")),
        .. Bad(36, "a\u202Eb", "a\u200Bb", "a\uFEFFb", "a\u2028b", "a\u2029b", "a\U000E0041b", "a\u0001b", "a\u007Fb", "a\u0085b", "a\u00ADb", "a\u061Cb", "a\u2066b", "a\tb", "a\nb"),
        // Characters that Unicode has not assigned, or never will, are no reason to refuse a name.
        .. Good(36, "a\uFFFE", "a\uFFFF", "a\uFDD0", "a\U0010FFFF", "a\U0001FFFE", "a\u0378"),
        .. Good(36, "a\u200Cb", "a\u200Db", "\U0001F468\u200D\U0001F469"),
        new(36, "all of them in a value", Send.Value("\"\u202E\u200B\uFEFF\u2028\U000E0041\\u0001\""), Accepted(201, "\"\u202E\u200B\uFEFF\u2028\U000E0041\\u0001\"")),
        .. Good(37, "\u0430", "p\u0430yp\u0430l", "\u03BF"),
        .. Good(38, "\\", "a;x=1", "a.", ".a", "a b", "c+d", "a&b=c", "a#b", "a?b", "\"", "<script>", "...", ":", "*", "|"),
        .. Bad(38, " a", "a ", " ", "\u00A0a", "a\u3000", "\u2003"),
        .. Good(39, new string('n', 255), Repeat("\U0001F600", 255)),
        .. Bad(39, new string('n', 256), new string('n', 4096), Repeat("\U0001F600", 256)),
        .. BadInBodies(39, "", new string('n', 65536)),
        new(39, "a document without a name", Send.Put("user//c/p", New), Refused(404, "not_found"), "an empty segment names nothing"),
        new(39, "an empty name in a pointer", Send.Get("user/$doc?path=/"), BadName),
        .. Good(40, "CON", "__proto__", "constructor", "$where", "id", "version", "mt_events", "document_version", "value", "collections", "name", "toString", "hasOwnProperty", "null", "undefined", "0", "-1", "nul\u00E9", "__version__", "_Caps", "_1"),
        new(40, "a document whose name begins with _", Send.Put("user/_System/c/p", New), BadName),
        new(40, "_system as a document is an operation", Send.Put("user/_system", New), Refused(404, "not_found")),
        new(40, "_system as a collection is an operation", Send.Get("user/$doc/_system"), Refused(404, "not_found")),
        new(40, "_system as a collection in a body", Send.Post("user/$new", """{"collections":{"_system":{"_id":1}}}"""), Accepted(201)),
        new(40, "_id by pointer", Send.Put("user/$new?path=/_system/_id", New), Accepted(201)),
        new(40, "__version as a collection", Send.Put("user/$new/__version/p", New), BadName),
        new(40, "__version as a collection in a body", Send.Post("user/$new", """{"collections":{"__version":{}}}"""), BadName),
        new(40, "__version as a collection in a patch", Send.MergePatch("user/$doc?version=1", """{"__version":{}}"""), BadName),
        new(40, "__version as a property", Send.Put("user/$new/c/__version", New), Accepted(201)),
        new(41, "case tells names apart", Send.Post("user/$new", """{"collections":{"Doc":{"P":1,"p":2},"doc":{}}}"""), Accepted(201)),
        new(41, "a document of another case is another", Send.Get("user/N-DOC-$doc"), Refused(404, "not_found")),
        .. Good(42, "'; drop table propsdb.mt_events; --", "%", "a%b", "$.**", "\"]", "' OR '1'='1", "{0}", "${jndi:ldap://x}", "$1", "@p0", ":p0", "\\x27", "E'\\n'", "$$", "/*", "--"),
        new(42, "% in a prefix is a letter", Send.Get("user?prefix=%25"), Accepted(200) with { BodyHas = "\"total\":0" }),
        new(42, "_ in a prefix is a letter", Send.Get("user?prefix=_"), Accepted(200) with { BodyHas = "\"total\":0" }),
        new(42, "a quote in a prefix is a letter", Send.Get("user?prefix=%27%20OR%201=1--"), Accepted(200) with { BodyHas = "\"total\":0" }),
        new(42, "SQL as a sort", Send.Get("user?sort=name;drop%20table%20x"), Refused(400, "invalid_query")),
        new(42, "SQL as an order", Send.Get("user?order=asc,(select%201)"), Refused(400, "invalid_query")),
        new(42, "SQL as a limit", Send.Get("user?limit=1%3Bselect"), Refused(400, "invalid_query")),
        new(42, "SQL as an owner", Send.Get("user?owner=%27%20OR%201=1--"), Refused(404, "not_found")),
        new(42, "SQL as an administrator's owner", Send.Get("user?owner=%27%20OR%201=1--").By(As.Admin), Accepted(200) with { BodyHas = "\"total\":0" }),
        new(42, "SQL as a tier", Send.Get("user%27--/x"), Refused(404, "not_found")),
        new(42, "SQL in a cursor", Send.Get("user?cursor=%27%20OR%201=1--"), Refused(400, "invalid_query")),
        new(42, "SQL in a value", Send.Value("\"'); DROP TABLE propsdb.mt_events; --\""), Accepted(201, "\"'); DROP TABLE propsdb.mt_events; --\"")),
        new(42, "SQL in a change message", Send.Put("user/$new/c/p", New, ("X-Change-Message", "%27%29%3B%20DROP%20TABLE%20x%3B--")), Accepted(201, "1")),
        new(42, "U+0000 in a change message", Send.Put("user/$new/c/p", New, ("X-Change-Message", "a%00b")), Refused(400, "invalid_header")),
        new(42, "a change message with a bad escape", Send.Put("user/$new/c/p", New, ("X-Change-Message", "a%FF")), Refused(400, "invalid_header")),
        new(42, "a change message of 500 characters", Send.Put("user/$new/c/p", New, ("X-Change-Message", new string('m', 500))), Accepted(201, "1")),
        new(42, "a change message of 501 characters", Send.Put("user/$new/c/p", New, ("X-Change-Message", new string('m', 501))), Refused(400, "invalid_header")),
    ];

    private static IEnumerable<Case> Good(int row, params string[] names) => names.SelectMany((name, i) =>
    {
        // The relaxed encoder is not needed here: an escape in JSON is the same name.
        var json = JsonSerializer.Serialize(name);
        var at = $"{i}: {Shown(name)}";
        var segment = Escaped(name);
        return new[]
        {
            new Case(row, $"good in the path {at}", Send.Put($"user/$new/{segment}/{segment}?shape=object", New, ("Prefer", "return=minimal")), Accepted(201)),
            new Case(row, $"good in a body {at}", Send.Post("user/$new", $$$"""{"collections":{ {{{json}}}:{ {{{json}}}:1} } }"""), Accepted(201)),
            new Case(row, $"good in a list {at}", Send.Post("user/$new", $$$"""{"collections":[{"name":{{{json}}},"properties":[{"name":{{{json}}},"value":1}]}]}"""), Accepted(201)),
        };
    });

    private static IEnumerable<Case> Bad(int row, params string[] names) => names.SelectMany((name, i) => new[]
    {
        new Case(row, $"bad as a document {i}: {Shown(name)}", Send.Put($"user/{Escaped(name)}/c/p", New), BadName),
        new Case(row, $"bad as a collection {i}: {Shown(name)}", Send.Put($"user/$new/{Escaped(name)}/p", New), BadName),
        new Case(row, $"bad as a property {i}: {Shown(name)}", Send.Put($"user/$new/c/{Escaped(name)}", New), BadName),
        new Case(row, $"bad in a pointer {i}: {Shown(name)}", Send.Put($"user/$new?path=/c/{Escaped(name)}", New), BadName),
    }).Concat(BadInBodies(row, names));

    private static IEnumerable<Case> BadInBodies(int row, params string[] names) => names.SelectMany((name, i) =>
    {
        var json = JsonSerializer.Serialize(name);
        var at = $"{i}: {Shown(name)}";
        return new[]
        {
            new Case(row, $"bad as a collection in a body {at}", Send.Post("user/$new", $$$"""{"collections":{ {{{json}}}:{} } }"""), BadName),
            new Case(row, $"bad as a property in a body {at}", Send.Post("user/$new", $$$"""{"collections":{"c":{ {{{json}}}:1} } }"""), BadName),
            new Case(row, $"bad in a list {at}", Send.Put("user/$new/c", $$"""{"version":0,"properties":[{"name":{{json}},"value":1}]}"""), BadName),
            new Case(row, $"bad in a merge patch {at}", Send.MergePatch("user/$doc?version=1", $$$"""{"ui":{ {{{json}}}:1} }"""), BadName),
            new Case(row, $"bad in a JSON patch {at}", Send.JsonPatch("user/$doc?version=1", $$"""[{"op":"add","path":{{JsonSerializer.Serialize("/ui/" + name)}},"value":1}]"""), BadName),
            new Case(row, $"bad as a copy's name {at}", Send.Post("user/$doc/_copy", $$$"""{"to":{"document":{{{json}}} } }"""), BadName),
        };
    });

    private static string Shown(string name) => string.Concat((name.Length <= 12 ? name : $"{name[..8]} × {name.Length}").Select(c => c is > ' ' and < (char)127 ? c.ToString() : $"<{(int)c:X4}>"));
}
