using BenchmarkDotNet.Attributes;
using PropsDb.Events.Values;

namespace PropsDb.Benchmarks;

/// <summary>Values at the door: checked whole, once.</summary>
[MemoryDiagnoser]
public class ValueBenchmarks
{
    private byte[] _json = [];

    [Params(40, 2_000, 100_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => _json = Bytes == 40 ? "\"0123456789abcdef0123456789abcdef012345\""u8.ToArray() : Subject.Json(Bytes);

    [Benchmark]
    public JsonValue Parse() => JsonValue.TryParse(_json, Limits.Default, out var value, out var fault) ? value : throw new InvalidOperationException(fault!.ToString());
}
