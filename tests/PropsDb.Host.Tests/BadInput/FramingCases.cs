using System.Text;
using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 1 to 13: the shape of a request. Most is refused by the web server before any code of ours, without a body.</summary>
public static class FramingCases
{
    // The request line is counted with its line end, the header block without the blank line behind it.
    private const int LineLimit = 8 * 1024, HeaderLimit = 32 * 1024;
    private const int BodyLimit = 5 * 1024 * 1024;

    private const string Start = "PUT /api/v1/default/user/$new/c/p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\n";
    private const string Body = """{"version":0,"value":1}""";

    public static IReadOnlyList<Case> All { get; } =
    [
        new(1, "a request line of exactly 8 KiB", Line(LineLimit), Accepted(200)),
        new(1, "a request line of 8 KiB and a byte", Line(LineLimit + 1), Bare(414)),
        new(1, "a request line of 1 MiB", Line(1024 * 1024), Bare(414)),
        new(2, "headers of exactly 32 KiB", Headers(HeaderLimit), Accepted(200)),
        new(2, "headers of 32 KiB and a byte", Headers(HeaderLimit + 1), Bare(431)),
        new(2, "one header of 1 MiB", Headers(1024 * 1024), Bare(431)),
        new(3, "100 headers", Count(100), Accepted(200)),
        new(3, "101 headers", Count(101), Bare(431)),
        new(4, "no Host", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(4, "two Hosts", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(4, "a Host that is none", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(4, "HTTP/1.0 without a Host", Send.Octets("GET /api/v1/default/user?limit=1 HTTP/1.0\r\nAuthorization: Bearer $token\r\n\r\n"), Accepted(200),
            "HTTP/1.0 has no Host"),
        new(5, "Content-Length and Transfer-Encoding", Send.Octets(Start + $"Content-Length: {Body.Length}\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Refused(400, "invalid_header")),
        new(5, "Transfer-Encoding and Content-Length", Send.Octets(Start + $"Transfer-Encoding: chunked\r\nContent-Length: {Body.Length}\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Refused(400, "invalid_header")),
        new(5, "Content-Length and Transfer-Encoding, before access", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), Refused(400, "invalid_header")),
        new(5, "chunked twice", Send.Octets(Start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Refused(400, "invalid_header")),
        new(5, "chunked in a list", Send.Octets(Start + "Transfer-Encoding: chunked, chunked\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Refused(400, "invalid_header")),
        new(5, "chunked is not last", Send.Octets(Start + "Transfer-Encoding: chunked, gzip\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Bare(400)),
        new(5, "an unknown coding", Send.Octets(Start + "Transfer-Encoding: xchunked\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Bare(400)),
        new(5, "a blank before the colon", Send.Octets(Start + "Transfer-Encoding : chunked\r\n\r\n" + Chunk(Body) + "0\r\n\r\n"), Bare(400)),
        new(6, "two Content-Lengths", Send.Octets(Start + "Content-Length: 23\r\nContent-Length: 5\r\n\r\n" + Body), Bare(400)),
        new(6, "a list of Content-Lengths", Send.Octets(Start + "Content-Length: 23, 5\r\n\r\n" + Body), Bare(400)),
        new(7, "a negative Content-Length", Send.Octets(Start + "Content-Length: -1\r\n\r\n" + Body), Bare(400)),
        new(7, "a Content-Length with a plus", Send.Octets(Start + "Content-Length: +23\r\n\r\n" + Body), Accepted(201, "1"), "the web server reads it so before any code of ours, and it is no other number"),
        new(7, "a hexadecimal Content-Length", Send.Octets(Start + "Content-Length: 0x17\r\n\r\n" + Body), Bare(400)),
        new(7, "a Content-Length beyond 64 bits", Send.Octets(Start + "Content-Length: 99999999999999999999\r\n\r\n" + Body), Bare(400)),
        new(8, "a bad chunk size", Send.Octets(Start + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + Body + "\r\n0\r\n\r\n"), Refused(400, "invalid_json")),
        new(8, "a negative chunk size", Send.Octets(Start + "Transfer-Encoding: chunked\r\n\r\n-17\r\n" + Body + "\r\n0\r\n\r\n"), Refused(400, "invalid_json")),
        new(8, "a chunk size beyond 64 bits", Send.Octets(Start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + Body + "\r\n0\r\n\r\n"), Refused(400, "invalid_json")),
        new(8, "a chunk longer than its size", Send.Octets(Start + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + Body + "\r\n0\r\n\r\n"), Refused(400, "invalid_json")),
        new(9, "a declared body at the limit that is none", Sized(BodyLimit), Refused(400, "invalid_json")),
        new(9, "a declared body of a byte more, before any of it", Declared(BodyLimit + 1), Refused(413, "too_large")),
        new(9, "a declared body of 30,000,001 bytes", Declared(30_000_001), Refused(413, "too_large")),
        new(9, "a declared body of 2^63 - 1 bytes", Declared(long.MaxValue), Refused(413, "too_large")),
        new(9, "a declared body too large, of a client that waits for 100 Continue", Send.Octets(Start + "Expect: 100-continue\r\nContent-Length: 5242881\r\n\r\n"), Refused(413, "too_large")),
        new(9, "a declared body too large, without a token", Send.Octets("PUT /api/v1/default/user/$new HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5242881\r\n\r\n"), Refused(401, "unauthenticated"),
            "access is refused first"),
        new(10, "a chunked body that grows past the limit", Chunked(BodyLimit + 1), Refused(413, "too_large")),
        new(10, "a chunked body of three times the limit", Chunked(3 * BodyLimit), Refused(413, "too_large")),
        new(12, "a carriage return in a header's value", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(12, "a folded header", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(12, "U+0000 in a header's value", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(12, "a header without a name", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\n: a\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(12, "a header without a colon", Send.Octets("GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nabc\r\nConnection: close\r\n\r\n"), Bare(400)),
        new(13, "HTTP/1.2", Send.Octets("GET /api/v1/default/user HTTP/1.2\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(505)),
        new(13, "HTTP/9.9", Send.Octets("GET /api/v1/default/user HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n"), Bare(505)),
        new(13, "no version", Send.Octets("GET /api/v1/default/user\r\nHost: x\r\n\r\n"), Bare(400)),
        new(13, "a TLS greeting", new Send("", "") { Raw = () => [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 3, 0x0D, 0x0A, 0x0D, 0x0A] }, Bare(400) with { OrSilence = true }),
        new(13, "bytes that are nothing", new Send("", "") { Raw = () => [0xFF, 0xFE, 0, 0, 1, 2, 3, 0x0D, 0x0A, 0x0D, 0x0A] }, Bare(400) with { OrSilence = true }),
    ];

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static Send Line(int bytes)
    {
        const string start = "GET /api/v1/default/user?x=", end = " HTTP/1.1\r\n";
        return Send.Octets(start + new string('a', bytes - start.Length - end.Length) + end + "Host: x\r\nAuthorization: Bearer $token\r\nConnection: close\r\n\r\n");
    }

    // The token's length is not known here, so the tier is one that anybody reads.
    private static Send Headers(int bytes)
    {
        const string others = "Host: x\r\nConnection: close\r\nX-A: \r\n";
        return Send.Octets("GET /api/v1/default/app HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: " + new string('a', bytes - others.Length) + "\r\n\r\n");
    }

    private static Send Count(int headers) => Send.Octets(
        "GET /api/v1/default/app HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + string.Concat(Enumerable.Range(3, headers - 2).Select(i => $"X-{i}: a\r\n")) + "\r\n");

    private static Send Declared(long bytes) => Send.Octets(Start + $"Content-Length: {bytes}\r\n\r\n");

    private static Send Sized(int bytes) => Send.Bytes("PUT", "user/$new/c/p", "application/json", () => Filled(bytes));

    private static Send Chunked(int bytes) => Send.Bytes("PUT", "user/$new/c/p", "application/json", () =>
    {
        var body = new List<byte>();
        for (var left = bytes; left > 0; left -= 65536)
        {
            var size = Math.Min(left, 65536);
            body.AddRange(Encoding.ASCII.GetBytes($"{size:x}\r\n{new string(' ', size)}\r\n"));
        }
        return [.. body, .. "0\r\n\r\n"u8];
    }, ("Transfer-Encoding", "chunked"));

    private static byte[] Filled(int bytes)
    {
        var body = new byte[bytes];
        Array.Fill(body, (byte)' ');
        return body;
    }
}
