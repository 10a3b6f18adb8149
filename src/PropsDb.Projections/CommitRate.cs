using System.Diagnostics;

namespace PropsDb.Projections;

/// <summary>How much there was to commit lately; counted by one thread, and asked by any.</summary>
internal sealed class CommitRate
{
    private static readonly TimeSpan CountFor = TimeSpan.FromMilliseconds(250);

    private double _perSecond;
    private long _since = Stopwatch.GetTimestamp();
    private int _counted;

    public double PerSecond => Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) < 2 * CountFor ? Volatile.Read(ref _perSecond) : 0;

    public void Count(int commits)
    {
        var time = Stopwatch.GetElapsedTime(_since);
        // What was counted before a pause says nothing of the pace after it.
        if (time >= 2 * CountFor) (_counted, time) = (0, CountFor);
        _counted += commits;
        if (time < CountFor) return;
        Volatile.Write(ref _perSecond, _counted / time.TotalSeconds);
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        _counted = 0;
    }
}
