using System.Diagnostics;
using System.Net;

namespace PropsDb.Bench.Load;

/// <summary>What is asked on each connection, and what must come back.</summary>
public interface ITraffic
{
    /// <returns>The connection's next request, good until the next call; empty: it has no more.</returns>
    ReadOnlySpan<byte> Next(int connection);

    /// <summary>Throws <see cref="BenchException"/> if the answer is not what it must be.</summary>
    void Answered(int connection, in Answer answer);
}

/// <param name="Answers">Within the measured time.</param>
public sealed record DriveResult(long Answers, double Seconds, Latencies Latencies)
{
    public double PerSecond => Answers / Seconds;
}

/// <summary>A closed loop over many connections, on the calling thread: each sends its next request when it has the answer to the last.</summary>
public static class Driver
{
    private const int Few = 20;
    private static readonly long Patience = 20 * Stopwatch.Frequency;
    private static readonly TimeSpan Longer = TimeSpan.FromMilliseconds(100);

    /// <param name="warmup">Asked, but not measured.</param>
    /// <param name="duration">Longer where answers take so long that only a few came. Null: until no connection has anything more to ask.</param>
    public static DriveResult Run(IPEndPoint server, int connections, ITraffic traffic, TimeSpan warmup, TimeSpan? duration, Action<bool>? measuring = null)
    {
        using var poller = new Poller();
        var open = new List<HttpConnection>(connections);
        try
        {
            for (var number = 0; number < connections; number++)
            {
                open.Add(new HttpConnection(server));
                poller.Watch(open[number].Socket, number);
            }
            return Loop(poller, open, traffic, warmup, duration, measuring);
        }
        finally
        {
            foreach (var connection in open) connection.Dispose();
        }
    }

    private static DriveResult Loop(Poller poller, List<HttpConnection> connections, ITraffic traffic, TimeSpan warmup, TimeSpan? duration, Action<bool>? measuring)
    {
        var latencies = new Latencies();
        var from = Stopwatch.GetTimestamp() + Ticks(warmup);
        var until = duration is { } time ? from + Ticks(time) : long.MaxValue;
        var latest = duration is { } planned ? from + 10 * Ticks(planned) : until;
        var underWay = 0;
        var (isMeasuring, isOver) = (false, false);
        for (var number = 0; number < connections.Count; number++) Ask(number);
        var lastAnswer = Stopwatch.GetTimestamp();
        while (underWay > 0)
        {
            var ready = poller.Wait(100);
            var now = Stopwatch.GetTimestamp();
            if (!isMeasuring && now >= from) Mark(true);
            if (!isOver && now >= until && latencies.Count < Few && now < latest) until = now + Ticks(Longer);
            if (!isOver && now >= until) Mark(false);
            if (ready == 0 && now - lastAnswer > Patience) throw new BenchException("No answer came for 20 seconds.");
            for (var i = 0; i < ready; i++)
            {
                var connection = connections[poller.Ready(i)];
                if (!connection.TryRead(out var answer)) continue;
                lastAnswer = Stopwatch.GetTimestamp();
                if (connection.SentAt == 0) throw new BenchException("An answer came to no request.");
                if (lastAnswer >= from && lastAnswer < until) latencies.Add(lastAnswer - connection.SentAt);
                connection.SentAt = 0;
                underWay--;
                traffic.Answered(poller.Ready(i), answer);
                if (lastAnswer < until) Ask(poller.Ready(i));
            }
        }
        if (!isOver) Mark(false);
        if (duration is not null && latencies.Count == 0) throw new BenchException("No answer came in the measured time.");
        return new DriveResult(latencies.Count, Stopwatch.GetElapsedTime(from, Math.Min(until, lastAnswer)).TotalSeconds, latencies);

        void Ask(int number)
        {
            var request = traffic.Next(number);
            if (request.IsEmpty) return;
            connections[number].SentAt = Stopwatch.GetTimestamp();
            connections[number].Send(request);
            underWay++;
        }

        // The processes' use of the processor is taken for the same time as the rate.
        void Mark(bool begins)
        {
            (isMeasuring, isOver) = (true, !begins);
            measuring?.Invoke(begins);
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
