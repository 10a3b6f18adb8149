using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>What one commit did to one document, as everyone who follows the document is told.</summary>
/// <param name="Position">Place of the commit in the order of the whole database.</param>
/// <param name="Type"><c>created</c>, <c>changed</c>, <c>deleted</c> or <c>restored</c>.</param>
public sealed record CommittedChange(
    long Position, DocumentKey Key, long Version, string Type, DateTimeOffset At, string By, string? Device, IReadOnlyList<Change> Changes)
{
    /// <param name="before">The document as the commit found it; only what a deletion took and a restoration brought depends on it.</param>
    internal static CommittedChange Of(long position, DocumentKey key, Document before, IReadOnlyList<DocumentEvent> events, DateTimeOffset at, string by, string? device)
    {
        var type = "changed";
        foreach (var e in events)
        {
            if (e is DocumentDeleted) type = "deleted";
            else if (e is DocumentCreated) type = "created";
            else if (e is DocumentRestored) type = "restored";
            else continue;
            break;
        }
        return new(position, key, events[0].Version, type, at, by, device, [.. Change.Of(before, events).Select(c => c with { Previous = null })]);
    }

    /// <summary>Null: the commit is none that followers are told of.</summary>
    internal static CommittedChange? Of(PendingCommit commit, long position) => commit.View is { } view && commit.Events[0] is DocumentEvent and not DocumentAdministration
        ? Of(position, view.Key, view.Before, [.. commit.Events.Cast<DocumentEvent>()], commit.Committed.At, commit.Committed.By, commit.Committed.Device)
        : null;

    private byte[]? _text;
    private byte[]? _packed;

    /// <summary>The change as text, which is made once, for however many are told of it.</summary>
    public ReadOnlyMemory<byte> Text(Func<CommittedChange, byte[]> write) => _text ??= write(this);

    /// <summary>The same in binary form.</summary>
    public ReadOnlyMemory<byte> Packed(Func<CommittedChange, byte[]> write) => _packed ??= write(this);

    /// <summary>What the change keeps in memory, about.</summary>
    public int Weight { get; } = 200 + Changes.Sum(c => 100 + (c.Value?.Utf8.Length ?? 0));
}

/// <summary>Changes in order, and how far they reach: every commit up to there that was asked for is among them, or in a batch before.</summary>
/// <param name="HasMore">There may be more to be had at once.</param>
public sealed record ChangeBatch(IReadOnlyList<CommittedChange> Changes, long Reached, bool HasMore);
