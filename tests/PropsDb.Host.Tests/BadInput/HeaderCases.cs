using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 14 to 26: methods, content headers, preconditions, credentials.</summary>
public static class HeaderCases
{
    private const string Dark = """{"value":"dark"}""";
    private const string New = """{"version":0,"value":1}""";

    private static readonly Expect.Refused NotAllowed = Refused(405, "method_not_allowed") with { Header = "Allow" };
    private static readonly Expect.Refused WrongType = Refused(415, "unsupported_media_type");
    private static readonly Expect.Refused NoCredentials = Refused(401, "unauthenticated") with { Header = "WWW-Authenticate" };

    public static IReadOnlyList<Case> All { get; } =
    [
        new(14, "TRACE", new Send("TRACE", "user/$doc"), NotAllowed),
        new(14, "an unknown method", new Send("FROB", "user/$doc"), NotAllowed),
        new(14, "a method in lower case", new Send("get", "user/$doc"), NotAllowed, "methods are case-sensitive"),
        new(14, "a method that the level does not know", Send.Post("user/$doc/ui/theme", Dark), NotAllowed),
        new(14, "a write of a tier", Send.Put("user", Dark), NotAllowed),
        new(14, "a method with a character that none has", Send.Octets("G@T /api/v1/default/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(14, "CONNECT", Send.Octets("CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\nConnection: close\r\n\r\n"), Refused(405, "method_not_allowed"), "it is no proxy"),
        new(14, "OPTIONS of the server", Send.Octets("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Refused(405, "method_not_allowed"), "the server as a whole has no options"),
        new(15, "X-HTTP-Method-Override", Send.Post("user/$new", """{"collections":{"c":{"p":1}}}""", ("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE")), Accepted(201, "1")),
        new(15, "_method in the query", Send.Get("user/$doc?_method=DELETE&version=1"), Accepted(200)),
        new(16, "X-Forwarded-Host is no host", Send.Post("user/$new", "{}", ("X-Forwarded-Host", "default.evil.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=6.6.6.6;host=evil.example")), Accepted(201)),
        new(16, "X-Forwarded-Prefix is no path", Send.Get("user/$doc", ("X-Forwarded-Prefix", "/evil"), ("X-Original-URL", "/api/v1/default/app"), ("X-Rewrite-URL", "/api/v1/default/app")), Accepted(200)),
        new(16, "a forwarded user is nobody", Send.Get("user/$doc", ("X-Forwarded-User", "root"), ("X-Remote-User", "root")).By(As.Nobody), NoCredentials),
        new(17, "gzip on plain JSON", Send.Put("user/$new/c/p", New, ("Content-Encoding", "gzip")), WrongType),
        new(17, "br on plain JSON", Send.Put("user/$new/c/p", New, ("Content-Encoding", "br")), WrongType),
        new(17, "two encodings", Send.Put("user/$new/c/p", New, ("Content-Encoding", "identity, gzip")), WrongType),
        new(17, "identity", Send.Put("user/$new/c/p", New, ("Content-Encoding", "identity")), Accepted(201, "1")),
        new(18, "a bomb of gzip", Send.Bytes("PUT", "user/$new/c/p", "application/json", Bomb, ("Content-Encoding", "gzip")), WrongType, "nothing is decompressed"),
        new(18, "a bomb of gzip that is not called so", Send.Bytes("PUT", "user/$new/c/p", "application/json", Bomb), Refused(400, "invalid_json")),
        new(19, "no Content-Type", new Send("PUT", "user/$new/c/p") { Body = () => System.Text.Encoding.UTF8.GetBytes(New) }, WrongType),
        new(19, "an empty Content-Type", Send.Text("PUT", "user/$new/c/p", New, ""), WrongType),
        new(19, "text/plain", Send.Text("PUT", "user/$new/c/p", New, "text/plain"), WrongType),
        new(19, "a form", Send.Text("PUT", "user/$new/c/p", "value=1", "application/x-www-form-urlencoded"), WrongType),
        new(19, "a Content-Type that is none", Send.Text("PUT", "user/$new/c/p", New, ";;;"), WrongType),
        new(19, "two Content-Types", Send.Text("PUT", "user/$new/c/p", New, "application/json").With("Content-Type", "text/plain"), WrongType),
        new(19, "application/json on PATCH", Send.Json("PATCH", "user/$doc?version=1", "{}"), WrongType with { Header = "Accept-Patch" }),
        new(19, "a JSON patch on a collection", Send.JsonPatch("user/$doc/ui?version=1", "[]"), WrongType with { Header = "Accept-Patch" }),
        new(20, "utf-16", Send.Text("PUT", "user/$new/c/p", New, "application/json; charset=utf-16"), WrongType),
        new(20, "iso-8859-1", Send.Text("PUT", "user/$new/c/p", New, "application/json; charset=iso-8859-1"), WrongType),
        new(20, "utf-8 in any spelling", Send.Text("PUT", "user/$new/c/p", New, "application/json; charset=\"UTF-8\""), Accepted(201, "1")),
        new(21, "XML of a document", Send.Get("user/$doc", ("Accept", "application/xml")), Refused(406, "not_acceptable")),
        new(21, "XML of a collection", Send.Get("user/$doc/ui", ("Accept", "application/xml")), Refused(406, "not_acceptable")),
        new(21, "XML of a property", Send.Get("user/$doc/ui/theme", ("Accept", "application/xml")), Refused(406, "not_acceptable")),
        new(21, "XML of a list", Send.Get("user", ("Accept", "application/xml")), Refused(406, "not_acceptable")),
        new(21, "JSON refused by its quality", Send.Get("user/$doc", ("Accept", "application/json;q=0, text/html")), Refused(406, "not_acceptable")),
        new(21, "JSON refused, all else welcome", Send.Get("user/$doc", ("Accept", "application/json;q=0, */*")), Refused(406, "not_acceptable")),
        new(21, "HEAD that refuses JSON", new Send("HEAD", "user/$doc") { Headers = [("Accept", "text/html")] }, Refused(406, "not_acceptable")),
        new(21, "anything", Send.Get("user/$doc", ("Accept", "text/html, */*;q=0.1")), Accepted(200)),
        new(21, "an Accept that is none", Send.Get("user/$doc", ("Accept", ";;;")), Accepted(200), "a malformed Accept is no preference"),
        .. Malformed("""W/"1" """, "1", "\"abc\"", "\"1\",\"4\"", "\"-1\"", "\"99999999999999999999\"", "\"9223372036854775808\"", "", "\"", "\"\"", "\"01\"", "\"1.0\"", "\" 1\"", "\"1\" x", "\"\u00EF\u00BC\u0091\"", "*, \"1\"", "**"),
        new(22, "If-Match *", Send.Put("user/$doc/ui/theme", Dark, ("If-Match", "*")), Accepted(200)),
        new(22, "If-Match * of what is absent", Send.Put("user/$new/ui/theme", Dark, ("If-Match", "*")), Refused(412, "version_conflict")),
        new(22, "If-Match beyond what there is", Send.Put("user/$doc/ui/theme", Dark, ("If-Match", "\"9223372036854775807\"")), Refused(412, "version_conflict")),
        new(22, "If-Match twice", Send.Put("user/$doc/ui/theme", Dark, ("If-Match", "\"1\""), ("If-Match", "\"1\"")), Refused(400, "invalid_version")),
        new(22, "a version in the query that is none", Send.Put("user/$doc/ui/theme?version=one", Dark), Refused(400, "invalid_version")),
        new(22, "a version in the body that is none", Send.Put("user/$doc/ui/theme", """{"version":"1","value":2}"""), Refused(400, "invalid_version")),
        new(22, "a version in the body that is a fraction", Send.Put("user/$doc/ui/theme", """{"version":1.0,"value":2}"""), Refused(400, "invalid_version")),
        new(22, "header and body disagree", Send.Put("user/$doc/ui/theme", """{"version":2,"value":2}""", ("If-Match", "\"1\"")), Refused(400, "version_ambiguous")),
        new(23, "PUT of a document without a version", Send.Put("user/$doc", """{"collections":{}}"""), Refused(428, "version_required")),
        new(23, "PUT of a collection without a version", Send.Put("user/$doc/ui", """{"properties":{}}"""), Refused(428, "version_required")),
        new(23, "PUT of a property without a version", Send.Put("user/$doc/ui/theme", Dark), Refused(428, "version_required")),
        new(23, "PATCH without a version", Send.MergePatch("user/$doc", "{}"), Refused(428, "version_required")),
        new(23, "DELETE without a version", new Send("DELETE", "user/$doc"), Refused(428, "version_required")),
        new(23, "DELETE of a property without a version", new Send("DELETE", "user/$doc/ui/theme"), Refused(428, "version_required")),
        new(24, "If-Match and If-None-Match", Send.Put("user/$doc/ui/theme", Dark, ("If-Match", "\"1\""), ("If-None-Match", "*")), Refused(400, "invalid_version")),
        new(24, "If-None-Match with a version on a write", Send.Put("user/$doc/ui/theme", Dark, ("If-None-Match", "\"1\"")), Refused(400, "invalid_version")),
        .. Keys("", " ", new string('k', 256), new string('k', 5000), "a\u0001b", "a\tb", "a\u007Fb", "\u00C3\u00A9"),
        new(25, "two keys", Send.Put("user/$new/c/p", New, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")), Refused(400, "invalid_header")),
        new(25, "a bad key on a patch", Send.MergePatch("user/$doc?version=1", "{}", ("Idempotency-Key", "")), Refused(400, "invalid_header")),
        new(25, "a bad key on a deletion", new Send("DELETE", "user/$doc?version=1") { Headers = [("Idempotency-Key", "")] }, Refused(400, "invalid_header")),
        new(25, "a bad key on a copy", Send.Post("user/$doc/_copy", """{"to":{"document":"$new"}}""", ("Idempotency-Key", "")), Refused(400, "invalid_header")),
        new(25, "a key of one character", Send.Put("user/$new/c/p", New, ("Idempotency-Key", "k")), Accepted(201, "1")),
        new(25, "a key of 255 characters", Send.Put("user/$new/c/p", New, ("Idempotency-Key", new string('~', 255))), Accepted(201, "1")),
        new(25, "a bad key on a read", Send.Get("user/$doc", ("Idempotency-Key", "")), Accepted(200), "reads have no key"),
        .. Credentials("Bearer", "Bearer ", "bearer x", "Basic cm9vdDpyb290", "Token x", "", "Bearer " + new string('a', 20 * 1024), "Bearer a.b.c", "Bearer ..", "Bearer \u00C3\u00BF", "Negotiate x"),
        new(26, "two credentials", Send.Get("user/$doc", ("Authorization", "Bearer $token"), ("Authorization", "Bearer $token")), NoCredentials),
        new(26, "a token in the query", Send.Get("user/$doc?access_token=abc.def.ghi").By(As.Nobody), NoCredentials),
        new(26, "a token in the query beside another name", Send.Get("user/$doc?token=abc.def.ghi&authorization=Bearer%20x").By(As.Nobody), NoCredentials),
        new(26, "a bad token where none is needed", Send.Get("app", ("Authorization", "Bearer x")), NoCredentials, "bad credentials are never read as none"),
        new(26, "a key of an app that is none", Send.Get("user/$doc", ("X-App-Key", "nonsense")), NoCredentials),
    ];

    private static IEnumerable<Case> Malformed(params string[] tags) => tags.Select((tag, i) =>
        new Case(22, $"If-Match {i}: {tag}", Send.Put("user/$doc/ui/theme", Dark, ("If-Match", tag)), Refused(400, "invalid_version")));

    private static IEnumerable<Case> Keys(params string[] keys) => keys.Select((key, i) =>
        new Case(25, $"key {i}, {key.Length} characters", Send.Put("user/$new/c/p", New, ("Idempotency-Key", key)), Refused(400, "invalid_header")));

    private static IEnumerable<Case> Credentials(params string[] credentials) => credentials.Select((text, i) =>
        new Case(26, $"credentials {i}", Send.Get("user/$doc", ("Authorization", text)), NoCredentials));

    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 64; i++) gzip.Write(zeros);
        }
        return packed.ToArray();
    }
}
