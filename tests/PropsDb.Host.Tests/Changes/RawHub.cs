using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using MessagePack;

namespace PropsDb.Host.Tests.Changes;

/// <summary>A client of the hub that sends whatever it is told to: frames as they are, in either protocol.</summary>
public sealed class RawHub : IAsyncDisposable
{
    private const byte Separator = 0x1e;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _leaving = new();
    private readonly bool _isPacked;
    private readonly Queue<JsonElement> _read = new();
    private readonly List<byte> _buffer = [];
    private int _calls;

    private RawHub(bool isPacked) => _isPacked = isPacked;

    /// <summary>All that the server said, for a look at what it must not say.</summary>
    public StringBuilder Said { get; } = new();

    /// <summary>Opens a socket alone: without negotiation and handshake.</summary>
    public static async Task<RawHub> Socket(Uri server, string? token, bool isPacked = false, string? query = null, params (string Name, string Value)[] headers)
    {
        var hub = new RawHub(isPacked);
        hub._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (token is not null) hub._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        foreach (var (name, value) in headers) hub._socket.Options.SetRequestHeader(name, value);
        hub._socket.Options.CollectHttpResponseDetails = true;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await hub._socket.ConnectAsync(new Uri($"ws://{server.Authority}/api/v1/_live{query}"), patience.Token);
        }
        catch (WebSocketException e)
        {
            var status = (int)hub._socket.HttpStatusCode;
            hub._socket.Dispose();
            throw new RefusedException(status, e);
        }
        return hub;
    }

    public static async Task<RawHub> Open(Uri server, string? token, bool isPacked = false, params (string Name, string Value)[] headers)
    {
        var hub = await Socket(server, token, isPacked, null, headers);
        await hub.Shake();
        _ = hub.KeepAlive();
        return hub;
    }

    /// <summary>The handshake is text in both protocols.</summary>
    public async Task Shake()
    {
        await Frame(Encoding.UTF8.GetBytes($$"""{"protocol":"{{(_isPacked ? "messagepack" : "json")}}","version":1}""" + (char)Separator), WebSocketMessageType.Text);
        while (_buffer.IndexOf(Separator) < 0) (await Receive()).ShouldBeTrue("the handshake is answered");
        var answer = Encoding.UTF8.GetString([.. _buffer.Take(_buffer.IndexOf(Separator))]);
        _buffer.RemoveRange(0, _buffer.IndexOf(Separator) + 1);
        answer.ShouldBe("{}");
    }

    public async Task Frame(byte[] bytes, WebSocketMessageType type)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _sending.WaitAsync(patience.Token);
        try
        {
            await _socket.SendAsync(bytes, type, endOfMessage: true, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException)
        {
            // The server has cut the connection already; whoever reads finds that out.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>As if the network were gone: no close, no goodbye.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>Says now and then that it is there, as clients do.</summary>
    private async Task KeepAlive()
    {
        while (!_leaving.IsCancellationRequested)
        {
            await Send(_isPacked ? "[6]" : """{"type":6}""");
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(3), _leaving.Token));
        }
    }

    /// <summary>One message in the form of JSON text; of the packed protocol its array, spelt in JSON.</summary>
    public Task Send(string json)
    {
        if (!_isPacked) return Frame([.. Encoding.UTF8.GetBytes(json), Separator], WebSocketMessageType.Text);
        var packed = MessagePackSerializer.ConvertFromJson(json);
        return Frame([.. Length(packed.Length), .. packed], WebSocketMessageType.Binary);
    }

    public static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        for (; length > 127; length >>= 7) bytes.Add((byte)(length | 128));
        return [.. bytes, (byte)length];
    }

    /// <summary>Begins a stream; returns the id of the call.</summary>
    public async Task<string> Changes(string request, string target = "Changes")
    {
        var id = $"{++_calls}";
        await Send(_isPacked ? $$"""[4,{},"{{id}}","{{target}}",[{{request}}],[]]""" : $$"""{"type":4,"invocationId":"{{id}}","target":"{{target}}","arguments":[{{request}}]}""");
        return id;
    }

    public async Task<string> Invoke(string target, string arguments)
    {
        var id = $"{++_calls}";
        await Send(_isPacked ? $$"""[1,{},"{{id}}","{{target}}",[{{arguments}}],[]]""" : $$"""{"type":1,"invocationId":"{{id}}","target":"{{target}}","arguments":[{{arguments}}]}""");
        return id;
    }

    public Task Cancel(string id) => Send(_isPacked ? $$"""[5,{},"{{id}}"]""" : $$"""{"type":5,"invocationId":"{{id}}"}""");

    /// <summary>The next message about a call: an item of its stream, or how it ended. Null: the connection has ended.</summary>
    public async Task<Heard?> Next(string id)
    {
        while (await Read() is { } message)
            if (Of(message) is { } heard && heard.Call == id) return heard;
        return null;
    }

    /// <summary>The next message about a call that says more than how far all was sent.</summary>
    public async Task<Heard> NextChange(string id)
    {
        while (true)
            if ((await Next(id)).ShouldNotBeNull("the connection is open") is { Type: not "progress" } heard) return heard;
    }

    /// <summary>The error of a call; null: it has none, or the connection has ended.</summary>
    public async Task<string?> Error(string id)
    {
        while (await Next(id) is { } heard)
            if (heard.IsEnd) return heard.Error;
        return null;
    }

    /// <summary>Reads until the server closes.</summary>
    public Task Closed()
    {
        return ToTheEnd().WaitAsync(Patience);

        async Task ToTheEnd()
        {
            while (await Read() is not null) { }
        }
    }

    /// <summary>It still does what it is for.</summary>
    public async Task ShouldWork()
    {
        var id = await Changes("""{"app":"default","tier":"user"}""");
        var heard = await Next(id);
        heard.ShouldNotBeNull("the connection is open: " + Said);
        heard.Item!.Value.GetProperty("type").GetString().ShouldBe("ready", heard.ToString());
        await Cancel(id);
    }

    /// <summary>The next message of any kind but pings; null: the server has closed the connection.</summary>
    public async Task<JsonElement?> Read()
    {
        while (true)
        {
            while (_read.Count == 0)
            {
                Split();
                if (_read.Count == 0 && !await Receive()) return null;
            }
            var message = _read.Dequeue();
            if (TypeOf(message) != 6) return message;
        }
    }

    private static int TypeOf(JsonElement message) => message.ValueKind == JsonValueKind.Array ? message[0].GetInt32() : message.TryGetProperty("type", out var type) ? type.GetInt32() : 0;

    private static Heard? Of(JsonElement message)
    {
        var type = TypeOf(message);
        if (type is not (2 or 3)) return null;
        if (message.ValueKind != JsonValueKind.Array)
            return new Heard(message.GetProperty("invocationId").GetString()!, type == 3, message.TryGetProperty("item", out var item) ? item : null, message.TryGetProperty("error", out var error) ? error.GetString() : null);
        return type == 2 ? new Heard(message[2].GetString()!, false, message[3], null)
            : new Heard(message[2].GetString()!, true, null, message[3].GetInt32() == 1 ? message[4].GetString() : null);
    }

    private void Split()
    {
        var at = 0;
        while (true)
        {
            if (!_isPacked)
            {
                var end = _buffer.IndexOf(Separator, at);
                if (end < 0) break;
                _read.Enqueue(JsonDocument.Parse(_buffer.GetRange(at, end - at).ToArray()).RootElement);
                at = end + 1;
                continue;
            }
            var (length, shift, start) = (0, 0, at);
            while (start < _buffer.Count && (_buffer[start] & 128) != 0) (length, shift, start) = (length | ((_buffer[start] & 127) << shift), shift + 7, start + 1);
            if (start >= _buffer.Count) break;
            length |= _buffer[start++] << shift;
            if (_buffer.Count < start + length) break;
            _read.Enqueue(JsonDocument.Parse(MessagePackSerializer.ConvertToJson(_buffer.GetRange(start, length).ToArray())).RootElement);
            at = start + length;
        }
        _buffer.RemoveRange(0, at);
    }

    private async Task<bool> Receive()
    {
        var part = new byte[16 * 1024];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var received = await _socket.ReceiveAsync(part, patience.Token);
            if (received.MessageType == WebSocketMessageType.Close) return false;
            _buffer.AddRange(part.AsSpan(0, received.Count));
            Said.Append(Encoding.UTF8.GetString(part, 0, received.Count));
            return true;
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_leaving.IsCancellationRequested) return;
        await _leaving.CancelAsync();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It has ended in another way.
        }
        _socket.Dispose();
    }
}

/// <summary>What was heard of one call.</summary>
public sealed record Heard(string Call, bool IsEnd, JsonElement? Item, string? Error)
{
    public string? Type => Item is { } item && item.TryGetProperty("type", out var type) ? type.GetString() : null;
    public override string ToString() => $"{Call} {Item} {(IsEnd ? "end " + Error : "")}";
}

/// <summary>The server did not take the connection.</summary>
public sealed class RefusedException(int status, Exception cause) : Exception($"{status}", cause)
{
    public int Status => status;
}
