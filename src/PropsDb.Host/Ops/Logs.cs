using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace PropsDb.Host.Ops;

/// <summary>The log: lines of JSON for machines, plain lines for whoever watches a terminal.</summary>
public static class Logs
{
    private const string Formatter = "Logging:Console:FormatterName";

    /// <summary>What is logged unless the operator says otherwise: below every other source of configuration.</summary>
    public static void AddDefaults(IConfigurationBuilder configuration) => configuration.Sources.Insert(0, new MemoryConfigurationSource
    {
        InitialData = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft"] = "Warning",
            // A line for each request costs more than most requests; the metrics count them all.
            [$"Logging:LogLevel:{Http.AccessLog.Category}"] = "Warning",
            // It would put every request's path and query into the log: names, and whatever a client mistakenly sends there.
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
            // It logs what a client is refused as an error; failures are logged where they happen (Changes/Faults.cs).
            ["Logging:LogLevel:Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher"] = "None",
            ["Logging:LogLevel:Npgsql"] = "Warning",
            ["Logging:LogLevel:Wolverine"] = "Warning",
            // It warns that it finds no handlers by itself; they are named to it.
            ["Logging:LogLevel:Wolverine.Configuration.HandlerDiscovery"] = "Error",
            // It repeats each error of Wolverine.Runtime.Agents.
            ["Logging:LogLevel:Wolverine.RDBMS.DurabilityAgent"] = "None",
            [Formatter] = Console.IsOutputRedirected ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple,
        },
    });

    public static bool AreJson(IConfiguration configuration) => configuration[Formatter] is ConsoleFormatterNames.Json;

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddConfiguration(configuration.GetSection("Logging"));
        if (AreJson(configuration))
        {
            logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else logging.AddSimpleConsole(console => console.SingleLine = true);
        // A reader of the log that hangs must not hang the service: lines are dropped, and how many were is logged.
        logging.Services.Configure<ConsoleLoggerOptions>(console => (console.QueueFullMode, console.MaxQueueLength) = (ConsoleLoggerQueueFullMode.DropWrite, 16_384));
    }
}
