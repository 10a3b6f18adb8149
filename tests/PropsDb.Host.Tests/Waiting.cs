namespace PropsDb.Host.Tests;

/// <summary>How long a test waits for what comes by itself.</summary>
internal static class Waiting
{
    /// <summary>Nothing takes so long: it has not come. Machines that have much else to do are waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What is promised within a time is measured more than once, and one in ten may be later: what else a machine does can hold anything up, but
    /// not everything.
    /// </summary>
    public static TimeSpan Mostly(this IEnumerable<TimeSpan> measured)
    {
        var sorted = measured.Order().ToList();
        return sorted[(int)Math.Ceiling(sorted.Count * 0.9) - 1];
    }
}
