using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 27 to 34: escapes and dots in the path, each decoded exactly once.</summary>
public static class PathCases
{
    private const string New = """{"version":0,"value":1}""";
    private static readonly Expect.Refused BadName = Refused(400, "invalid_name");
    private static readonly Expect.Refused NotFound = Refused(404, "not_found");

    public static IReadOnlyList<Case> All { get; } =
    [
        new(27, "a%2Fb names a/b", Send.Put("user/$new%2Fb/c/p", New), Accepted(201) with { BodyHas = "\"document_version\":1" }, "a segment is decoded exactly once"),
        new(27, "a%2Fb as a collection", Send.Put("user/$new/a%2Fb/p?shape=object", New, ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"a/b\":{\"p\":1}" }),
        new(28, "a%252Fb names a%2Fb", Send.Put("user/$new/a%252Fb/p?shape=object", New, ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"a%2Fb\":{\"p\":1}" }, "and is another name than a/b"),
        new(28, "a%25252Fb names a%252Fb", Send.Put("user/$new/a%25252Fb/p?shape=object", New, ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"a%252Fb\":{\"p\":1}" }),
        new(28, "%252e%252e names %2e%2e", Send.Put("user/$new/%252e%252e/p?shape=object", New, ("Prefer", "return=representation")), Accepted(201) with { BodyHas = "\"%2e%2e\":{\"p\":1}" }),
        new(29, "%00 in a document's name", Send.Put("user/$new%00/c/p", New), Bare(400)),
        new(29, "%00 alone", Send.Get("user/%00"), Bare(400)),
        new(29, "%00 in the query", Send.Get("user?prefix=a%00b"), Refused(400, "invalid_query")),
        new(29, "%00 in an owner", Send.Get("user?owner=a%00b").By(As.Admin), Refused(400, "invalid_query")),
        new(29, "%00 in an owner's document", Send.Put("user/$new/c/p?owner=a%00b", New).By(As.Admin), Refused(400, "invalid_query")),
        new(29, "an owner that no user can be", Send.Put("user/$new/c/p?owner=a%01b", New).By(As.Admin), Refused(400, "invalid_query")),
        new(29, "an empty owner", Send.Put("user/$new/c/p?owner=", New).By(As.Admin), Refused(400, "invalid_query")),
        new(29, "%00 in a pointer", Send.Get("user/$doc?path=/ui/a%00b"), Refused(400, "invalid_query")),
        new(29, "%01 in a pointer", Send.Get("user/$doc?path=/ui/a%01b"), BadName),
        .. Escapes("%FF", "%C0%AF", "%ZZ", "%", "%4", "a%", "%u0041", "%ED%A0%80", "%F4%90%80%80", "%C3", "%E2%82", "%80", "%GG", "%-1", "%+1", "% 1"),
        new(31, "dots lead to another tier, with its rights", Send.Put("shared/../app/$new/c/p", New), Refused(403, "forbidden")),
        new(31, "escaped dots lead to another tier, with its rights", Send.Put("shared/%2e%2e/app/$new/c/p", New), Refused(403, "forbidden")),
        new(31, "half-escaped dots", Send.Put("shared/.%2E/app/$new/c/p", New), Refused(403, "forbidden")),
        new(31, "dots lead to another app", Send.Get("/api/v1/default/../other/user/x"), Refused(403, "forbidden")),
        new(31, "dots lead out of the API", Send.Get("/api/v1/default/../../../x"), NotFound),
        new(31, "dots beyond the root", Send.Get("/../../../../etc/passwd"), NotFound),
        new(31, "dots within a document", Send.Get("user/$doc/ui/../ui/./theme"), Accepted(200) with { BodyHas = "\"dark\"" }),
        new(31, "a backslash is no slash", Send.Get(@"user\..\app/x"), NotFound, "the tier is called user\\..\\app"),
        new(32, ". as a document", Send.Put("user/.", """{"version":0,"collections":{}}"""), Refused(405, "method_not_allowed"), "dots collapse before names are read (31), so this names the tier"),
        new(32, ".. as a property", Send.Put("user/$doc/ui/..?version=1", """{"value":1}"""), Refused(400, "invalid_value"), "this names the document, which takes collections"),
        new(32, "%2e as a collection", Send.Get("user/$new/%2e"), NotFound),
        new(32, ". in a pointer", Send.Get("user/$doc?path=/./x"), BadName),
        new(32, ".. in a pointer", Send.Put("user/$doc?path=/ui/..&version=1", """{"value":1}"""), BadName),
        new(32, ". in a body", Send.Post("user/$new", """{"collections":{".":{}}}"""), BadName),
        new(32, ".. in a body", Send.Post("user/$new", """{"collections":{"a":{"..":1}}}"""), BadName),
        new(32, ".. as the name of a copy", Send.Post("user/$doc/_copy", """{"to":{"document":".."}}"""), BadName),
        new(33, "raw bytes of UTF-8 in the path", Send.Octets("GET /api/v1/default/user/\u00C3\u00A9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(33, "raw bytes that are no UTF-8", Send.Octets("GET /api/v1/default/user/\u00FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(33, "a raw blank in the path", Send.Octets("GET /api/v1/default/user/a b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(33, "a target that is no path", Send.Octets("GET api/v1/default/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(31, "an app of 5,000 characters", Send.Get($"/api/v1/{new string('a', 5000)}/user"), Refused(403, "forbidden")),
        new(31, "a tier of 5,000 characters", Send.Get($"{new string('t', 5000)}/x"), NotFound),
        new(33, "the absolute form", Send.Get("http://x/api/v1/default/user/$doc", ("Host", "x")), Accepted(200), "RFC 9112 has every server accept it"),
        new(33, "the absolute form decodes once as well", Send.Get("http://x/api/v1/default/user/$doc/a%252Fb", ("Host", "x")), NotFound with { DetailHas = "a%2Fb" }),
        new(33, "a malformed escape in the absolute form", Send.Get("http://x/api/v1/default/user/%ZZ", ("Host", "x")), BadName),
        new(33, "dots in the absolute form", Send.Put("http://x/api/v1/default/shared/%2e%2e/app/$new/c/p", New, ("Host", "x")), Refused(403, "forbidden")),
        new(34, "an empty segment", Send.Put("user//c/p", New), NotFound),
        new(34, "an empty segment in the middle", Send.Put("user/$new//p", New), NotFound),
        new(34, "empty segments in front", Send.Get("//api/v1/default/user"), NotFound),
        new(34, "an empty tier", Send.Get("/api/v1/default//x"), NotFound),
        new(34, "empty segments at the end", Send.Put("user/$new/c//", New), NotFound),
        new(34, "a slash at the end", Send.Get("user/$doc/"), Accepted(200), "names the same"),
        new(34, "too many segments", Send.Get("user/$doc/ui/theme/deeper"), NotFound),
        new(34, "2,000 segments", Send.Get("user/$doc" + Repeat("/a", 2000)), NotFound),
        new(34, "an operation that there is none", Send.Get("user/$doc/_nonsense"), NotFound),
        new(34, "a pointer of three segments", Send.Get("user/$doc?path=/a/b/c"), Refused(400, "invalid_query")),
        new(34, "a pointer that is none", Send.Get("user/$doc?path=a"), Refused(400, "invalid_query")),
        new(34, "a pointer with a bad escape", Send.Get("user/$doc?path=/a~2"), Refused(400, "invalid_query")),
        new(34, "two pointers", Send.Get("user/$doc?path=/a&path=/b"), Refused(400, "invalid_query")),
        new(34, "a shape that is none, on a read", Send.Get("user/$doc?shape=round"), Refused(400, "invalid_query")),
        new(34, "a shape that is none, on a write", Send.Put("user/$new/c/p?shape=round", New, ("Prefer", "return=representation")), Refused(400, "invalid_query")),
        new(34, "a shape that is none, on a deletion", new Send("DELETE", "user/$doc/ui/theme?version=1&shape=round") { Headers = [("Prefer", "return=representation")] }, Refused(400, "invalid_query")),
        new(34, "a rehearsal that is none", Send.Put("user/$new/c/p?dry_run=perhaps", New), Refused(400, "invalid_query")),
        new(34, "a strategy that is none", Send.Put("user/$new/c/p?on_conflict=fight", New), Refused(400, "invalid_query")),
    ];

    private static IEnumerable<Case> Escapes(params string[] escapes) => escapes.Where(e => !e.Contains(' ')).SelectMany(e => new[]
    {
        new Case(30, $"{e} in a read", Send.Get($"user/{e}"), BadName),
        new Case(30, $"{e} in a write", Send.Put($"user/$new/{e}/p", New), BadName),
    });
}
