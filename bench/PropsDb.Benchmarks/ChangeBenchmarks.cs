using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Projections;

namespace PropsDb.Benchmarks;

/// <summary>A commit on its way to the store, and to those who follow.</summary>
[MemoryDiagnoser]
public class ChangeBenchmarks
{
    private Document _document = null!;
    private IReadOnlyList<DocumentEvent> _events = [];
    private string[] _stored = [];

    [Params(1, 100)]
    public int Events { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _document = Subject.OfSize("2 MB");
        var draft = new Draft(_document);
        for (var i = 1; i <= Events; i++) draft.SetProperty(PropertyPath.Of("collection1", $"property{i}"), JsonValue.Text("0123456789abcdef0123456789abcdef01234567"));
        _events = draft.Events(Subject.Key);
        _stored = [.. _events.Select(EventJson.Write)];
    }

    [Benchmark]
    public int EventsToStore() => _events.Sum(e => EventJson.Write(e).Length);

    [Benchmark]
    public long EventsFromStore() => _stored.Sum(json => ((DocumentEvent)EventJson.Read("property_set", json)).Version);

    /// <summary>The part of a change message that grows with the commit.</summary>
    [Benchmark]
    public long Message()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes);
        writer.WriteStartObject();
        writer.WriteChanges(Change.Of(_document, _events));
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenCount;
    }
}
