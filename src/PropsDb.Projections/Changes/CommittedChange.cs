using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Changes;

/// <summary>What one commit did to one document, as everyone who follows the document is told.</summary>
/// <param name="Position">Place of the commit in the order of the whole database.</param>
/// <param name="Type"><c>created</c>, <c>changed</c>, <c>deleted</c> or <c>restored</c>.</param>
public sealed record CommittedChange(
    long Position, DocumentKey Key, long Version, string Type, DateTimeOffset At, string By, string? Device, IReadOnlyList<Change> Changes)
{
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
public sealed record ChangeBatch(IReadOnlyList<CommittedChange> Changes, long Reached);
