using System.Collections.Concurrent;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>How a document's version, time and place in the order are written in headers.</summary>
public sealed record DocumentStamps(string Version, string UpdatedAt, string Position);

/// <summary>A document at one version, with the texts that were made of it: each is made once, for however many read it.</summary>
public sealed class HeldDocument(DocumentKey key, Document state)
{
    private const int BytesOfAProperty = 300;
    private const int BytesOfADocument = 600;

    private readonly byte[]?[] _texts = new byte[]?[2];
    private DocumentStamps? _stamps;

    public DocumentKey Key { get; } = key;

    public Document State { get; } = state;

    /// <summary>The document on the wire: as a list, or at 1 as an object.</summary>
    public ReadOnlyMemory<byte> Text(int form, Func<HeldDocument, byte[]> write)
    {
        if (_texts[form] is { } text) return text;
        _texts[form] = text = write(this);
        Keeper?.Weigh(this);
        return text;
    }

    public DocumentStamps Stamps(Func<HeldDocument, DocumentStamps> make) => _stamps ??= make(this);

    /// <summary>What it takes of memory, about, with the texts that were made of it.</summary>
    internal long Weight => BytesOfADocument + State.Content.Bytes + ((long)BytesOfAProperty * State.Content.PropertyCount) + (_texts[0]?.Length ?? 0) + (_texts[1]?.Length ?? 0);

    /// <summary>Who counts what it takes.</summary>
    internal DocumentCache? Keeper { get; set; }
}

/// <summary>
/// The documents that are in use, in memory, as their last commit left them. It is bounded by what they take; of those that nobody has asked
/// for lately the oldest goes first (SIEVE: one hand, one bit a document).
/// </summary>
/// <param name="isExact">Nobody else writes to the database now, so that what is held is what is there.</param>
public sealed class DocumentCache(long maxBytes, Func<bool> isExact)
{
    private readonly ConcurrentDictionary<DocumentKey, Entry> _entries = new();

    // A document that was loaded while it was written, or thrown out, may be an old one by now: who loads compares the count of such events
    // before and after. One count serves many documents.
    private readonly long[] _events = new long[4096];
    private readonly LinkedList<Entry> _byAge = [];
    private readonly Lock _lock = new();
    private LinkedListNode<Entry>? _hand;
    private long _bytes;
    private volatile bool _isSuspended;

    private sealed class Entry(HeldDocument held)
    {
        public volatile HeldDocument Held = held;
        public volatile bool IsVisited;
        public long Weight;
        public LinkedListNode<Entry>? Node;
    }

    /// <summary>What is held needs no look at the database.</summary>
    public bool IsExact => !_isSuspended && isExact();

    internal bool IsSuspended => _isSuspended;

    /// <summary>Until <see cref="Resume"/> the database decides.</summary>
    internal void Suspend() => _isSuspended = true;

    internal void Resume()
    {
        Clear();
        _isSuspended = false;
    }

    /// <summary>Null: it is not held.</summary>
    public HeldDocument? Find(DocumentKey key)
    {
        if (!_entries.TryGetValue(key, out var entry)) return null;
        // A line of memory that is only read stays in every core's cache.
        if (!entry.IsVisited) entry.IsVisited = true;
        return entry.Held;
    }

    /// <summary>To be asked for before a document is loaded, and given back with it.</summary>
    internal long Stamp(DocumentKey key) => Volatile.Read(ref _events[Slot(key)]);

    /// <summary>Holds what was loaded, unless it was written or thrown out meanwhile.</summary>
    internal void Keep(HeldDocument held, long stamp)
    {
        lock (_lock)
        {
            if (_events[Slot(held.Key)] == stamp) Hold(held);
        }
    }

    /// <summary>The document as a commit has left it that nobody has been told of yet.</summary>
    internal void Committed(DocumentKey key, Document after)
    {
        lock (_lock)
        {
            _events[Slot(key)]++;
            Hold(new HeldDocument(key, after));
        }
    }

    /// <summary>Nobody knows what it is now.</summary>
    internal void Forget(DocumentKey key)
    {
        lock (_lock)
        {
            _events[Slot(key)]++;
            if (_entries.TryGetValue(key, out var entry)) Remove(entry);
        }
    }

    /// <summary>Others may have written.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            for (var i = 0; i < _events.Length; i++) _events[i]++;
            _entries.Clear();
            _byAge.Clear();
            (_hand, _bytes) = (null, 0);
        }
    }

    private void Hold(HeldDocument held)
    {
        if (_entries.TryGetValue(held.Key, out var entry))
        {
            if (held.State.StreamVersion <= entry.Held.State.StreamVersion) return;
            entry.Held = held;
        }
        else
        {
            if (held.Weight > maxBytes) return;
            entry = new Entry(held);
            entry.Node = _byAge.AddFirst(entry);
            _entries[held.Key] = entry;
        }
        held.Keeper = this;
        Weigh(entry);
    }

    /// <summary>It takes more than it did.</summary>
    internal void Weigh(HeldDocument held)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(held.Key, out var entry) && ReferenceEquals(entry.Held, held)) Weigh(entry);
        }
    }

    private void Weigh(Entry entry)
    {
        var weight = entry.Held.Weight;
        _bytes += weight - entry.Weight;
        entry.Weight = weight;
        if (weight > maxBytes) Evict(entry);
        while (_bytes > maxBytes) EvictOne();
    }

    private void EvictOne()
    {
        var node = _hand ?? _byAge.Last!;
        while (node.Value.IsVisited)
        {
            node.Value.IsVisited = false;
            node = node.Previous ?? _byAge.Last!;
        }
        _hand = node.Previous;
        Evict(node.Value);
    }

    private void Evict(Entry entry)
    {
        _events[Slot(entry.Held.Key)]++;
        Remove(entry);
    }

    private void Remove(Entry entry)
    {
        if (ReferenceEquals(_hand, entry.Node)) _hand = entry.Node!.Previous;
        _byAge.Remove(entry.Node!);
        _entries.TryRemove(entry.Held.Key, out _);
        _bytes -= entry.Weight;
    }

    private int Slot(DocumentKey key) => (key.GetHashCode() & int.MaxValue) % _events.Length;
}
