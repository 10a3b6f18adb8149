namespace PropsDb.Projections;

/// <summary>How much there was to commit lately; counted by one thread, and asked by any.</summary>
internal sealed class CommitRate(TimeProvider time)
{
    private static readonly TimeSpan CountFor = TimeSpan.FromMilliseconds(250);

    private double _perSecond;
    private long _since = time.GetTimestamp();
    private int _counted;

    public double PerSecond => time.GetElapsedTime(Volatile.Read(ref _since)) < 2 * CountFor ? Volatile.Read(ref _perSecond) : 0;

    public void Count(int commits)
    {
        var counting = time.GetElapsedTime(_since);
        // What was counted before a pause says nothing of the pace after it.
        if (counting >= 2 * CountFor) (_counted, counting) = (0, CountFor);
        _counted += commits;
        if (counting < CountFor) return;
        Volatile.Write(ref _perSecond, _counted / counting.TotalSeconds);
        Volatile.Write(ref _since, time.GetTimestamp());
        _counted = 0;
    }
}
