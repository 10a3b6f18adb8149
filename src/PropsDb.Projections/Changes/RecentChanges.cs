namespace PropsDb.Projections.Changes;

/// <summary>The last changes, in position order, as many as fit: a ring in which a place is found by halving.</summary>
internal sealed class RecentChanges(int maxEntries, long maxWeight, long floor)
{
    private readonly CommittedChange[] _ring = new CommittedChange[maxEntries];
    private int _first;
    private int _count;
    private long _weight;

    /// <summary>Everything after this position is here.</summary>
    public long Floor { get; private set; } = floor;

    public void Add(CommittedChange change)
    {
        if (_count == _ring.Length) Drop();
        _ring[(_first + _count++) % _ring.Length] = change;
        _weight += change.Weight;
        while (_weight > maxWeight) Drop();
    }

    private void Drop()
    {
        (Floor, _weight) = (_ring[_first].Position, _weight - _ring[_first].Weight);
        _ring[_first] = null!;
        _first = (_first + 1) % _ring.Length;
        _count--;
    }

    public IEnumerable<CommittedChange> After(long position)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Position <= position) low = middle + 1;
            else high = middle;
        }
        for (; low < _count; low++) yield return this[low];
    }

    private CommittedChange this[int index] => _ring[(_first + index) % _ring.Length];
}
