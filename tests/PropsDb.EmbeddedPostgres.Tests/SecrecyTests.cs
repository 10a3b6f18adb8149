using System.Diagnostics;

namespace PropsDb.EmbeddedPostgres.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task Secrets_are_the_hosts_and_the_cluster_is_the_servers()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Unix modes.");
        await using var scratch = new Scratch();
        await using var server = await scratch.Start();
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var user = Environment.UserName;
        var serverUser = Environment.IsPrivilegedProcess ? Owner($"/proc/{server.ProcessId}") : user;
        File.GetUnixFileMode($"{scratch.Root}/postgres.password").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Owner($"{scratch.Root}/postgres.password").ShouldBe(user);
        Owner(scratch.Root).ShouldBe(user);
        File.GetUnixFileMode(scratch.Cluster).ShouldBe(all);
        Owner(scratch.Cluster).ShouldBe(serverUser);
        File.GetUnixFileMode(scratch.Root).ShouldBe(Environment.IsPrivilegedProcess ? all | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : all);
        if (Environment.IsPrivilegedProcess) serverUser.ShouldBeOneOf("postgres", "nobody");
    }

    [Fact]
    public async Task The_password_is_long_and_on_no_command_line()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Reads /proc.");
        await using var scratch = new Scratch();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(seen, stop.Token), TestContext.Current.CancellationToken);
        await using (await scratch.Start()) { }
        await stop.CancelAsync();
        await watching;
        var password = await File.ReadAllTextAsync($"{scratch.Root}/postgres.password", TestContext.Current.CancellationToken);
        password.Length.ShouldBe(64);
        seen.ShouldContain(line => line.Contains("initdb", StringComparison.Ordinal));
        seen.ShouldContain(line => line.Contains(scratch.Cluster, StringComparison.Ordinal));
        seen.ShouldAllBe(line => !line.Contains(password, StringComparison.Ordinal));
    }

    private static void Watch(HashSet<string> seen, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
            {
                try
                {
                    seen.Add(File.ReadAllText($"{process}/cmdline"));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // ended meanwhile
                }
            }
        }
    }

    private static string Owner(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%U", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
