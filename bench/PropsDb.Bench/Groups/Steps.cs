using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

namespace PropsDb.Bench.Groups;

/// <summary>One thing that is measured in each round, in turn with the others.</summary>
public sealed record Step(Figure Figure, Func<Task<Sample>> Measure);

/// <summary>The yardsticks, and how any step is driven.</summary>
public sealed class Steps(Bed bed)
{
    public const string WriteOne = "yardstick: write_one, 16 clients", WriteHundred = "yardstick: write_100, 16 clients", ReadOne = "yardstick: read_one, 16 clients";
    public const string BareShort = "yardstick: bare Kestrel, a few bytes, 64 connections", BareLong = "yardstick: bare Kestrel, 2.6 KB, 64 connections", Row = "yardstick: Kestrel and one row, 64 connections";

    public Bed Bed => bed;

    public Step Pgbench(string name, string script) => new(new Figure(name, "/s"), async () =>
    {
        var meter = new CoreMeter(0, bed.Postgres.ProcessId);
        meter.Mark(true);
        var (perSecond, milliseconds) = await bed.Postgres.Bench(Bed.Yardstick, Path.Combine(bed.Options.Yardstick, script), 16, Math.Max(2, bed.Options.Seconds));
        meter.Mark(false);
        return new Sample(perSecond, Cores: meter.Used, Remark: null, P50: milliseconds);
    });

    public Step Bare(string name, string target, int connections = 64) => new(new Figure(name, "/s"), () => Task.FromResult(Drive(bed.Bare, connections, new Constant(target, bed.Headers))));

    public Step BareRow() => new(new Figure(Row, "/s"), () => Task.FromResult(Drive(bed.Bare, 64, new Rows())));

    public Step Drive(Figure figure, int connections, Func<ITraffic> traffic) => new(figure, () => Task.FromResult(Drive(bed.Service, connections, traffic())));

    public Sample Drive(Service service, int connections, ITraffic traffic, Func<string?>? remark = null)
    {
        var meter = new CoreMeter(service.ProcessId, bed.Postgres.ProcessId);
        var result = Driver.Run(service.Address, connections, traffic, TimeSpan.FromSeconds(bed.Options.Warmup), TimeSpan.FromSeconds(bed.Options.Seconds), meter.Mark);
        return new Sample(result.PerSecond, result.Latencies.Percentile(0.5), result.Latencies.Percentile(0.99), meter.Used, remark?.Invoke());
    }

    private sealed class Rows : ITraffic
    {
        private readonly Template _request = new("GET", "/row/{row:4}", "", "");
        private readonly Dice _dice = new(3);

        public ReadOnlySpan<byte> Next(int connection)
        {
            _request.Digits("row", _dice.Next() % 1000 + 1);
            return _request.Bytes;
        }

        public void Answered(int connection, in Answer answer)
        {
            if (answer.Status != 200 || answer.Version < 1) throw new BenchException($"The yardstick failed: {answer.ToString()}");
        }
    }
}
