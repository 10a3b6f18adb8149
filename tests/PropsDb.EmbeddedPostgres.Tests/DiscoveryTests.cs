using PropsDb.EmbeddedPostgres.Sources;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class DiscoveryTests
{
    [Fact]
    public async Task Configured_binaries_that_are_none_are_refused_without_a_fallback()
    {
        await using var scratch = new Scratch();
        var refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start(scratch.Options with { BinDirectory = "/usr/share" }));
        refusal.Option.ShouldBe(nameof(PostgresOptions.BinDirectory));
        refusal.Message.ShouldBe("The configured PostgreSQL binaries in /usr/share cannot be used: it holds no postgres, initdb, pg_ctl.");
    }

    [Fact]
    public async Task A_machine_without_any_source_is_told_how_to_install_one()
    {
        await using var scratch = new Scratch();
        var refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start(surroundings: Scratch.Bare()));
        refusal.Option.ShouldBeNull();
        foreach (var line in new[] { "apt-get install -y postgresql", "dnf install -y postgresql-server", "apk add postgresql17", "brew install postgresql@17", "winget install PostgreSQL.PostgreSQL.17" })
        {
            refusal.Message.ShouldContain(line);
        }
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_refused()
    {
        await using var scratch = new Scratch();
        await using (await scratch.Start()) { }
        await File.WriteAllTextAsync($"{scratch.Cluster}/PG_VERSION", "9\n", TestContext.Current.CancellationToken);
        var refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start());
        refusal.Message.ShouldContain("was made by PostgreSQL 9");

        var installed = await InstalledBinaries.Find(Surroundings.OfThisMachine(), scratch.Root, TestContext.Current.CancellationToken);
        refusal = await Should.ThrowAsync<PostgresUnavailableException>(() => scratch.Start(scratch.Options with { BinDirectory = installed[0].Directory }));
        refusal.Message.ShouldContain("of version 9");
    }

    [Fact]
    public async Task The_highest_major_version_comes_first_and_each_directory_once()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Shell scripts stand in for servers.");
        await using var scratch = new Scratch();
        foreach (var version in new[] { "9.6", "12.4", "14.2", "16.1" }) Fake(Path.Combine(scratch.Root, "pg", version, "bin"), version);
        Directory.CreateDirectory(Path.Combine(scratch.Root, "path"));
        foreach (var name in new[] { "postgres", "initdb", "pg_ctl" }) File.CreateSymbolicLink(Path.Combine(scratch.Root, "path", name), Path.Combine(scratch.Root, "pg/14.2/bin", name));
        var surroundings = Scratch.Bare() with { Path = [Path.Combine(scratch.Root, "path")], Patterns = [Path.Combine(scratch.Root, "pg", "*", "bin")] };
        var found = await InstalledBinaries.Find(surroundings, scratch.Root, TestContext.Current.CancellationToken);
        found.Select(b => b.Major).ShouldBe([16, 14]);
    }

    [Fact]
    public void Patterns_match_parts_of_names()
    {
        var root = Directory.CreateTempSubdirectory("propsdb-embedded-").FullName;
        foreach (var name in new[] { "pgsql-15/bin", "pgsql-17/bin", "other/bin", "pgsql-18" }) Directory.CreateDirectory(Path.Combine(root, name));
        InstalledBinaries.Expand(Path.Combine(root, "pgsql-*", "bin")).ShouldBe([Path.Combine(root, "pgsql-17", "bin"), Path.Combine(root, "pgsql-15", "bin")]);
        Directory.Delete(root, recursive: true);
    }

    private static void Fake(string bin, string version)
    {
        Directory.CreateDirectory(bin);
        foreach (var name in new[] { "postgres", "initdb", "pg_ctl" })
        {
            var path = Path.Combine(bin, name);
            File.WriteAllText(path, $"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
