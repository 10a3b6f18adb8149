using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>One answer as it came over the wire.</summary>
/// <param name="Text">Everything the server sent, the status line included.</param>
public sealed record WireAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body, string Text)
{
    /// <summary>The server closed the connection without a word.</summary>
    public bool IsSilence => Status == 0;

    public string? Header(string name) =>
        Headers.Any(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? string.Join(", ", Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value)) : null;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public override string ToString() => Text.Length <= 2000 ? Text : Text[..2000] + "…";
}

/// <summary>Sends bytes as they are: an HTTP client would repair or refuse most of what is sent here.</summary>
public static class Wire
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends one request and reads until the server closes; expects at most one answer.</summary>
    public static async Task<WireAnswer> Exchange(Uri server, ReadOnlyMemory<byte> request)
    {
        var answers = Parse(await Converse(server, request));
        answers.Count.ShouldBeLessThanOrEqualTo(1, "one request has one answer");
        return answers.Count == 1 ? answers[0] : new WireAnswer(0, [], "", "");
    }

    /// <summary>Sends bytes and reads all that comes until the server closes the connection.</summary>
    public static async Task<byte[]> Converse(Uri server, ReadOnlyMemory<byte> bytes)
    {
        using var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(server.Host, server.Port);
        await using var stream = tcp.GetStream();
        using var patience = new CancellationTokenSource(Patience);
        var sending = Send(stream, bytes, patience.Token);
        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, patience.Token);
        }
        catch (IOException)
        {
            // A server that refuses a body unread may reset the connection behind its answer.
        }
        await sending;
        return received.ToArray();
    }

    private static async Task Send(NetworkStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(bytes, cancel);
        }
        catch (IOException)
        {
            // Refused before it was all sent.
        }
    }

    /// <summary>All answers in what a server sent.</summary>
    public static IReadOnlyList<WireAnswer> Parse(byte[] received)
    {
        var answers = new List<WireAnswer>();
        for (var at = 0; at < received.Length;)
        {
            var headLength = received.AsSpan(at).IndexOf("\r\n\r\n"u8);
            headLength.ShouldBeGreaterThan(0, Encoding.Latin1.GetString(received.AsSpan(at)));
            var head = Encoding.Latin1.GetString(received, at, headLength).Split("\r\n");
            var headers = head.Skip(1).Select(line => (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim())).ToList();
            var answer = new WireAnswer(int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, "", "");
            var start = at + headLength + 4;
            var length = answer.Status is < 200 or 204 or 304 ? 0
                : answer.Header("Content-Length") is { } named ? int.Parse(named, CultureInfo.InvariantCulture)
                : received.Length - start;
            // HEAD names the length of a body that does not come.
            length = Math.Min(length, received.Length - start);
            var end = start + length;
            answers.Add(answer with { Body = Encoding.UTF8.GetString(received, start, length), Text = Encoding.UTF8.GetString(received, at, end - at) });
            at = end;
        }
        return answers;
    }
}
