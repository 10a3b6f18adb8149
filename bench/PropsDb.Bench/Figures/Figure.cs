using PropsDb.Bench.Machine;

namespace PropsDb.Bench.Figures;

/// <summary>One measurement of a figure in one round.</summary>
/// <param name="P50">Milliseconds, as <paramref name="P99"/>; null where there is no such thing.</param>
/// <param name="Remark">What a reader must know beside the numbers.</param>
public sealed record Sample(double Value, double? P50 = null, double? P99 = null, Cores? Cores = null, string? Remark = null);

/// <summary>What is wanted of a figure.</summary>
/// <param name="Of">What it is about: <c>ratio</c>, <c>value</c>, <c>p50</c> or <c>p99</c>.</param>
public sealed record Target(string Of, bool AtLeast, double Bound)
{
    public static Target Ratio(double atLeast) => new("ratio", true, atLeast);
    public static Target RatioBelow(double atMost) => new("ratio", false, atMost);
    public static Target Value(double atMost) => new("value", false, atMost);
    public static Target ValueAbove(double atLeast) => new("value", true, atLeast);
    public static Target P50(double atMost) => new("p50", false, atMost);
    public static Target P99(double atMost) => new("p99", false, atMost);
}

/// <summary>A row of the table, over all rounds.</summary>
/// <param name="Yardstick">The figure that it is divided by, round by round.</param>
public sealed record Figure(string Name, string Unit, string? Yardstick = null)
{
    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>By round.</summary>
    public SortedDictionary<int, Sample> Samples { get; } = [];

    public double Median => MedianOf(Samples.Values.Select(s => s.Value));
    public double Least => Samples.Values.Min(s => s.Value);
    public double Most => Samples.Values.Max(s => s.Value);
    public double? P50 => Samples.Values.Select(s => s.P50).OfType<double>().ToList() is { Count: > 0 } all ? MedianOf(all) : null;
    public double? P99 => Samples.Values.Select(s => s.P99).OfType<double>().ToList() is { Count: > 0 } all ? MedianOf(all) : null;
    public string Remarks => string.Join("; ", Samples.Values.Select(s => s.Remark).OfType<string>().Distinct(StringComparer.Ordinal));

    public Cores? Cores => Samples.Values.Select(s => s.Cores).OfType<Cores>().ToList() is { Count: > 0 } all
        ? new Cores(MedianOf(all.Select(c => c.Generator)), MedianOf(all.Select(c => c.Server)), MedianOf(all.Select(c => c.Database)))
        : null;

    /// <summary>The median of the rounds' ratios: what both had to suffer in a round cancels out.</summary>
    public (double Median, double Least, double Most)? RatioTo(Figure yardstick)
    {
        var ratios = Samples.Where(s => yardstick.Samples.ContainsKey(s.Key)).Select(s => s.Value.Value / yardstick.Samples[s.Key].Value).ToList();
        return ratios.Count == 0 ? null : (MedianOf(ratios), ratios.Min(), ratios.Max());
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
