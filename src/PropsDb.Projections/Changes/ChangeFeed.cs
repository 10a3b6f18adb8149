using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Changes;

/// <summary>
/// The recent commits of all nodes in one bounded buffer, in position order. This node's come out of its memory as they are committed, other
/// nodes' out of the store. Whoever follows reads the buffer at their own pace, and the store instead where they have fallen behind it: a slow
/// reader costs the others nothing. While nobody follows, nothing is read and nothing kept.
/// </summary>
public sealed partial class ChangeFeed(ChangeReader reader, ILogger<ChangeFeed> log) : IAsyncDisposable
{
    private const int MaxEntries = 8_192;
    private const long MaxWeight = 16 * 1024 * 1024;
    private const int BatchSize = 256;

    // A notification can be lost with its connection.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    // How long an end by the clock, or a sign of life, can wait while nothing happens.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly HashSet<FeedReader> _readers = [];
    private readonly SemaphoreSlim _unread = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _advanced = New();

    // Null: nobody follows, or those who came have not been noticed yet.
    private RecentChanges? _recent;
    private long _head;

    /// <param name="shared">The database that other nodes commit to as well; null: there are none.</param>
    public void Start(NpgsqlDataSource? shared)
    {
        var listening = shared is null ? Task.CompletedTask
            : Notifications.Listen(shared, AppendFunction.Channel, LookAgain, _ => { ReadOn(); return Task.CompletedTask; }, log, _stopping.Token);
        _running = Task.WhenAll(Run(_stopping.Token), LookAfterSleepers(_stopping.Token), listening);
    }

    /// <summary>Begins to follow, and keeps the feed going until it is disposed.</summary>
    /// <param name="from">The position to go on from; null: from now.</param>
    /// <param name="needsLook">Asked about twice a second while the reader sleeps: whether to wake it though nothing was committed.</param>
    /// <returns>The reader, and up to where something is committed now: what lies before is told before all else is live.</returns>
    public async Task<(FeedReader Reader, long Head)> Join(ChangeScope scope, long? from, Func<bool>? needsLook, CancellationToken cancel)
    {
        // Who has a place is noticed by the feed from then on, and is given the position to begin at only then: nothing falls between.
        var follower = new FeedReader(this, scope, from ?? long.MaxValue, needsLook, cancel);
        lock (_lock) _readers.Add(follower);
        try
        {
            var head = await Reach(await reader.Head(cancel), cancel);
            if (from is null) follower.BeginAt(head);
            return (follower, head);
        }
        catch
        {
            follower.Dispose();
            throw;
        }
    }

    internal void Leave(FeedReader follower)
    {
        lock (_lock)
        {
            _readers.Remove(follower);
            if (_readers.Count == 0) _recent = null;
        }
    }

    /// <summary>What comes after a position, at once: from memory, or where that does not reach back so far from the store.</summary>
    internal async ValueTask<ChangeBatch> After(long position, ChangeScope scope, int limit, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_recent is not null && position >= _recent.Floor)
            {
                var found = new List<CommittedChange>();
                foreach (var change in _recent.After(position))
                {
                    if (!scope.Holds(change.Key)) continue;
                    found.Add(change);
                    if (found.Count == limit) return new ChangeBatch(found, change.Position, HasMore: true);
                }
                return new ChangeBatch(found, Math.Max(_head, position), HasMore: false);
            }
        }
        return await reader.After(position, scope, limit, cancel);
    }

    /// <summary>Takes up commits of this node, straight from memory where no other node's lie before them.</summary>
    /// <param name="positions">Of each; null: it was not accepted.</param>
    /// <param name="previous">Nothing lies between this position and the commits.</param>
    internal void Committed(List<PendingCommit> commits, long?[] positions, long previous)
    {
        if (Volatile.Read(ref _recent) is null) return;
        var (changes, last) = (new List<CommittedChange>(commits.Count), 0L);
        for (var i = 0; i < commits.Count; i++)
        {
            if (positions[i] is not { } position) continue;
            last = Math.Max(last, position);
            if (CommittedChange.Of(commits[i], position) is { } change) changes.Add(change);
        }
        if (changes.Count > 1) changes.Sort(static (a, b) => a.Position.CompareTo(b.Position));
        lock (_lock)
        {
            if (_recent is null || last <= _head) return;
            if (previous <= _head) Advance(_recent, changes, last);
            else ReadOn();
        }
    }

    /// <summary>There may be something in the store that the feed has not seen.</summary>
    public void ReadOn()
    {
        lock (_lock)
        {
            if (_readers.Count > 0 && _unread.CurrentCount == 0) _unread.Release();
        }
    }

    // Waits until the feed has seen everything up to a position.
    private async Task<long> Reach(long position, CancellationToken cancel)
    {
        while (true)
        {
            Task advanced;
            lock (_lock)
            {
                if (_recent is not null && _head >= position) return _head;
                advanced = _advanced.Task;
            }
            ReadOn();
            await advanced.WaitAsync(cancel);
        }
    }

    private async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _unread.WaitAsync(LookAgain, stop);
                while (await ReadSome(stop)) { }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogAway(log, e);
                await Task.WhenAny(Task.Delay(BetweenLooks, stop));
                ReadOn();
            }
        }
    }

    private async Task<bool> ReadSome(CancellationToken stop)
    {
        long from;
        lock (_lock)
        {
            if (_readers.Count == 0) return false;
            from = _recent is null ? -1 : _head;
        }
        if (from < 0)
        {
            var head = await reader.Head(stop);
            lock (_lock)
            {
                if (_readers.Count > 0 && _recent is null) Advance(new RecentChanges(MaxEntries, MaxWeight, head), [], head);
            }
            return true;
        }
        var batch = await reader.After(from, ChangeScope.All, BatchSize, stop);
        lock (_lock)
        {
            // Meanwhile this node's own may have come from memory, or everyone has gone.
            if (_recent is null || batch.Reached <= _head) return false;
            Advance(_recent, batch.Changes, batch.Reached);
        }
        return true;
    }

    private void Advance(RecentChanges recent, IReadOnlyList<CommittedChange> changes, long head)
    {
        // Of a group some may have been read from the store before the rest came from memory, and the other way round.
        foreach (var change in changes)
            if (change.Position > _head) recent.Add(change);
        (_recent, _head) = (recent, head);
        foreach (var follower in _readers) follower.Notice(changes, head);
        _advanced.SetResult();
        _advanced = New();
    }

    private async Task LookAfterSleepers(CancellationToken stop)
    {
        // By the machine's clock; what has ended by the service's is found by asking.
        using var timer = new PeriodicTimer(BetweenLooks);
        while (await Ticks(timer, stop))
        {
            FeedReader[] followers;
            lock (_lock) followers = [.. _readers];
            foreach (var follower in followers)
                if (follower.Sleeps && follower.NeedsLook?.Invoke() == true) follower.Poke();
        }
    }

    private static async ValueTask<bool> Ticks(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes cannot be followed while the database is away; trying again.")]
    private static partial void LogAway(ILogger log, Exception e);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _unread.Dispose();
    }
}
