using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

namespace PropsDb.Bench.Groups;

/// <summary>Whether this driver is a bottleneck: the same bare endpoint, driven by it and by wrk, which is written in C for nothing else.</summary>
public sealed partial class Generators(Steps steps)
{
    private const string Wrk = "generator: wrk, 1 thread, bare Kestrel, 64 connections";

    public IEnumerable<Step> Rounds()
    {
        var wrk = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "wrk")).FirstOrDefault(File.Exists);
        if (wrk is null)
        {
            Console.WriteLine("The driver is not compared with wrk: there is none (apt-get install wrk).");
            yield break;
        }
        yield return new Step(new Figure(Wrk, "/s"), () => RunWrk(wrk));
        yield return new Step(new Figure("generator: this driver, bare Kestrel, 64 connections", "/s", Wrk), () => Task.FromResult(steps.Drive(steps.Bed.Bare, 64, new Constant("/short", ""))));
    }

    private async Task<Sample> RunWrk(string wrk)
    {
        var bed = steps.Bed;
        var start = new ProcessStartInfo(wrk, ["-t1", "-c64", "--latency", string.Create(CultureInfo.InvariantCulture, $"-d{bed.Options.Seconds}"), new Uri(bed.Bare.Url, "/short").ToString()]) { RedirectStandardOutput = true, UseShellExecute = false };
        var meter = new CoreMeter(bed.Bare.ProcessId, bed.Postgres.ProcessId);
        meter.Mark(true);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        meter.Mark(false);
        return Rate().Match(output) is { Success: true } rate ? new Sample(double.Parse(rate.Value, CultureInfo.InvariantCulture), Cores: meter.Used) : throw new BenchException($"wrk did not work:\n{output}");
    }

    [GeneratedRegex(@"(?<=Requests/sec:\s*)[\d.]+", RegexOptions.None, 1000)]
    private static partial Regex Rate();
}
