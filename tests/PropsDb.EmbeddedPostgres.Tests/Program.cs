using Microsoft.Extensions.Logging.Abstractions;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace PropsDb.EmbeddedPostgres.Tests;

/// <summary>The test run, as xunit would generate it; or, as <c>host DIRECTORY</c>, a host that a test kills.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["host", var directory]) return await Host(directory);
        return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }

    private static async Task<int> Host(string directory)
    {
        var server = await PostgresServer.Start(new PostgresOptions { DataDirectory = directory, Fsync = false }, NullLogger.Instance, CancellationToken.None);
        Console.WriteLine(server.ProcessId);
        await Task.Delay(TimeSpan.FromMinutes(2));      // it is killed long before
        return 1;
    }
}
