using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.EmbeddedPostgres.Running;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task A_first_start_makes_a_cluster_and_the_database()
    {
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        server.WasAdopted.ShouldBeFalse();
        server.ServerVersion.Major.ShouldBeGreaterThanOrEqualTo(13);
        (await server.Scalar("select current_database()")).ShouldBe("propsdb");
    }

    [Fact]
    public async Task A_restart_keeps_the_data()
    {
        await using var scratch = new Scratch();
        await using (var first = await scratch.Start()) await first.Scalar("create table kept as select 42 as answer");
        Process.GetProcessesByName("postgres").ShouldNotContain(p => ServerProcess.Serves(p.Id, scratch.Cluster));
        await using var second = await scratch.Start();
        second.WasAdopted.ShouldBeFalse();
        (await second.Scalar("select answer from kept")).ShouldBe("42");
    }

    [Theory]
    [InlineData(true, "on", "256MB")]
    [InlineData(false, "off", "32MB")]
    public async Task The_settings_are_in_force(bool fsync, string durable, string buffers)
    {
        await using var scratch = new Scratch();
        await using var server = await scratch.Start(scratch.Options with { Fsync = fsync, Settings = new Dictionary<string, string> { ["work_mem"] = "7MB" } });
        foreach (var (setting, expected) in new[]
        {
            ("fsync", durable), ("synchronous_commit", durable), ("full_page_writes", durable), ("shared_buffers", buffers),
            ("data_checksums", "on"), ("password_encryption", "scram-sha-256"), ("wal_level", "replica"), ("max_connections", "100"),
            ("timezone", "UTC"), ("server_encoding", "UTF8"), ("work_mem", "7MB"),
        })
        {
            (await server.Scalar($"show {setting}")).ShouldBe(expected, setting);
        }

        (await server.Scalar("select datcollate from pg_database where datname = current_database()")).ShouldBe("C");
        (await server.Scalar("select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'")).ShouldBe("0");
    }

    [Fact]
    public async Task The_server_listens_on_a_private_socket_only()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("No Unix sockets there.");
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        (await server.Scalar("show listen_addresses")).ShouldBe("");
        (await server.Scalar("show unix_socket_directories")).Trim('"').ShouldBe(scratch.Cluster);
        server.ConnectionString.ShouldContain($"Host={scratch.Cluster}");
    }

    [Theory]
    [InlineData("-with-a-path-too-long-for-a-socket-with-a-path-too-long-for-a-socket-with-a-path-too-long-for-a-socket")]
    [InlineData("-with,a-comma")]
    public async Task A_directory_that_no_socket_fits_gets_a_loopback_port(string suffix)
    {
        await using var scratch = new Scratch(suffix);
        await using var server = await scratch.Start();
        (await server.Scalar("show listen_addresses")).ShouldBe("127.0.0.1");
        (await server.Scalar("show unix_socket_directories")).ShouldBe("");
        server.ConnectionString.ShouldContain("Host=127.0.0.1");
    }

    [Fact]
    public async Task A_path_with_blanks_and_quotes_works()
    {
        await using var scratch = new Scratch(" it's $HOME here");
        await using var server = await scratch.Start();
        (await server.Scalar("select 1")).ShouldBe("1");
    }

    [Fact]
    public async Task An_initdb_killed_half_way_is_done_again()
    {
        await using var scratch = new Scratch();
        Directory.CreateDirectory($"{scratch.Cluster}.new/base");
        await File.WriteAllTextAsync($"{scratch.Cluster}.new/PG_VERSION", "15\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync($"{scratch.Root}/postgres.password.new", "half", TestContext.Current.CancellationToken);
        await using var server = await scratch.Start();
        (await server.Scalar("select 1")).ShouldBe("1");
        Directory.Exists($"{scratch.Cluster}.new").ShouldBeFalse();
        File.Exists($"{scratch.Root}/postgres.password.new").ShouldBeFalse();
        File.Exists($"{scratch.Root}/initdb.password").ShouldBeFalse();
    }

    [Fact]
    public async Task A_wrong_setting_is_reported_with_the_servers_own_words()
    {
        await using var scratch = new Scratch();
        var wrong = scratch.Options with { Settings = new Dictionary<string, string> { ["shared_buffers"] = "lots" } };
        var clock = Stopwatch.StartNew();
        var refusal = await Should.ThrowAsync<PostgresStartException>(() => scratch.Start(wrong));
        refusal.Message.ShouldContain("invalid value for parameter \"shared_buffers\": \"lots\"");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await using var server = await scratch.Start();     // the lock was let go
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing_running()
    {
        await using var scratch = new Scratch();
        await using (await scratch.Start()) { }
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(60));
        await Should.ThrowAsync<OperationCanceledException>(() => PostgresServer.Start(scratch.Options, NullLogger.Instance, cancel.Token));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Process.GetProcessesByName("postgres").ShouldNotContain(p => ServerProcess.Serves(p.Id, scratch.Cluster));
    }

    [Fact]
    public async Task A_full_log_is_emptied()
    {
        await using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.Root);
        var path = Path.Combine(scratch.Root, "postgres.log");
        await File.WriteAllTextAsync(path, new string('x', 2000), TestContext.Current.CancellationToken);
        await using var log = new ServerLog(path, TimeSpan.FromMilliseconds(10), fullAt: 1000);
        var clock = Stopwatch.StartNew();
        while (new FileInfo(path).Length > 0 && clock.Elapsed < TimeSpan.FromSeconds(5)) await Task.Delay(10, TestContext.Current.CancellationToken);
        new FileInfo(path).Length.ShouldBe(0);
        new FileInfo(path + ".1").Length.ShouldBe(2000);
    }
}
