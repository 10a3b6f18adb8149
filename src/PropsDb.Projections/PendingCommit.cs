using System.Security.Cryptography;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>The events of one document in one accepted write, on their way into the store.</summary>
internal sealed record PendingCommit(DocumentKey Key, Document Before, Document After, IReadOnlyList<DocumentEvent> Events, Commit Committed, Author Author)
{
    private const int EventsBetweenSnapshots = 500;

    /// <summary>Stored with every event of the commit, so that its fate can be looked up after a lost connection.</summary>
    public Guid Id { get; } = new(RandomNumberGenerator.GetBytes(16));

    /// <summary>The answer that repetitions of the request get.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>The device that moves on with the commit.</summary>
    public DeviceSequence? Place { get; init; }

    /// <summary>The document after this commit is kept as a snapshot.</summary>
    public bool IsSnapshot => Before.StreamVersion / EventsBetweenSnapshots != After.StreamVersion / EventsBetweenSnapshots;
}

/// <summary>One commit, or several that are appended all or none.</summary>
internal sealed class PendingAppend(IReadOnlyList<PendingCommit> commits)
{
    private readonly TaskCompletionSource<IReadOnlyList<long>?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<PendingCommit> Commits => commits;
    public int EventCount { get; } = commits.Sum(c => c.Events.Count);

    /// <summary>The positions of the commits; null: a stream was no longer at the expected version, and nothing was appended.</summary>
    public Task<IReadOnlyList<long>?> Done => _done.Task;

    public void Settle(IReadOnlyList<long>? positions) => _done.TrySetResult(positions);

    public void Fail(Exception cause) => _done.TrySetException(cause);
}
