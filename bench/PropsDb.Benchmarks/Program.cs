using BenchmarkDotNet.Running;
using PropsDb.Benchmarks;

// dotnet run -c Release --project bench/PropsDb.Benchmarks -- --filter '*Write*'
// In this process: what the tool would generate and build beside it would not pass this repository's analyzers.
return BenchmarkSwitcher.FromAssembly(typeof(WriteBenchmarks).Assembly).Run([.. args, "--inProcess", "--artifacts", "artifacts/benchmarks"])
    .SelectMany(summary => summary.Reports).All(report => report.Success) ? 0 : 1;
