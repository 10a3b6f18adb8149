using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PropsDb.Benchmarks;

// dotnet run -c Release --project bench/PropsDb.Benchmarks -- --filter '*Write*'
// In this process: what the tool would generate and build beside it would not pass this repository's analyzers.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithArtifactsPath("artifacts/benchmarks");
var reports = BenchmarkSwitcher.FromAssembly(typeof(WriteBenchmarks).Assembly).Run(args, config).SelectMany(summary => summary.Reports).ToList();
return reports.Count > 0 && reports.TrueForAll(report => report.Success) ? 0 : 1;
