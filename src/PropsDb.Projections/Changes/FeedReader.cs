using System.Threading.Tasks.Sources;

namespace PropsDb.Projections.Changes;

/// <summary>
/// One follower's place in the feed, at its own pace. It sleeps until something in its scope is committed: what is not its concern moves it on
/// without waking it. It is one reader's: <see cref="Next"/> and <see cref="Wait"/> are called one after the other.
/// </summary>
public sealed class FeedReader : IValueTaskSource, IDisposable
{
    private readonly ChangeFeed _feed;
    private readonly CancellationTokenRegistration _cancellation;
    private readonly CancellationToken _cancel;
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _waiting = new() { RunContinuationsAsynchronously = true };
    private bool _isWaiting;
    private bool _isPoked;
    private bool _isReading;

    // There may be something behind its position; otherwise there is nothing up to where it has been told.
    private bool _mayHaveMore = true;
    private long _position;

    /// <param name="from">The position behind which it begins.</param>
    /// <param name="needsLook">Asked now and then while it sleeps: whether there is something else to see to than changes.</param>
    internal FeedReader(ChangeFeed feed, ChangeScope scope, long from, Func<bool>? needsLook, CancellationToken cancel)
    {
        (_feed, Scope, _position, NeedsLook, _cancel) = (feed, scope, from, needsLook, cancel);
        _cancellation = cancel.UnsafeRegister(static reader => ((FeedReader)reader!).Poke(), this);
    }

    public ChangeScope Scope { get; }

    internal Func<bool>? NeedsLook { get; }

    /// <summary>What comes next, at once; nothing: there is no more for now.</summary>
    public async ValueTask<ChangeBatch> Next(int limit)
    {
        long from;
        lock (_lock)
        {
            if (!_mayHaveMore) return new ChangeBatch([], _position, HasMore: false);
            (from, _mayHaveMore, _isReading) = (_position, false, true);
        }
        var batch = await _feed.After(from, Scope, limit, _cancel);
        lock (_lock)
        {
            (_position, _isReading) = (batch.Reached, false);
            if (batch.HasMore) _mayHaveMore = true;
        }
        return batch;
    }

    /// <summary>Waits until there may be more, or something else to see to.</summary>
    /// <exception cref="OperationCanceledException">The follower has gone.</exception>
    public ValueTask Wait()
    {
        lock (_lock)
        {
            _cancel.ThrowIfCancellationRequested();
            if (_mayHaveMore || _isPoked)
            {
                _isPoked = false;
                return ValueTask.CompletedTask;
            }
            _waiting.Reset();
            _isWaiting = true;
            return new ValueTask(this, _waiting.Version);
        }
    }

    /// <summary>Wakes it.</summary>
    public void Poke()
    {
        lock (_lock) Wake();
    }

    // It came without a position, and sees what is committed from here on.
    internal void BeginAt(long head)
    {
        lock (_lock) (_position, _mayHaveMore) = (head, true);
    }

    internal bool Sleeps
    {
        get
        {
            lock (_lock) return _isWaiting;
        }
    }

    // The feed has gone on to its head, by these.
    internal void Notice(IReadOnlyList<CommittedChange> changes, long head)
    {
        lock (_lock)
        {
            if (_mayHaveMore) return;
            if (!_isReading && !IsConcerned(changes))
            {
                // Out of the store it may have come further than the feed.
                _position = Math.Max(_position, head);
                return;
            }
            _mayHaveMore = true;
            if (_isWaiting) Wake();
        }
    }

    private bool IsConcerned(IReadOnlyList<CommittedChange> changes)
    {
        foreach (var change in changes)
            if (Scope.Holds(change.Key)) return true;
        return false;
    }

    private void Wake()
    {
        if (!_isWaiting) _isPoked = true;
        else
        {
            _isWaiting = false;
            _waiting.SetResult(true);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _waiting.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiting.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _waiting.GetResult(token);
        _cancel.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        _feed.Leave(this);
    }
}
