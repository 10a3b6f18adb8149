using BenchmarkDotNet.Attributes;
using PropsDb.Events.Documents;
using PropsDb.Events.Merging;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Benchmarks;

/// <summary>What a write of one property costs before anything is stored, in a small document and in a large one.</summary>
[MemoryDiagnoser]
public class WriteBenchmarks
{
    private Document _document = null!, _later = null!;
    private Write _write = null!;
    private PropertySet _event = null!;
    private Commit _commit = null!;

    [Params("2 KB", "2 MB")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _document = Subject.OfSize(Size);
        _later = Subject.Apply(_document, new Write(Subject.Key, new SetProperty(PropertyPath.Of("collection2", "property5"), JsonValue.Text("theirs")), Precondition.At(1)));
        _write = Subject.Set(_document.Version, "mine");
        _event = (PropertySet)((Decision.Accepted)_write.Decide(_document, null, Limits.Default)).Events.Single();
        _commit = Subject.CommitOf(_document.Version + 1);
    }

    [Benchmark]
    public Decision Decide() => _write.Decide(_document, ancestor: null, Limits.Default);

    [Benchmark]
    public Document Evolve() => Document.Evolve(_document, _event, _commit, position: 2);

    /// <summary>One property here, another there: the usual case of a client that was offline.</summary>
    [Benchmark]
    public ThreeWayMerge Merge()
    {
        var local = new Draft(_document);
        local.SetProperty(Subject.Path, JsonValue.Text("mine"));
        return ThreeWayMerge.Of(local, _later);
    }
}
