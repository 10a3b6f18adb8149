using System.Diagnostics;
using Npgsql;
using PropsDb.EmbeddedPostgres.Running;
using PropsDb.Testing;

[assembly: Xunit.v3.TestPipelineStartup(typeof(TestRun))]

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class SharedServerTests
{
    [Fact]
    public async Task Test_classes_share_a_server_and_get_databases_of_their_own()
    {
        var cancel = TestContext.Current.CancellationToken;
        var servers = await Task.WhenAll(TestPostgres.Shared(cancel), TestPostgres.Shared(cancel));
        servers[0].ShouldBeSameAs(servers[1]);
        var clock = Stopwatch.StartNew();
        var databases = await Task.WhenAll(servers[0].CreateDatabase("mine", cancel), servers[0].CreateDatabase("yours", cancel));
        TestContext.Current.SendDiagnosticMessage($"two databases: {clock.ElapsedMilliseconds} ms");
        databases[0].ShouldNotBe(databases[1]);
        await using var connection = new NpgsqlConnection(databases[0]);
        await connection.OpenAsync(cancel);
        connection.Database.ShouldStartWith("mine_");
    }

    [Fact]
    public async Task What_a_killed_test_process_left_is_removed()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var dead = Process.Start(new ProcessStartInfo("true") { UseShellExecute = false })!;
        await dead.WaitForExitAsync(cancel);
        await using var scratch = Scratch.LeftBy(dead.Id);
        using var host = await scratch.StartHost();
        await LocalServers.RemoveLeftovers(cancel);
        Directory.Exists(scratch.Root).ShouldBeTrue();      // its owner lives, whatever its name says
        host.Kill();
        await host.WaitForExitAsync(cancel);
        await LocalServers.RemoveLeftovers(cancel);
        Directory.Exists(scratch.Root).ShouldBeFalse();
        Process.GetProcessesByName("postgres").ShouldNotContain(p => ServerProcess.Serves(p.Id, scratch.Cluster));
    }
}
