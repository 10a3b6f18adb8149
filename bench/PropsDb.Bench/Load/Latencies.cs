using System.Diagnostics;
using System.Numerics;

namespace PropsDb.Bench.Load;

/// <summary>A histogram of durations, exact to 1.6 %, that allocates nothing while it counts.</summary>
public sealed class Latencies
{
    private const int SubBits = 6, Sub = 1 << SubBits;
    private readonly long[] _counts = new long[Sub * 48];

    public long Count { get; private set; }

    /// <param name="ticks">Of the stopwatch; below 0 counts as 0.</param>
    public void Add(long ticks)
    {
        var value = (ulong)Math.Max(0, ticks) * 10_000_000 / (ulong)Stopwatch.Frequency;        // units of 100 ns
        _counts[Math.Min(Bucket(value), _counts.Length - 1)]++;
        Count++;
    }

    /// <summary>In milliseconds: the end of the bucket that the share falls into.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted && seen > 0) return End(bucket) / 10_000.0;
        }
        return double.NaN;
    }

    public void Add(Latencies other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++) _counts[bucket] += other._counts[bucket];
        Count += other.Count;
    }

    private static int Bucket(ulong value)
    {
        if (value < Sub) return (int)value;
        var exponent = BitOperations.Log2(value) - SubBits;
        return (exponent + 1) * Sub + (int)((value >> exponent) - Sub);
    }

    private static ulong End(int bucket)
    {
        if (bucket < Sub) return (ulong)bucket + 1;
        var exponent = bucket / Sub - 1;
        return ((ulong)(bucket % Sub) + Sub + 1) << exponent;
    }
}
