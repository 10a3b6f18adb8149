namespace PropsDb.Projections;

/// <summary>How many events there were to append lately; counted by one thread, and asked by any.</summary>
internal sealed class EventRate(TimeProvider time)
{
    private static readonly TimeSpan CountFor = TimeSpan.FromMilliseconds(250);

    private double _perSecond;
    private long _since = time.GetTimestamp();
    private int _counted;

    public double PerSecond => time.GetElapsedTime(Volatile.Read(ref _since)) < 2 * CountFor ? Volatile.Read(ref _perSecond) : 0;

    public void Count(int events)
    {
        var counting = time.GetElapsedTime(_since);
        if (counting >= CountFor)
        {
            // What was counted before a pause says nothing of the pace after it.
            Volatile.Write(ref _perSecond, counting < 2 * CountFor ? _counted / counting.TotalSeconds : 0);
            Volatile.Write(ref _since, time.GetTimestamp());
            _counted = 0;
        }
        _counted += events;
    }
}
