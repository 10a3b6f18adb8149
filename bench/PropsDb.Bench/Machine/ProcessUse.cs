using System.Globalization;

namespace PropsDb.Bench.Machine;

/// <summary>What processes have used of the processor and hold of memory, as the kernel counts it.</summary>
public static class ProcessUse
{
    private const double TicksPerSecond = 100;      // USER_HZ, which Linux gives to user space on every architecture

    /// <summary>Seconds of the processor that a process has used itself, and with it those of its children that are gone.</summary>
    public static double CpuSeconds(int process, bool withGone = false) => Fields(process) is { } stat ? (stat[11] + stat[12] + (withGone ? stat[13] + stat[14] : 0)) / TicksPerSecond : 0;

    /// <summary>Of a postmaster and everything that it has started.</summary>
    public static double CpuSecondsOfTree(int process) => CpuSeconds(process, withGone: true) + Children(process).Sum(child => CpuSeconds(child, withGone: true));

    /// <summary>Memory in MiB; what is shared with other processes counts by its share.</summary>
    public static double Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(4).Trim().TrimEnd("kB ").ToString(), CultureInfo.InvariantCulture) / 1024;
    }

    public static double MemoryOfTree(int process) => Children(process).Append(process).Sum(p =>
    {
        try
        {
            return Memory(p);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)       // it has just ended
        {
            return 0;
        }
    });

    private static IEnumerable<int> Children(int process) => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && Fields(id) is { } stat && (int)stat[1] == process);

    // From the state on, which follows the name in parentheses: that may hold anything.
    private static double[]? Fields(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return [.. stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Select(f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>Cores that the generator, the server and the database were busy with, on average.</summary>
public sealed record Cores(double Generator, double Server, double Database);

/// <summary>Takes <see cref="Cores"/> between two moments.</summary>
/// <param name="server">0: there is none.</param>
public sealed class CoreMeter(int server, int postmaster)
{
    private readonly (double Generator, double Server, double Database)[] _at = new (double, double, double)[2];
    private readonly long[] _time = new long[2];

    public void Mark(bool begins)
    {
        var i = begins ? 0 : 1;
        _time[i] = System.Diagnostics.Stopwatch.GetTimestamp();
        // pgbench and wrk are children of this process, and have ended when the second mark is taken.
        _at[i] = (ProcessUse.CpuSeconds(Environment.ProcessId, withGone: true), server > 0 ? ProcessUse.CpuSeconds(server) : 0, ProcessUse.CpuSecondsOfTree(postmaster));
    }

    public Cores Used
    {
        get
        {
            var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(_time[0], _time[1]).TotalSeconds;
            return new Cores((_at[1].Generator - _at[0].Generator) / seconds, (_at[1].Server - _at[0].Server) / seconds, (_at[1].Database - _at[0].Database) / seconds);
        }
    }
}
