using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace PropsDb.Host.Webhooks;

/// <summary>
/// How many deliveries of one webhook a node makes at a time: a receiver that lets everybody wait holds up its own deliveries, and no other's.
/// </summary>
public sealed class Places : IDisposable
{
    private const int AtOnce = 8;
    private const int MaxWaiting = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string App, string Webhook), Places.Of> _places = new();

    /// <summary>A place; null: there is none to be had soon.</summary>
    public Task<IDisposable?> Enter(string app, string webhook, CancellationToken cancel) => _places.GetOrAdd((app, webhook), _ => new Of()).Enter(cancel);

    /// <summary>When somebody who was turned away may ask again: the later, the more there are of them.</summary>
    public TimeSpan AskAgain(string app, string webhook) =>
        TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(500, 1_500 + (50 * Math.Min(_places[(app, webhook)].TurnedAway, 1_000))));

    public void Dispose()
    {
        foreach (var places in _places.Values) places.Dispose();
    }

    private sealed class Of : IDisposable
    {
        private readonly SemaphoreSlim _free = new(AtOnce);
        private int _waiting;
        private int _turnedAway;

        public int TurnedAway => Volatile.Read(ref _turnedAway);

        public async Task<IDisposable?> Enter(CancellationToken cancel)
        {
            if (Interlocked.Increment(ref _waiting) <= MaxWaiting + AtOnce && await _free.WaitAsync(Patience, cancel)) return new Place(this);
            Interlocked.Decrement(ref _waiting);
            Interlocked.Increment(ref _turnedAway);
            return null;
        }

        public void Dispose() => _free.Dispose();

        private sealed class Place(Of places) : IDisposable
        {
            public void Dispose()
            {
                places._free.Release();
                if (Interlocked.Decrement(ref places._waiting) < AtOnce) Interlocked.Exchange(ref places._turnedAway, 0);
            }
        }
    }
}
