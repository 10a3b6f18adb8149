using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Push;

/// <summary>
/// A client of the hub on a socket of its own: WebSocket frames (RFC 6455) and SignalR's JSON protocol, as much of both as following changes
/// takes. A thousand real clients would cost more than the server that they measure.
/// </summary>
public sealed class Listener : IDisposable
{
    private const byte EndOfRecord = 0x1e;
    private const int Text = 1, Close = 8, Ping = 9, Pong = 10;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[4 * 1024];
    private int _filled;
    private byte[] _begun = [];     // of a record that is not complete yet

    private Listener(Socket socket) => _socket = socket;

    public Socket Socket => _socket;

    /// <summary>How many messages it has been sent that were changes.</summary>
    public long Changes { get; set; }
    public bool IsReady { get; private set; }
    /// <summary>All that was there when it came has been sent.</summary>
    public bool IsCaughtUp { get; private set; }

    /// <param name="request">The argument of the hub's method, as JSON.</param>
    /// <param name="receiveBuffer">Bytes that the kernel keeps for it; 0: as many as it likes.</param>
    public static Listener Follow(IPEndPoint server, string token, string request, int receiveBuffer = 0)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        socket.Connect(server);
        var upgrade = "GET /api/v1/_live HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + Token(token) + "\r\n";
        socket.Send(Encoding.ASCII.GetBytes(upgrade));
        ReadUpgrade(socket);
        var listener = new Listener(socket);
        listener.Send("""{"protocol":"json","version":1}""");
        listener.Send($$"""{"type":4,"invocationId":"1","target":"Changes","arguments":[{{request}}]}""");
        socket.Blocking = false;
        return listener;
    }

    private static string Token(string token) => Machine.Token.Header(token);

    private static void ReadUpgrade(Socket socket)
    {
        // Byte by byte, so that nothing of what follows the head is taken with it.
        var head = new StringBuilder();
        Span<byte> one = stackalloc byte[1];
        socket.ReceiveTimeout = 10_000;
        while (!(head.Length > 4 && head[^1] == '\n' && head[^3] == '\n'))
        {
            if (socket.Receive(one) == 0) throw new BenchException($"The hub refused a connection: {head}");
            head.Append((char)one[0]);
        }
        if (!head.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new BenchException($"The hub refused a connection: {head}");
    }

    public void SendPing() => Send("""{"type":6}""");

    private void Send(string record) => SendFrame(Text, [.. Encoding.UTF8.GetBytes(record), EndOfRecord]);

    // Clients must mask; a mask of zeros is one, and changes nothing.
    private void SendFrame(int kind, byte[] payload)
    {
        byte[] head = payload.Length < 126 ? [(byte)(0x80 | kind), (byte)(0x80 | payload.Length), 0, 0, 0, 0] : [(byte)(0x80 | kind), 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        _socket.Send([.. head, .. payload]);
    }

    /// <summary>Takes in what has come; each change is shown to the caller as its JSON, with its document's number and version.</summary>
    public void Read(Action<int, long> change)
    {
        while (true)
        {
            if (_filled == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
            var count = _socket.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock) return;
            if (error is not SocketError.Success || count == 0) throw new BenchException($"The hub closed a connection: {error}.");
            _filled += count;
            Frames(change);
            if (_filled < _buffer.Length) return;       // there was no more
        }
    }

    private void Frames(Action<int, long> change)
    {
        var at = 0;
        while (TryFrame(at, out var kind, out var payload))
        {
            at = payload.End.Value;
            if (kind == Close) throw new BenchException("The hub closed a connection.");
            if (kind == Ping) SendFrame(Pong, _buffer[payload]);
            else if (kind <= 2) Records(_buffer.AsSpan(payload), change);
        }
        _buffer.AsSpan(at, _filled - at).CopyTo(_buffer);
        _filled -= at;
    }

    private bool TryFrame(int at, out int kind, out Range payload)
    {
        (kind, payload) = (0, default);
        var left = _buffer.AsSpan(at, _filled - at);
        if (left.Length < 2) return false;
        var head = left[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (left.Length < head) return false;
        var length = left[1] switch { 126 => BinaryPrimitives.ReadUInt16BigEndian(left[2..]), 127 => (int)BinaryPrimitives.ReadUInt64BigEndian(left[2..]), var few => few };
        if (left.Length < head + length) return false;
        (kind, payload) = (left[0] & 0xf, (at + head)..(at + head + length));
        return true;
    }

    // Records have ends of their own, so it does not matter how messages are cut into frames.
    private void Records(ReadOnlySpan<byte> records, Action<int, long> change)
    {
        if (_begun.Length > 0) records = _begun = [.. _begun, .. records];
        while (records.IndexOf(EndOfRecord) is var end and >= 0)
        {
            Record(records[..end], change);
            records = records[(end + 1)..];
        }
        _begun = records.ToArray();
    }

    private void Record(ReadOnlySpan<byte> record, Action<int, long> change)
    {
        if (record.StartsWith("{\"type\":2"u8))
        {
            if (record.IndexOf("\"type\":\"ready\""u8) >= 0) IsReady = true;
            else if (record.IndexOf("\"type\":\"progress\""u8) >= 0) IsCaughtUp = true;
            else if (record.IndexOf("\"type\":\"changed\""u8) >= 0 || record.IndexOf("\"type\":\"created\""u8) >= 0)
            {
                Changes++;
                change(DocumentOf(record), NumberAfter(record, "\"version\":"u8));
            }
            else throw new BenchException($"The hub sent something unexpected: {Encoding.UTF8.GetString(record)}");
        }
        else if (record.StartsWith("{\"type\":3"u8) || record.StartsWith("{\"type\":7"u8) || record.IndexOf("\"error\""u8) >= 0)
        {
            throw new BenchException($"The hub ended a subscription: {Encoding.UTF8.GetString(record)}");
        }
    }

    // Names end in their number: "push-0000012".
    private static int DocumentOf(ReadOnlySpan<byte> record)
    {
        var at = record.IndexOf("\"document\":\""u8) + 12;
        var name = record[at..(at + record[at..].IndexOf((byte)'"'))];
        return int.Parse(name[^7..], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static long NumberAfter(ReadOnlySpan<byte> record, ReadOnlySpan<byte> name)
    {
        var at = record.IndexOf(name) + name.Length;
        return System.Buffers.Text.Utf8Parser.TryParse(record[at..], out long number, out _) ? number : throw new BenchException($"A change has no version: {Encoding.UTF8.GetString(record)}");
    }

    public void Dispose() => _socket.Dispose();
}
