using System.Net;
using System.Net.Sockets;

namespace PropsDb.Faults;

/// <summary>Stands between a client and a node: passes everything on, and loses answers when it is told to.</summary>
public sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Uri _target;
    private readonly Task _accepting;
    private int _lose;

    public Proxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Answers that never arrived at the client, though the node sent them.</summary>
    public int Lost { get; private set; }

    /// <summary>The next answers are read and thrown away, and their connections reset.</summary>
    public void Lose(int answers) => Interlocked.Exchange(ref _lose, answers);

    private async Task Accept()
    {
        try
        {
            while (true) _ = Pass(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            _listener.Stop();
        }
    }

    private async Task Pass(TcpClient client)
    {
        using (client)
        using (var node = new TcpClient())
        {
            try
            {
                await node.ConnectAsync(_target.Host, _target.Port, _stopping.Token);
                var asking = client.GetStream().CopyToAsync(node.GetStream(), _stopping.Token);
                var part = new byte[16 * 1024];
                while (await node.GetStream().ReadAsync(part, _stopping.Token) is > 0 and var read)
                {
                    if (Interlocked.Decrement(ref _lose) >= 0)
                    {
                        Lost++;
                        client.LingerState = new LingerOption(true, 0);
                        return;
                    }
                    Interlocked.Increment(ref _lose);
                    await client.GetStream().WriteAsync(part.AsMemory(0, read), _stopping.Token);
                }
                await Task.WhenAny(asking);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of them has gone; so has the connection.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }
}
