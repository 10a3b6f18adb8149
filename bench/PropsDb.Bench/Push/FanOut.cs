using System.Diagnostics;
using System.Net;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Push;

/// <param name="EachReceipt">From the write's start to each listener's receipt.</param>
/// <param name="LastReceipt">From the write's start to the last listener's receipt.</param>
/// <param name="AfterAnswer">
/// Milliseconds from the write's answer to the last listener's receipt, in order. Below 0: the change came before the answer, which is no worse
/// than with it, so it is kept as it is and stands at the low end.
/// </param>
public sealed record FanOutResult(int Changes, double PerSecond, Latencies EachReceipt, Latencies LastReceipt, double[] AfterAnswer)
{
    public double AfterAnswerAt(double share) => AfterAnswer[Math.Min(AfterAnswer.Length - 1, (int)(AfterAnswer.Length * share))];
}

/// <summary>Writers at a fixed pace, and listeners that are told of every write; all on one thread, so that their clocks are one.</summary>
public sealed class FanOut(IPEndPoint server, string token, Documents documents, IReadOnlyList<Listener> listeners)
{
    private static readonly long Patience = 20 * Stopwatch.Frequency;

    private sealed record Change(long SentAt)
    {
        public long AnsweredAt { get; set; }
        public long LastAt { get; set; }
        public int Receipts { get; set; }
        public bool IsDone(int listeners) => AnsweredAt > 0 && Receipts == listeners;
    }

    private readonly Dictionary<(int Document, long Version), Change> _changes = [];
    private readonly List<Change> _done = [];
    private readonly Latencies _each = new();

    /// <summary>Waits until each listener has been told that it is live.</summary>
    public static void WaitUntilReady(IReadOnlyList<Listener> listeners)
    {
        using var poller = new Poller();
        for (var i = 0; i < listeners.Count; i++) poller.Watch(listeners[i].Socket, i);
        var until = Stopwatch.GetTimestamp() + 3 * Patience;
        while (listeners.Any(l => !l.IsReady))
        {
            var ready = poller.Wait(100);
            for (var i = 0; i < ready; i++) listeners[poller.Ready(i)].Read((_, _) => { });
            if (Stopwatch.GetTimestamp() > until) throw new BenchException($"{listeners.Count(l => !l.IsReady)} of {listeners.Count} listeners were not told that they are live within a minute.");
        }
    }

    /// <param name="perSecond">Writes, all writers together.</param>
    /// <param name="measuring">Called when the pace begins and when it ends.</param>
    public FanOutResult Run(int writers, double perSecond, TimeSpan duration, Action<bool>? measuring = null)
    {
        using var poller = new Poller();
        for (var i = 0; i < listeners.Count; i++) poller.Watch(listeners[i].Socket, i);
        var traffic = new ConditionalWrites(documents, Machine.Token.Header(token), writers);
        var connections = new List<HttpConnection>();
        try
        {
            for (var i = 0; i < writers; i++)
            {
                connections.Add(new HttpConnection(server));
                poller.Watch(connections[i].Socket, listeners.Count + i);
            }
            return Loop(poller, connections, traffic, perSecond, duration, measuring);
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }

    private FanOutResult Loop(Poller poller, List<HttpConnection> writers, ConditionalWrites traffic, double perSecond, TimeSpan duration, Action<bool>? measuring)
    {
        var free = new Queue<int>(Enumerable.Range(0, writers.Count));
        var (from, every) = (Stopwatch.GetTimestamp(), Stopwatch.Frequency / perSecond);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var (sent, lastEvent, isOver, nextPing) = (0L, from, false, from + 10 * Stopwatch.Frequency);
        measuring?.Invoke(true);
        while (true)
        {
            var now = Stopwatch.GetTimestamp();
            if (now >= until && !isOver)
            {
                isOver = true;
                measuring?.Invoke(false);
            }
            // Who falls behind the pace sends late and is measured late: what would have been sent meanwhile is not made up for.
            if (now < until && free.Count > 0 && now >= from + sent * every) Send(now);
            if (isOver && _changes.Count == 0) break;
            if (now - lastEvent > Patience) throw new BenchException($"{_changes.Count} changes were not answered, or not received by all of {listeners.Count} listeners, within 20 seconds.");
            if (now > nextPing)
            {
                foreach (var listener in listeners) listener.SendPing();
                nextPing = now + 10 * Stopwatch.Frequency;
            }
            // Never by turning: the core that does is one that the servers lack.
            var due = Math.Ceiling(Math.Max(0, from + sent * every - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency);
            var ready = poller.Wait(now < until && free.Count > 0 ? (int)Math.Min(100, due) : 100);
            for (var i = 0; i < ready; i++) Take(poller.Ready(i));
            if (ready > 0) lastEvent = Stopwatch.GetTimestamp();
        }
        var last = new Latencies();
        foreach (var change in _done) last.Add(change.LastAt - change.SentAt);
        var seconds = Stopwatch.GetElapsedTime(from, until).TotalSeconds;
        return new FanOutResult(_done.Count, _done.Count / seconds, _each, last, [.. _done.Select(c => (c.LastAt - c.AnsweredAt) * 1000.0 / Stopwatch.Frequency).Order()]);

        void Send(long now)
        {
            var writer = free.Dequeue();
            var request = traffic.Next(writer);
            var document = traffic.DocumentOf(writer);
            _changes.Add((document, documents.Versions[document] + 1), new Change(Stopwatch.GetTimestamp()));
            writers[writer].Send(request);
            sent++;
            if (now - (from + sent * every) > Stopwatch.Frequency) sent = (long)((now - from) / every);
        }

        void Take(int number)
        {
            if (number < listeners.Count)
            {
                listeners[number].Read(Received);
            }
            else if (writers[number - listeners.Count].TryRead(out var answer))
            {
                var writer = number - listeners.Count;
                traffic.Answered(writer, answer);
                var document = traffic.DocumentOf(writer);
                var key = (document, documents.Versions[document]);
                _changes[key].AnsweredAt = Stopwatch.GetTimestamp();
                Finish(key);
                free.Enqueue(writer);
            }
        }
    }

    private void Received(int document, long version)
    {
        if (!_changes.TryGetValue((document, version), out var change)) throw new BenchException($"A listener was told of a change that nobody is making, or twice: document {document}, version {version}.");
        change.LastAt = Stopwatch.GetTimestamp();
        change.Receipts++;
        _each.Add(change.LastAt - change.SentAt);
        Finish((document, version));
    }

    private void Finish((int, long) key)
    {
        if (!_changes[key].IsDone(listeners.Count)) return;
        _done.Add(_changes[key]);
        _changes.Remove(key);
    }
}
