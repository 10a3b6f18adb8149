using System.Globalization;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;
using PropsDb.Bench.Push;

namespace PropsDb.Bench.Groups;

/// <summary>From a write to those who follow.</summary>
public sealed class PushSteps(Bed bed)
{
    private const string Everything = """{"app":"default","tier":"shared"}""";

    private readonly Documents _documents = bed.Create(bed.Service, "push", 64);

    private List<Listener> Listen(int count) => [.. Enumerable.Range(0, count).Select(_ => Listener.Follow(bed.Service.Address, bed.UserToken, Everything))];

    public IEnumerable<Step> Rounds()
    {
        foreach (var (count, perSecond) in new[] { (1, 50.0), (100, 20.0), (bed.Options.IsShort ? 200 : 1_000, 4.0) })
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"push: a write, to the last of {count:#,0} listeners");
            yield return new Step(new Figure(name, "ms") { Targets = count == 1_000 ? [Target.P50(20), Target.P99(40)] : [] }, () => Task.FromResult(ToTheLast(count, perSecond)));
        }
        yield return new Step(new Figure("push: a write's answer, to one listener's receipt", "ms") { Targets = [Target.P50(0.2), Target.P99(2)] }, () => Task.FromResult(AfterTheAnswer()));
    }

    private T With<T>(int count, Func<List<Listener>, T> measure)
    {
        var listeners = Listen(count);
        try
        {
            FanOut.WaitUntilReady(listeners);
            return measure(listeners);
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }

    private Sample ToTheLast(int count, double perSecond) => With(count, listeners =>
    {
        var meter = new CoreMeter(bed.Service.ProcessId, bed.Postgres.ProcessId);
        var seconds = TimeSpan.FromSeconds(bed.Options.IsShort ? 1 : 2 * bed.Options.Seconds);
        new FanOut(bed.Service.Address, bed.UserToken, _documents, listeners).Run(1, perSecond, TimeSpan.FromSeconds(1));
        var result = new FanOut(bed.Service.Address, bed.UserToken, _documents, listeners).Run(1, perSecond, seconds, meter.Mark);
        return new Sample(result.LastReceipt.Percentile(0.5), result.LastReceipt.Percentile(0.5), result.LastReceipt.Percentile(0.99), meter.Used, string.Create(CultureInfo.InvariantCulture, $"{perSecond} writes/s"));
    });

    private Sample AfterTheAnswer() => With(1, listeners =>
    {
        var meter = new CoreMeter(bed.Service.ProcessId, bed.Postgres.ProcessId);
        var result = new FanOut(bed.Service.Address, bed.UserToken, _documents, listeners).Run(1, 100, TimeSpan.FromSeconds(bed.Options.IsShort ? 1 : 2 * bed.Options.Seconds), meter.Mark);
        var early = 100.0 * result.AfterAnswer.Count(ms => ms < 0) / result.AfterAnswer.Length;
        return new Sample(result.AfterAnswerAt(0.5), result.AfterAnswerAt(0.5), result.AfterAnswerAt(0.99), meter.Used, string.Create(CultureInfo.InvariantCulture, $"{Math.Round(early / 10) * 10:0} % before the answer"));
    });

    /// <summary>One of fifty does not read any more: what the others notice of it, and what it costs the server.</summary>
    public async Task<IEnumerable<(Figure, Sample)>> Stalled()
    {
        const int others = 49;
        var pace = bed.Options.ChangesPerSecond;
        var seconds = TimeSpan.FromSeconds(bed.Options.IsShort ? 2 : 3 * bed.Options.Seconds);
        var alone = With(others, Measure);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var before = ProcessUse.Memory(bed.Service.ProcessId);
        // With a small window of its own it is full at once, and from then on only the server can keep what is meant for it.
        using var stalled = Listener.Follow(bed.Service.Address, bed.UserToken, Everything, receiveBuffer: 4096);
        var beside = With(others, Measure);
        var after = ProcessUse.Memory(bed.Service.ProcessId);
        var pacing = string.Create(CultureInfo.InvariantCulture, $"{pace:#,0} changes/s wanted, {alone.PerSecond:#,0} and {beside.PerSecond:#,0} reached");
        return
        [
            (new Figure("feed: 49 listeners, each change to each of them", "ms"), new Sample(alone.EachReceipt.Percentile(0.99), alone.EachReceipt.Percentile(0.5), alone.EachReceipt.Percentile(0.99), Remark: pacing)),
            (new Figure("feed: the same beside a listener that does not read", "ms", "feed: 49 listeners, each change to each of them"), new Sample(beside.EachReceipt.Percentile(0.99), beside.EachReceipt.Percentile(0.5), beside.EachReceipt.Percentile(0.99))),
            (new Figure("feed: the server's memory, more after that than before", "MiB"), new Sample(after - before)),
        ];

        FanOutResult Measure(List<Listener> listeners) => new FanOut(bed.Service.Address, bed.UserToken, _documents, listeners).Run(64, pace, seconds);
    }
}
