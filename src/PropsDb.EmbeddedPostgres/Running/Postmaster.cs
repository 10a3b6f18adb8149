using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>A server process on the cluster: found running, or started.</summary>
internal sealed class Postmaster(DataDirectory directory, PidFile running, bool adopted, ILogger logger) : IRunningServer
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FastShutdownBound = TimeSpan.FromSeconds(30), QuitBound = TimeSpan.FromSeconds(10);

    public string Host => running.SocketDirectory is { Length: > 0 } socket ? socket : "127.0.0.1";
    public int Port => running.Port;
    public int ProcessId => running.ProcessId;
    public bool WasAdopted => adopted;

    public Task<string> LastLines(CancellationToken cancel) => Task.FromResult(ServerLog.Tail(directory.Log));

    /// <summary>The server that a killed host left behind, once it accepts connections. Null if there is none.</summary>
    public static async Task<Postmaster?> Adopt(DataDirectory directory, TimeSpan bound, ILogger logger, CancellationToken cancel)
    {
        if (Live(directory) is not { } found) return null;
        logger.LogInformation("Adopting the PostgreSQL server {Process} that runs on {Directory}.", found.ProcessId, directory.Cluster);
        var ready = await WaitUntilReady(directory, bound, hasFailed: () => Task.FromResult(Live(directory) is null), logger, cancel);
        return ready is null ? null : new Postmaster(directory, ready, adopted: true, logger);
    }

    public static async Task<Postmaster> Start(DataDirectory directory, Binaries binaries, Account account, PostgresOptions options, ILogger logger, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await ServerLog.Prepare(directory, account, cancel);
        PidFile.ForgetDeadServer(directory);
        var endpoints = Endpoint.ToTry(directory).GetEnumerator();
        endpoints.MoveNext();
        while (true)
        {
            PrivateFile.Write(directory.Settings, ServerSettings.For(options, endpoints.Current), PrivateFile.Readable);
            var logged = new FileInfo(directory.Log).Length;
            var (ready, problem) = await Launch(directory, binaries, account, options.StartTimeout - clock.Elapsed, logger, cancel);
            if (ready is not null)
            {
                logger.LogInformation("PostgreSQL {Version} started as process {Process} after {Milliseconds} ms.", binaries.Major, ready.ProcessId, clock.ElapsedMilliseconds);
                return new Postmaster(directory, ready, adopted: false, logger);
            }

            var reason = ServerLog.TextSince(directory.Log, logged);
            var canBindElsewhere = reason.Contains("could not create any", StringComparison.Ordinal) && endpoints.MoveNext();

            // Orphans of a killed server end within moments; until then the new one may not touch their shared memory.
            var canWait = reason.Contains("is still in use", StringComparison.Ordinal) && clock.Elapsed < options.StartTimeout;
            if (!canBindElsewhere && !canWait) throw new PostgresStartException($"PostgreSQL did not start: {problem}\n{ServerLog.Tail(directory.Log)}");
            if (canWait) await Task.Delay(PollEvery, cancel);
        }
    }

    /// <summary>Fast shutdown: sessions are ended, a checkpoint written. SIGQUIT if that takes too long: the next start recovers.</summary>
    public async Task Stop(CancellationToken cancel)
    {
        if (await StopWith(Unix.Interrupt, "INT", FastShutdownBound, cancel)) return;
        logger.LogWarning("PostgreSQL {Process} did not stop within {Seconds} s; ending it without a checkpoint.", ProcessId, FastShutdownBound.TotalSeconds);
        if (await StopWith(Unix.Quit, "QUIT", QuitBound, cancel)) return;
        throw new PostgresStartException($"PostgreSQL {ProcessId} does not stop:\n{ServerLog.Tail(directory.Log)}");
    }

    private async Task<bool> StopWith(int signal, string windowsName, TimeSpan bound, CancellationToken cancel)
    {
        if (!ServerProcess.Serves(ProcessId, directory.Cluster)) return true;
        if (OperatingSystem.IsWindows()) await new Command(Binaries.RunningOn(directory).PgCtl, "kill", windowsName, $"{ProcessId}").Run(cancel);
        else Unix.Signal(ProcessId, signal);
        var clock = Stopwatch.StartNew();
        while (ServerProcess.Serves(ProcessId, directory.Cluster))
        {
            if (clock.Elapsed > bound) return false;
            await Task.Delay(PollEvery, cancel);
        }

        return true;
    }

    /// <summary>
    /// pg_ctl gives the server its own session, so a Ctrl-C in the host's terminal does not reach it, and on Windows drops
    /// administrator's rights. It also notices at once a server that ends; readiness is seen sooner in the pid file.
    /// The names are relative because it hands them to a shell, which would expand a dollar sign in a path.
    /// </summary>
    private static async Task<(PidFile? Ready, string Problem)> Launch(DataDirectory directory, Binaries binaries, Account account, TimeSpan bound, ILogger logger, CancellationToken cancel)
    {
        string[] arguments = ["start", "--pgdata", Path.GetFileName(directory.Cluster), "--log", Path.GetFileName(directory.Log), "--wait", "--timeout", $"{(int)bound.TotalSeconds + 60}", "--silent"];
        var command = new Command(binaries.PgCtl, arguments) { User = account.User, WorkingDirectory = directory.Root, Environment = Cluster.Environment, Bound = bound + TimeSpan.FromSeconds(60) };
        var starting = command.Run(CancellationToken.None);     // ends by itself, one of its own polls after the server is up or has failed
        try
        {
            var ready = await WaitUntilReady(directory, bound, HasFailed, logger, cancel);
            return (ready, ready is null ? (await starting).Output : "");
        }
        catch (OperationCanceledException)
        {
            // The server may be about to appear: pg_ctl is done only when it has.
            while (FindLive(directory, logger) is null && !starting.IsCompleted) await Task.Delay(PollEvery, CancellationToken.None);
            if (FindLive(directory, logger) is { } unfinished) await unfinished.Stop(CancellationToken.None);
            throw;
        }

        async Task<bool> HasFailed() => starting.IsCompleted && (!(await starting).Succeeded || Live(directory) is null);
    }

    /// <summary>Null when the server has failed or gone. One that is only slow is left to finish its recovery, to be adopted by a later start.</summary>
    private static async Task<PidFile?> WaitUntilReady(DataDirectory directory, TimeSpan bound, Func<Task<bool>> hasFailed, ILogger logger, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var told = TimeSpan.Zero;
        while (true)
        {
            var failed = await hasFailed();       // asked before looking, so a server that got ready and then was seen to fail is not missed
            if (Live(directory) is { IsReady: true } ready) return ready;
            if (failed) return null;
            if (clock.Elapsed > bound) throw new PostgresStartException($"PostgreSQL did not accept connections within {bound.TotalSeconds:0} s; it is left running:\n{ServerLog.Tail(directory.Log)}");
            if (clock.Elapsed - told > TimeSpan.FromSeconds(5))
            {
                told = clock.Elapsed;
                logger.LogInformation("Waiting for PostgreSQL, {Seconds} s so far: {LastLine}", (int)told.TotalSeconds, ServerLog.Tail(directory.Log, lines: 1));
            }

            await Task.Delay(PollEvery, cancel);
        }
    }

    /// <summary>Whatever runs on the directory, ready or not.</summary>
    public static Postmaster? FindLive(DataDirectory directory, ILogger logger) =>
        Live(directory) is { } file ? new Postmaster(directory, file, adopted: true, logger) : null;

    private static PidFile? Live(DataDirectory directory) =>
        PidFile.Read(directory) is { } file && ServerProcess.Serves(file.ProcessId, directory.Cluster) ? file : null;
}
