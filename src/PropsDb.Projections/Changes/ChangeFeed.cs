using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Changes;

/// <summary>
/// The recent commits of all nodes in one bounded buffer, in position order. Whoever follows reads it at their own pace, and reads the store
/// instead where they have fallen behind it: a slow reader costs the others nothing. While nobody follows, nothing is read.
/// </summary>
public sealed partial class ChangeFeed(ChangeReader reader, CommitQueue queue, ILogger<ChangeFeed> log) : IAsyncDisposable
{
    private const int MaxEntries = 8_192;
    private const long MaxWeight = 16 * 1024 * 1024;
    private const int BatchSize = 256;

    // This node's commits are signalled, other nodes' are found by looking.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _committed = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _more = New();
    private int _followers;

    // Null: nobody follows, or those who came have not been noticed yet.
    private RecentChanges? _recent;

    public void Start()
    {
        queue.Committed += OnCommitted;
        _running = Run(_stopping.Token);
    }

    /// <summary>The position up to which the feed has seen everything.</summary>
    public long Head { get; private set; }

    /// <summary>Keeps the feed reading until it is disposed.</summary>
    public IDisposable Join()
    {
        Interlocked.Increment(ref _followers);
        Signal();
        return new Follower(this);
    }

    private sealed class Follower(ChangeFeed feed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) Interlocked.Decrement(ref feed._followers);
        }
    }

    /// <summary>What comes after a position, at once: from memory, or where that does not reach back so far from the store.</summary>
    public async Task<ChangeBatch> After(long position, ChangeScope scope, int limit, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_recent is not null && position >= _recent.Floor)
            {
                var found = new List<CommittedChange>();
                foreach (var change in _recent.After(position))
                {
                    if (!scope.Holds(change.Key)) continue;
                    if (found.Count == limit) return new ChangeBatch(found, found[^1].Position);
                    found.Add(change);
                }
                return new ChangeBatch(found, Math.Max(Head, position));
            }
        }
        return await reader.After(position, scope, limit, cancel);
    }

    /// <summary>Waits until the feed, which somebody has joined, has seen everything that is committed now, and says how far that is.</summary>
    public async Task<long> Reach(CancellationToken cancel)
    {
        var head = await reader.Head(cancel);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_recent is not null && Head >= head) return head;
                more = _more.Task;
            }
            Signal();
            await more.WaitAsync(cancel);
        }
    }

    /// <summary>Completes when there is more than up to a position.</summary>
    public Task MoreThan(long position)
    {
        lock (_lock) return _recent is not null && Head > position ? Task.CompletedTask : _more.Task;
    }

    private async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _committed.WaitAsync(Look, stop);
                if (Volatile.Read(ref _followers) == 0) Forget();
                else while (await ReadOn(stop)) { }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogAway(log, e);
                await Task.WhenAny(Task.Delay(Look, stop));
            }
        }
    }

    private void Forget()
    {
        lock (_lock) _recent = null;
    }

    private async Task<bool> ReadOn(CancellationToken stop)
    {
        // Only this loop changes it, so it can be looked at without the lock.
        if (_recent is null)
        {
            var head = await reader.Head(stop);
            Publish(new RecentChanges(MaxEntries, MaxWeight, head), [], head);
        }
        var batch = await reader.After(Head, ChangeScope.All, BatchSize, stop);
        if (batch.Reached == Head) return false;
        Publish(_recent!, batch.Changes, batch.Reached);
        return true;
    }

    private void Publish(RecentChanges recent, IReadOnlyList<CommittedChange> changes, long head)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            foreach (var change in changes) recent.Add(change);
            (_recent, Head) = (recent, head);
            (waiting, _more) = (_more, New());
        }
        waiting.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnCommitted(object? sender, EventArgs e)
    {
        if (Volatile.Read(ref _followers) > 0) Signal();
    }

    private void Signal()
    {
        try
        {
            if (_committed.CurrentCount == 0) _committed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another commit has just signalled the same.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes cannot be followed while the database is away; trying again.")]
    private static partial void LogAway(ILogger log, Exception e);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        queue.Committed -= OnCommitted;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _committed.Dispose();
    }
}
