using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PropsDb.Bench.Load;

/// <summary>One answer. What is in the spans is gone with the next one.</summary>
/// <param name="body">Its beginning, where it is longer than the buffer.</param>
public readonly ref struct Answer(int status, ReadOnlySpan<byte> etag, ReadOnlySpan<byte> body)
{
    public int Status { get; } = status;
    public ReadOnlySpan<byte> ETag { get; } = etag;
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>The version in an ETag of the form <c>"12"</c>; -1: there is none.</summary>
    public long Version => ETag.Length > 2 && ETag[0] == '"' && ETag[^1] == '"' && Utf8Parser.TryParse(ETag[1..^1], out long version, out var used) && used == ETag.Length - 2 ? version : -1;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status}, ETag {Encoding.UTF8.GetString(ETag)}, {Encoding.UTF8.GetString(Body[..Math.Min(Body.Length, 500)])}");
}

/// <summary>One connection with one request under way at most. Reads what it must know of an answer and no more.</summary>
public sealed class HttpConnection : IDisposable
{
    private const int BufferSize = 32 * 1024;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _filled;
    private int _headLength;        // 0: the head is not complete yet
    private long _bodyLength;
    private long _received;         // of head and body
    private int _status;
    private Range _etag;

    public HttpConnection(IPEndPoint server, int receiveBuffer = 0)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) Socket.ReceiveBufferSize = receiveBuffer;
        Socket.Connect(server);
        Socket.Blocking = false;
    }

    public Socket Socket { get; }

    /// <summary>When the request under way was sent, in ticks of the stopwatch; 0: none is.</summary>
    public long SentAt { get; set; }

    public void Send(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0)
        {
            var sent = Socket.Send(request, SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock) Socket.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectWrite);
            else if (error is not SocketError.Success) throw new BenchException($"A request could not be sent: {error}.");
            else request = request[sent..];
        }
    }

    /// <summary>False: the answer is not complete yet.</summary>
    public bool TryRead(out Answer answer)
    {
        answer = default;
        while (true)
        {
            // What does not fit of a long body is counted and forgotten.
            var into = _filled < BufferSize ? _buffer.AsSpan(_filled) : _buffer.AsSpan(_headLength);
            var count = Socket.Receive(into, SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock) return false;
            if (error is not SocketError.Success || count == 0) throw new BenchException($"The server closed a connection in the middle: {error}.");
            _filled = Math.Min(BufferSize, _filled + count);
            _received += count;
            if (_headLength == 0 && !ReadHead()) continue;
            if (_received < _headLength + _bodyLength) continue;
            if (_received > _headLength + _bodyLength) throw new BenchException("The server sent more than it announced.");
            answer = new Answer(_status, _buffer.AsSpan(_etag), _buffer.AsSpan(_headLength, (int)Math.Min(_bodyLength, _filled - _headLength)));
            (_filled, _headLength, _bodyLength, _received) = (0, 0, 0, 0);
            return true;
        }
    }

    private bool ReadHead()
    {
        var head = _buffer.AsSpan(0, _filled);
        var end = head.IndexOf("\r\n\r\n"u8);
        if (end < 0) return _filled < BufferSize ? false : throw new BenchException("An answer's head has no end.");
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..12], out _status, out _)) throw new BenchException("That is no answer of HTTP/1.1.");
        _headLength = end + 4;
        _etag = default;
        long? length = _status is 204 or 304 or 101 ? 0 : null;
        for (var at = head.IndexOf((byte)'\n') + 1; at < end; at += head[at..].IndexOf((byte)'\n') + 1)
        {
            // Kestrel writes the names as they are written here.
            if (head[at] == 'C' && head[at..].StartsWith("Content-Length: "u8)) length ??= Utf8Parser.TryParse(head[(at + 16)..], out long value, out _) ? value : null;
            else if (head[at] == 'E' && head[at..].StartsWith("ETag: "u8)) _etag = (at + 6)..(at + head[at..].IndexOf((byte)'\r'));
        }
        _bodyLength = length ?? throw new BenchException("An answer has no Content-Length, and this reader takes no other framing.");
        return true;
    }

    public void Dispose() => Socket.Dispose();
}
