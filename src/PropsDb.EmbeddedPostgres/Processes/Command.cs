using System.Diagnostics;

namespace PropsDb.EmbeddedPostgres.Processes;

internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>A short-lived program run to its end, its output collected.</summary>
internal sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>The caller's PGPORT, PGOPTIONS and the like are meant for other servers; the host's own settings hold secrets, and a server shows its environment to whoever may read it.</summary>
    private static readonly string[] NotPassedOn = ["PG", "PROPSDB", "AUTHZ"];

    /// <summary>Run as this user; needs root. ProcessStartInfo sets uid, gid and groups.</summary>
    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
    public TimeSpan Bound { get; init; } = TimeSpan.FromMinutes(2);

    public async Task<CommandResult> Run(CancellationToken cancel)
    {
        using var process = Process.Start(StartInfo()) ?? throw new InvalidOperationException($"{Program} did not start.");
        process.StandardInput.Close();
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Bound);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bounded.Token);
            var errors = process.StandardError.ReadToEndAsync(bounded.Token);
            await process.WaitForExitAsync(bounded.Token);
            return new CommandResult(process.ExitCode, $"{await output}{await errors}".Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            return new CommandResult(-1, $"{Program} took longer than {Bound.TotalSeconds:0} s and was ended.");
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(Program, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = WorkingDirectory ?? Path.GetTempPath(),      // the host's own may be closed to the other user
        };
        if (User is not null) info.UserName = User;

        foreach (var name in info.Environment.Keys.Where(name => NotPassedOn.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList()) info.Environment.Remove(name);
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        return info;
    }
}
