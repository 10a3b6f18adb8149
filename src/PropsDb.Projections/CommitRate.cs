using System.Diagnostics;

namespace PropsDb.Projections;

/// <summary>How much there was to commit lately; counted by one thread, and asked by any.</summary>
internal sealed class CommitRate
{
    private static readonly TimeSpan CountFor = TimeSpan.FromMilliseconds(500);

    private double _perSecond;
    private long _since = Stopwatch.GetTimestamp();
    private int _counted;

    public double PerSecond => Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) < 2 * CountFor ? Volatile.Read(ref _perSecond) : 0;

    public void Count(int commits)
    {
        _counted += commits;
        if (Stopwatch.GetElapsedTime(_since) is var time && time < CountFor) return;
        Volatile.Write(ref _perSecond, _counted / time.TotalSeconds);
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        _counted = 0;
    }
}
