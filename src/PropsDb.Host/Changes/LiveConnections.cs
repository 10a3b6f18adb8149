using System.Collections.Concurrent;
using PropsDb.Events.Apps;
using PropsDb.Projections;

namespace PropsDb.Host.Changes;

/// <summary>One client on the hub: who it is, and how much it follows.</summary>
/// <param name="key">The app's key that it came with, alone or beside a token, and its app.</param>
public sealed class LiveConnection(Caller caller, (string App, string Id)? key, int maxSubscriptions, Action abort)
{
    private int _subscriptions;
    private volatile Caller _caller = caller;

    public Caller Caller
    {
        get => _caller;
        set => _caller = value;
    }

    public (string App, string Id)? Key => key;

    /// <summary>False: it follows as much as one connection may.</summary>
    public bool Begin()
    {
        if (Interlocked.Increment(ref _subscriptions) <= maxSubscriptions) return true;
        Interlocked.Decrement(ref _subscriptions);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _subscriptions);

    public void Abort() => abort();
}

/// <summary>The clients on this node's hub. Who stays past the end of their token or key, and has been told so, is cut off.</summary>
public sealed class LiveConnections(AppDirectory apps, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    // What clients that stay have brought along is moved to where it stays, a little at a time: hundreds who come at once would else be moved in one
    // pause, for which everybody waits.
    private const int MovedAtOnce = 64;

    private readonly ConcurrentDictionary<LiveConnection, byte> _connections = new();
    private int _joined;

    public void Join(LiveConnection connection)
    {
        _connections[connection] = 0;
        if (Interlocked.Increment(ref _joined) % MovedAtOnce == 0) GC.Collect(0);
    }

    public void Leave(LiveConnection connection) => _connections.TryRemove(connection, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // By the machine's clock; whose token has ended is told by the service's.
        using var timer = new PeriodicTimer(Every);
        stoppingToken.Register(timer.Dispose);
        var warned = new HashSet<LiveConnection>();
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            var ended = _connections.Keys.Where(HasEnded).ToHashSet();
            foreach (var connection in ended.Where(warned.Contains)) connection.Abort();
            warned = ended;
        }
    }

    private bool HasEnded(LiveConnection connection) => connection.Caller.ExpiresAt <= time.GetUtcNow()
        || (connection.Key is { } key && apps.Find(key.App)?.Keys.ContainsKey(key.Id) != true);
}
