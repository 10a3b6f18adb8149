using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>The events of one accepted write on their way into the store.</summary>
internal sealed class PendingCommit(DocumentKey key, Document before, Document after, IReadOnlyList<DocumentEvent> events, Author author, Guid id)
{
    private readonly TaskCompletionSource<long?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DocumentKey Key => key;
    public Document Before => before;
    public Document After => after;
    public IReadOnlyList<DocumentEvent> Events => events;
    public Author Author => author;

    /// <summary>Stored with every event of the commit, so that its fate can be looked up after a lost connection.</summary>
    public Guid Id => id;

    /// <summary>The position of the commit; null: its stream was no longer at the expected version.</summary>
    public Task<long?> Done => _done.Task;

    public void Settle(long? position) => _done.TrySetResult(position);

    public void Fail(Exception cause) => _done.TrySetException(cause);
}
