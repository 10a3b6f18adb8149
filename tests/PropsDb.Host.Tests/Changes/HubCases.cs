using System.Net.WebSockets;
using System.Text;

namespace PropsDb.Host.Tests.Changes;

/// <summary>What becomes of a connection that was sent a case's input.</summary>
public enum Verdict
{
    /// <summary>The server closes it.</summary>
    Closed,
    /// <summary>Nothing, it stays.</summary>
    Ignored,
    /// <summary>The call is answered with an error, and the connection stays.</summary>
    Refused,
}

/// <summary>One input that no client of ours sends.</summary>
/// <param name="Row">Its row in the catalogue of bad input.</param>
/// <param name="Send">Sends it on a connection behind its handshake, or before it.</param>
/// <param name="Error">How the call's error begins, where it is refused.</param>
public sealed record HubCase(int Row, string Name, Func<RawHub, Task> Send, Verdict Verdict, string? Error = null)
{
    public string Id => $"{Row} {Name}";
    public bool IsPacked { get; init; }

    /// <summary>Sent in place of the handshake.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>The catalogue of bad input on the hub, as far as one message or a few tell it.</summary>
public static class HubCases
{
    private const int MaxMessageBytes = 32 * 1024;

    public static IReadOnlyList<HubCase> All { get; } =
    [
        First("bad JSON", Text("{protocol:json}\u001e")),
        First("no object", Text("[1]\u001e")),
        First("no protocol", Text("{\"version\":1}\u001e")),
        First("another protocol", Text("{\"protocol\":\"xml\",\"version\":1}\u001e")),
        First("another version", Text("{\"protocol\":\"json\",\"version\":99}\u001e")),
        First("a version that is none", Text("{\"protocol\":\"json\",\"version\":\"1\"}\u001e")),
        First("a protocol of 30 KiB", Text("{\"protocol\":\"" + new string('x', 30_000) + "\",\"version\":1}\u001e")),
        First("no end in 40 KiB", Text("{\"protocol\":\"" + new string('x', 40_000))),
        First("a call in place of it", Text("{\"type\":4,\"invocationId\":\"1\",\"target\":\"Changes\",\"arguments\":[{}]}\u001e")),
        First("invalid UTF-8", Bytes([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x1e], WebSocketMessageType.Binary)),

        Closed(80, "garbage", Text("garbage\u001e")),
        Closed(80, "an array", Text("[1,2]\u001e")),
        Closed(80, "no type", Text("{\"target\":\"Changes\"}\u001e")),
        Closed(80, "an empty message", Text("\u001e")),
        Closed(80, "garbage packed", Bytes([3, 0xc1, 0xc1, 0xc1], WebSocketMessageType.Binary)) with { IsPacked = true },
        Closed(80, "a length that is none", Bytes([0xff, 0xff, 0xff, 0xff, 0xff, 0xff], WebSocketMessageType.Binary)) with { IsPacked = true },
        Closed(80, "an array that says it is huge", Bytes([.. RawHub.Length(6), 0xdd, 0x7f, 0xff, 0xff, 0xff, 0x01], WebSocketMessageType.Binary)) with { IsPacked = true },

        Ignored(81, "a message of 32 KiB", Text(Padded(MaxMessageBytes))),
        Closed(81, "a message of a byte more", Text(Padded(MaxMessageBytes + 1))),
        Closed(81, "40 KiB without an end", Text("{\"type\":6,\"x\":\"" + new string('x', 40_000))),
        Closed(81, "40 KiB packed", async hub => await hub.Send($$"""[1,{},"1","Authenticate",["{{new string('x', 40_000)}}"],[]]""")) with { IsPacked = true },

        Refused(82, "an unknown method", hub => hub.Invoke("Delete", "1"), "not_found"),
        Refused(82, "a method of another case that is none", hub => hub.Invoke("OnConnectedAsync", ""), "not_found"),
        Refused(82, "a property of the hub", hub => hub.Invoke("get_Context", ""), "not_found"),
        Refused(82, "a stream of an unknown method", hub => hub.Changes("{}", "Nothing"), "not_found"),
        Refused(82, "a name of 20 KiB", hub => hub.Invoke(new string('x', 20_000), ""), "not_found"),
        Refused(82, "an unknown method packed", hub => hub.Invoke("Delete", "1"), "not_found") with { IsPacked = true },

        Refused(83, "no argument", hub => hub.Changes(""), "invalid_value"),
        Refused(83, "two arguments", hub => hub.Changes("{},{}"), "invalid_value"),
        Refused(83, "a number", hub => hub.Changes("1"), "invalid_value"),
        Refused(83, "a list", hub => hub.Changes("[]"), "invalid_value"),
        Refused(83, "nothing", hub => hub.Changes("null"), "invalid_value"),
        Refused(83, "a number as tier", hub => hub.Changes("""{"app":"default","tier":1}"""), "invalid_value"),
        Refused(83, "a list as document", hub => hub.Changes("""{"app":"default","tier":"user","document":[]}"""), "invalid_value"),
        Refused(83, "a text as snapshot", hub => hub.Changes("""{"app":"default","tier":"user","snapshot":"yes"}"""), "invalid_value"),
        Refused(83, "a lone surrogate", hub => hub.Changes("""{"app":"default","tier":"user","document":"\ud800"}"""), "invalid_value"),
        Refused(83, "a number as token", hub => hub.Invoke("Authenticate", "1"), "invalid_value"),
        Refused(83, "no token", hub => hub.Invoke("Authenticate", "null"), "unauthenticated"),
        Refused(83, "a number packed", hub => hub.Changes("1"), "invalid_value") with { IsPacked = true },
        Refused(83, "a method called without its stream", hub => hub.Invoke("Changes", "{}"), ""),
        Refused(83, "a stream of what is none", hub => hub.Changes("\"x\"", "Authenticate"), ""),

        Closed(84, "an argument 100 deep", async hub => await hub.Changes(new string('[', 100) + new string(']', 100))),
        Refused(84, "an argument 50 deep", hub => hub.Changes(new string('[', 50) + new string(']', 50)), "invalid_value"),
        Refused(84, "an argument 1,000 deep packed", async hub =>
        {
            var call = Deep(1_000);
            await hub.Frame([.. RawHub.Length(call.Length), .. call], WebSocketMessageType.Binary);
            return "1";
        }, "invalid_value") with { IsPacked = true },

        Ignored(85, "type 42", Text("{\"type\":42}\u001e")),
        Ignored(85, "type 42 packed", hub => hub.Send("[42,{}]")) with { IsPacked = true },
        Closed(85, "more of it than a mistake", async hub => { for (var i = 0; i < 21; i++) await hub.Send("""{"type":42}"""); }),
        Closed(85, "more unknown methods than a mistake", async hub => { for (var i = 0; i < 21; i++) await hub.Invoke("Nothing", ""); }),
        Closed(85, "more unknown methods than a mistake, packed", async hub => { for (var i = 0; i < 21; i++) await hub.Invoke("Nothing", ""); }) with { IsPacked = true },

        Closed(86, "a text frame that is no UTF-8", Bytes([0x7b, 0xff, 0xfe, 0x7d, 0x1e], WebSocketMessageType.Text)),
        Closed(86, "bytes that are no JSON", Bytes([0x00, 0x01, 0x02, 0x1e], WebSocketMessageType.Binary)),

        Ignored(89, "letting go of what is not followed", hub => hub.Cancel("nothing")),
        Ignored(92, "an item of a stream that there is not", Text("{\"type\":2,\"invocationId\":\"9\",\"item\":1}\u001e")),
        Ignored(92, "an item of a stream that there is not, packed", hub => hub.Send("""[2,{},"9",1]""")) with { IsPacked = true },
        Ignored(92, "the end of a call that there was not", Text("{\"type\":3,\"invocationId\":\"9\",\"result\":1}\u001e")),
        Closed(92, "more ends than a mistake", async hub => { for (var i = 0; i < 21; i++) await hub.Send("""{"type":3,"invocationId":"9","result":1}"""); }),
        Closed(92, "5,000 calls at once", async hub => { for (var i = 0; i < 5_000; i++) await hub.Changes("""{"app":"default","tier":"nowhere"}"""); }),
        Closed(93, "5,000 pings at once", async hub => { for (var i = 0; i < 5_000; i++) await hub.Send("""{"type":6}"""); }),
        Ignored(93, "500 pings at once", async hub => { for (var i = 0; i < 500; i++) await hub.Send("""{"type":6}"""); }),
        Ignored(93, "an acknowledgement of what was not sent", Text("{\"type\":8,\"sequenceId\":9}\u001e")),
    ];

    private static HubCase First(string name, Func<RawHub, Task> send) => new(78, name, send, Verdict.Closed) { IsFirst = true };

    private static HubCase Closed(int row, string name, Func<RawHub, Task> send) => new(row, name, send, Verdict.Closed);

    private static HubCase Ignored(int row, string name, Func<RawHub, Task> send) => new(row, name, send, Verdict.Ignored);

    private static HubCase Refused(int row, string name, Func<RawHub, Task<string>> call, string error) => new(row, name, call, Verdict.Refused, error);

    private static Func<RawHub, Task> Text(string text) => Bytes(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    private static Func<RawHub, Task> Bytes(byte[] bytes, WebSocketMessageType type) => hub => hub.Frame(bytes, type);

    private static string Padded(int bytes) => "{\"type\":6,\"x\":\"" + new string('x', bytes - 18) + "\"}\u001e";

    // A call of Changes whose argument is an array in an array, as often as that.
    private static byte[] Deep(int depth) => [0x96, 0x04, 0x80, 0xa1, (byte)'1', 0xa7, .. "Changes"u8, 0x91, .. Enumerable.Repeat((byte)0x91, depth - 1), 0x90, 0x90];
}
