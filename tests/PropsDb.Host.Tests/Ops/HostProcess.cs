using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using PropsDb.Host.Ops;
using PropsDb.Testing;

namespace PropsDb.Host.Tests.Ops;

/// <summary>The service as its operator starts it: a process of its own, in a data directory of its own.</summary>
public sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Stopwatch _running = Stopwatch.StartNew();

    private HostProcess(Process process) => _process = process;

    public int Id => _process.Id;
    public IReadOnlyCollection<string> Output => _output;
    public string Errors => string.Join('\n', _errors);
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static HostProcess Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Service).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PROPSDB__") || k.StartsWith("ASPNETCORE_")).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var host = new HostProcess(Process.Start(start)!);
        host._process.OutputDataReceived += (_, line) => { if (line.Data is not null) host._output.Enqueue(line.Data); };
        host._process.ErrorDataReceived += (_, line) => { if (line.Data is not null) host._errors.Enqueue(line.Data); };
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Waits until it can write; returns how long that took from the process's start.</summary>
    public async Task<TimeSpan> Ready()
    {
        while (_running.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (_process.HasExited) throw new InvalidOperationException($"It ended with {_process.ExitCode}: {Errors}");
            if (_output.Select(line => Url().Match(line)).FirstOrDefault(m => m.Success) is { } match)
            {
                Address = new Uri(match.Value);
                using var answer = await Http.GetAsync(new Uri(Address, "/health/ready"));
                if (answer.StatusCode == HttpStatusCode.OK) return _running.Elapsed;
            }
            await Task.Delay(20);
        }
        throw new TimeoutException(Errors);
    }

    public Client As(string token) => new(Address, token);

    public void Kill() => _process.Kill();

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    public async Task<int> Exit()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Terminate();
            await Exit();
        }
        _process.Dispose();
    }

    [GeneratedRegex(@"(?<=PropsDB serves on )http://[\d.]+:\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Url();
}

/// <summary>A data directory that goes with the test.</summary>
public sealed class ScratchData : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("propsdb-host-").FullName;

    public ScratchData()
    {
        // As root the database runs as another user, who has to get in.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
