namespace PropsDb.Projections;

/// <summary>
/// Commits are in the store a moment before this node's memory knows them. Whoever reads there what they will tell others waits for that moment to
/// pass, so that nobody who is told of a change then reads an older document.
/// </summary>
public sealed class CommitsUnderWay
{
    private volatile TaskCompletionSource? _group;

    /// <summary>A group of commits is about to be in the store.</summary>
    internal void Begin() => _group = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Memory knows what became of it, or does not count until it does.</summary>
    internal void End() => _group?.SetResult();

    /// <summary>Returns when memory knows what was in the store when this was called.</summary>
    internal Task Known(CancellationToken cancel) => _group is { Task: { IsCompleted: false } group } ? group.WaitAsync(cancel) : Task.CompletedTask;
}
