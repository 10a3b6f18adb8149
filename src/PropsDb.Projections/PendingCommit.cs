using System.Security.Cryptography;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>The events of one stream in one accepted write, on their way into the store.</summary>
/// <param name="Expected">How many events the stream has before them.</param>
internal sealed record PendingCommit(string App, Guid StreamId, long Expected, IReadOnlyList<object> Events, Commit Committed, Author Author)
{
    public static PendingCommit Of(DocumentKey key, Document before, Document after, IReadOnlyList<DocumentEvent> events, Commit commit, Author author) =>
        new(key.App, key.StreamId, before.StreamVersion, events, commit, author) { View = new PendingView(key, before, after) };

    /// <summary>Stored with every event of the commit, so that its fate can be looked up after a lost connection.</summary>
    public Guid Id { get; } = new(RandomNumberGenerator.GetBytes(16));

    /// <summary>The answer that repetitions of the request get.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>The device that moves on with the commit.</summary>
    public DeviceSequence? Place { get; init; }

    /// <summary>The document that the stream is of; null: it is an app's, or a user's.</summary>
    public PendingView? View { get; init; }

    /// <summary>What the events weigh in the store, about.</summary>
    public long Bytes => Events.Sum(e => 100L + e switch
    {
        PropertySet set => set.Value.Length,
        CollectionSet set => set.Properties.Sum(p => 20 + p.Value.Length),
        _ => 0,
    });

    /// <summary>It changes who may do what.</summary>
    public bool ConcernsAccess { get; } = Events.Any(AppDirectory.Concerns);

    /// <summary>Number in the stream of the commit's last event.</summary>
    public long Last => Expected + Events.Count;
}

/// <summary>What a commit makes of its document.</summary>
internal sealed record PendingView(DocumentKey Key, Document Before, Document After)
{
    /// <summary>The position that the answer names where the commit does not make a version; null: the commit's own.</summary>
    public long? Position => After.Version == Before.Version ? Before.Position : null;

    /// <summary>The document as it is once the commit has its place.</summary>
    public Document At(long position) => After with { Position = Position ?? position };
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
