using System.Diagnostics;
using System.Globalization;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Running;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class OwnershipTests
{
    [Fact]
    public async Task A_killed_hosts_server_is_adopted_and_stopped_by_the_next_host()
    {
        await using var scratch = new Scratch();
        var host = await scratch.StartHost();
        host.Kill();
        await host.WaitForExitAsync(TestContext.Current.CancellationToken);

        await using (var server = await scratch.Start())
        {
            server.WasAdopted.ShouldBeTrue();
            ServerProcess.Serves(server.ProcessId, scratch.Cluster).ShouldBeTrue();
            (await server.Scalar("select current_database()")).ShouldBe("propsdb");
        }

        await using var again = await scratch.Start();
        again.WasAdopted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_host_is_refused_and_told_the_first_ones_pid()
    {
        await using var scratch = new Scratch();
        using var host = await scratch.StartHost();
        try
        {
            var refusal = await Should.ThrowAsync<DataDirectoryInUseException>(() => scratch.Start());
            refusal.OwnerProcessId.ShouldBe(OperatingSystem.IsWindows() ? null : host.Id);
            refusal.Message.ShouldContain(scratch.Root);
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_second_start_in_the_same_process_is_refused_too()
    {
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        await Should.ThrowAsync<DataDirectoryInUseException>(() => scratch.Start());
        (await server.Scalar("select 1")).ShouldBe("1");
    }

    [Fact]
    public async Task A_killed_server_recovers_at_the_next_start()
    {
        await using var scratch = new Scratch();
        var first = await scratch.Start(scratch.Options with { Fsync = true });       // else the last commits may be lost
        await first.Scalar("create table kept as select 42 as answer");
        Process.GetProcessById(first.ProcessId).Kill();
        await first.DisposeAsync();

        await using var second = await scratch.Start();
        second.WasAdopted.ShouldBeFalse();
        second.ProcessId.ShouldNotBe(first.ProcessId);
        (await second.Scalar("select answer from kept")).ShouldBe("42");
    }

    [Fact]
    public async Task A_stale_pid_that_now_is_another_processs_does_not_stop_a_start()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("runuser and sleep.");
        await using var scratch = new Scratch();
        var first = await scratch.Start();
        Process.GetProcessById(first.ProcessId).Kill();
        await first.DisposeAsync();

        // Of the server's own user: with another's, PostgreSQL goes on by itself.
        var account = await Account.For(Files.DataDirectory.Open(scratch.Root), TestContext.Current.CancellationToken);
        var sleeper = new ProcessStartInfo("sleep", ["60"]) { UseShellExecute = false };
        if (account.User is { } user) sleeper.UserName = user;
        using var other = Process.Start(sleeper)!;
        try
        {
            var path = Path.Combine(scratch.Cluster, "postmaster.pid");
            var lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
            lines[0] = other.Id.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllLinesAsync(path, lines, TestContext.Current.CancellationToken);
            await using var second = await scratch.Start();
            second.WasAdopted.ShouldBeFalse();
            (await second.Scalar("select 1")).ShouldBe("1");
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task The_server_is_in_a_session_of_its_own_so_Ctrl_C_does_not_reach_it()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Reads /proc.");
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        GroupAndSession(server.ProcessId).Group.ShouldNotBe(GroupAndSession(Environment.ProcessId).Group);
        GroupAndSession(server.ProcessId).Session.ShouldNotBe(GroupAndSession(Environment.ProcessId).Session);
    }

    private static (string Group, string Session) GroupAndSession(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');        // state, parent, group, session
        return (fields[2], fields[3]);
    }
}
