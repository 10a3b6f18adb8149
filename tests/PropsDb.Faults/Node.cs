using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Npgsql;
using PropsDb.Host.Ops;
using PropsDb.Testing;

namespace PropsDb.Faults;

/// <summary>One PropsDB as its operator starts it: the built host in a process of its own, at the same address after each start.</summary>
public sealed class Node : IAsyncDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly string _database;
    private readonly bool _isCluster;
    private readonly string _data = Directory.CreateTempSubdirectory("propsdb-node-").FullName;
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    public Node(string name, string database, bool isCluster) =>
        (Name, _database, _isCluster, Address) = (name, new NpgsqlConnectionStringBuilder(database) { ApplicationName = name }.ConnectionString, isCluster, new Uri($"http://127.0.0.1:{Ports.Free()}"));

    /// <summary>The database knows its sessions by it.</summary>
    public string Name { get; }

    public Uri Address { get; }

    public int ProcessId => _process!.Id;

    /// <summary>All that it has logged, over all its lives.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Scale.Host, $"--urls={Address.ToString().TrimEnd('/')}", "--Logging:LogLevel:PropsDb.Host.Access=Warning"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PROPSDB__") || k.StartsWith("ASPNETCORE_")).ToList()) start.Environment.Remove(name);
        start.Environment["PROPSDB__CONNECTIONSTRING"] = _database;
        start.Environment["PROPSDB__CLUSTER"] = _isCluster ? "true" : "false";
        start.Environment["PROPSDB__DATA"] = _data;
        start.Environment["PROPSDB__AUTH__JWTSECRET"] = Cluster.Secret;
        start.Environment["PROPSDB__LIMITS__CONNECTIONSPERUSER"] = "200";
        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }

    /// <summary>Waits until it can write; returns how long that took.</summary>
    public async Task<TimeSpan> Ready()
    {
        var waiting = Stopwatch.StartNew();
        while (waiting.Elapsed < s_patience)
        {
            // Without its database a node that is just starting ends; whoever runs it starts it again.
            if (_process!.HasExited && _process.ExitCode == ExitCodes.NoPostgres) Launch();
            if (_process!.HasExited) throw new InvalidOperationException($"{Name} {State()}");
            try
            {
                using var answer = await s_http.GetAsync(new Uri(Address, "/health/ready"));
                if (answer.StatusCode == HttpStatusCode.OK) return waiting.Elapsed;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Not yet.
            }
            await Task.Delay(20);
        }
        throw new TimeoutException($"{Name} is not ready: {State()}");
    }

    /// <summary>Whether it runs, and what it logged last.</summary>
    public string State() => $"{(_process!.HasExited ? $"ended with {_process.ExitCode}" : "runs")}: {string.Join('\n', _lines.TakeLast(20).Select(l => l[..Math.Min(l.Length, 1_500)]))}";

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    public async Task<(int Code, TimeSpan Took)> Terminate()
    {
        var stopping = Stopwatch.StartNew();
        using var kill = Process.Start("kill", ["-TERM", $"{ProcessId}"]);
        await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(s_patience);
        await _process!.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, stopping.Elapsed);
    }

    /// <summary>Bytes of memory that it has now.</summary>
    public long Memory()
    {
        _process!.Refresh();
        return _process.WorkingSet64;
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) Kill();
        _process?.Dispose();
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }
}
