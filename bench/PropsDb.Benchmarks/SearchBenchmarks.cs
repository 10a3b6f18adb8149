using BenchmarkDotNet.Attributes;
using PropsDb.Events.Documents;
using PropsDb.Events.Search;
using PropsDb.Projections.Search;

namespace PropsDb.Benchmarks;

/// <summary>What the search index has of a document.</summary>
[MemoryDiagnoser]
public class SearchBenchmarks
{
    private const string Text = "The quick brown fox jumps over the lazy dog, and then over 12 others.";

    private readonly Document[] _versions = new Document[1_000];
    private int _next;

    /// <summary>Each version of the document has one value that none before it had.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var document = Subject.OfSize("2 KB");
        for (var i = 0; i < _versions.Length; i++) _versions[i] = document = Subject.Apply(document, Subject.Set(document.Version, $"value {i:D26}"));
    }

    [Benchmark]
    public int Row() => SearchRow.Of(Subject.Key, _versions[_next++ % _versions.Length]).Bytes;

    [Benchmark]
    public int WordsOfText() => Words.Of(Text).Count;
}
