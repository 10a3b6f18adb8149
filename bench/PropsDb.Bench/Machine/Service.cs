using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Machine;

/// <summary>A server under test in a process of its own, whose output goes where that of a service without a reader goes.</summary>
public sealed partial class Service : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly string _errors;
    private readonly long _startedAt;

    private Service(Process process, IPEndPoint address, string errors, long startedAt) => (_process, Address, _errors, _startedAt) = (process, address, errors, startedAt);

    public IPEndPoint Address { get; }
    public int ProcessId => _process.Id;
    public Uri Url => new($"http://{Address}");

    /// <param name="scratch">A directory for its standard error.</param>
    /// <param name="log">Where to keep its standard output; null: nowhere.</param>
    public static Service Start(string scratch, int port, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, string? log = null)
    {
        var errors = Path.Combine(scratch, string.Create(CultureInfo.InvariantCulture, $"stderr-{port}-{Stopwatch.GetTimestamp()}.log"));
        // The shell gives way to the service, so its process is the service's.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>\"$0\"", errors, log ?? "/dev/null", .. command]) { UseShellExecute = false, WorkingDirectory = scratch };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PROPSDB__", StringComparison.Ordinal) || k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        // One user stands for many here.
        foreach (var limit in new[] { "CONNECTIONSPERUSER", "CONNECTIONSPERAPP" }) start.Environment["PROPSDB__LIMITS__" + limit] = "100000";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        if (log is not null) start.Environment["Logging__LogLevel__PropsDb.Host.Access"] = "Warning";
        start.Environment["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var startedAt = Stopwatch.GetTimestamp();
        return new Service(Process.Start(start)!, new IPEndPoint(IPAddress.Loopback, port), errors, startedAt);
    }

    /// <summary>Asks until it is answered with 200; returns how long that took from the process's start.</summary>
    public Task<TimeSpan> Ready() => First("/health/ready", null);

    public async Task<TimeSpan> First(string target, string? token)
    {
        while (Stopwatch.GetElapsedTime(_startedAt) < TimeSpan.FromSeconds(60))
        {
            if (_process.HasExited) throw new BenchException($"The server ended with {_process.ExitCode}: {await File.ReadAllTextAsync(_errors)}");
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, target));
                if (token is not null) request.Headers.Authorization = new("Bearer", token);
                using var answer = await Http.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.OK) return Stopwatch.GetElapsedTime(_startedAt);
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }
            await Task.Delay(5);
        }
        throw new BenchException($"The server was not ready within a minute: {await File.ReadAllTextAsync(_errors)}");
    }

    /// <summary>As a crash does: nothing is finished.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task Stop()
    {
        if (_process.HasExited) return;
        Signal(_process.Id, Terminate);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await Kill();
            throw new BenchException("The server did not stop within 30 seconds.");
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Signal(int process, int signal);
}
