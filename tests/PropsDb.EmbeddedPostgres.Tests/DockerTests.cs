using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class DockerTests
{
    [Fact(Timeout = 600_000)]
    public async Task A_running_engine_serves_and_keeps_the_data()
    {
        var cancel = TestContext.Current.CancellationToken;
        var machine = Surroundings.OfThisMachine();
        if (await DockerEngine.Find(machine, NullLogger.Instance, cancel) is null) Assert.Skip("No Docker engine is running.");
        await using var scratch = new Scratch();
        var onlyDocker = Scratch.Bare() with { Path = [Path.GetDirectoryName(machine.Find("docker"))!] };
        var name = DockerEngine.NameFor(Files.DataDirectory.Open(scratch.Root));
        try
        {
            await using (var first = await scratch.Start(surroundings: onlyDocker)) await first.Scalar("create table kept as select 42 as answer");
            await using var second = await scratch.Start(surroundings: onlyDocker);
            (await second.Scalar("select answer from kept")).ShouldBe("42");
        }
        finally
        {
            await new Command("docker", "rm", "--force", name).Run(cancel);
            await new Command("docker", "volume", "rm", name).Run(cancel);
        }
    }

    /// <summary>A script stands in for docker, and a local server on a port for what its container would publish.</summary>
    [Fact]
    public async Task The_container_is_started_once_adopted_and_stopped()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("A shell script stands in for docker.");
        var cancel = TestContext.Current.CancellationToken;
        await using var behind = new Scratch("-for-docker,on-a-port");
        await using var published = await behind.Start();
        await using var scratch = new Scratch();
        var bin = Directory.CreateDirectory(Path.Combine(scratch.Root, "bin")).FullName;
        File.Copy(Path.Combine(behind.Root, "postgres.password"), Path.Combine(scratch.Root, "postgres.password"));
        var password = await File.ReadAllTextAsync(Path.Combine(scratch.Root, "postgres.password"), cancel);
        var port = new Npgsql.NpgsqlConnectionStringBuilder(published.ConnectionString).Port;
        var docker = Path.Combine(bin, "docker");
        await File.WriteAllTextAsync(docker, $$$"""
            #!/bin/sh
            cd '{{{bin}}}'
            echo "$@" >> calls
            case "$1 $3" in
                run*) touch running; echo "$POSTGRES_PASSWORD" > password ;;
                stop*) rm running ;;
                *State.Pid*) echo 123 ;;
                *State.Running*) test -f running && echo true ;;
                port*) echo 127.0.0.1:{{{port}}} ;;
            esac
            """, cancel);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var onlyDocker = Scratch.Bare() with { Path = [bin] };

        await using (var first = await scratch.Start(surroundings: onlyDocker))
        {
            first.WasAdopted.ShouldBeFalse();
            first.ProcessId.ShouldBe(123);
            (await first.Scalar("select current_database()")).ShouldBe("propsdb");
        }

        await File.WriteAllTextAsync(Path.Combine(bin, "running"), "", cancel);      // as a killed host would leave it
        await using (var second = await scratch.Start(surroundings: onlyDocker)) second.WasAdopted.ShouldBeTrue();

        var calls = await File.ReadAllLinesAsync(Path.Combine(bin, "calls"), cancel);
        calls.Count(call => call.StartsWith("run ", StringComparison.Ordinal)).ShouldBe(1);
        calls.Count(call => call.StartsWith("stop ", StringComparison.Ordinal)).ShouldBe(2);
        calls.ShouldAllBe(call => !call.Contains(password, StringComparison.Ordinal));
        (await File.ReadAllTextAsync(Path.Combine(bin, "password"), cancel)).Trim().ShouldBe(password);
    }

    [Fact]
    public void The_container_is_published_on_loopback_only_and_its_password_is_on_no_command_line()
    {
        var arguments = DockerEngine.RunArguments("propsdb-1");
        arguments.ShouldContain("127.0.0.1::5432");
        arguments.ShouldContain("propsdb-1:/var/lib/postgresql/data");
        arguments.ShouldContain("POSTGRES_PASSWORD");
        arguments.ShouldAllBe(argument => !argument.StartsWith("POSTGRES_PASSWORD=", StringComparison.Ordinal));
    }

    [Fact]
    public void The_published_port_is_read_from_dockers_answer() => DockerEngine.PortIn("127.0.0.1:49153\n").ShouldBe(49153);

    [Fact]
    public async Task Data_kept_in_a_volume_is_not_replaced_by_an_empty_local_cluster()
    {
        await using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.Root);
        await File.WriteAllTextAsync($"{scratch.Root}/docker-container", "propsdb-1", TestContext.Current.CancellationToken);
        var refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start(surroundings: Surroundings.OfThisMachine() with { Path = [] }));
        refusal.Message.ShouldContain("kept in a Docker volume");
        Directory.Exists(scratch.Cluster).ShouldBeFalse();
    }
}
