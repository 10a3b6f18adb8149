namespace PropsDb.Host.Ops;

/// <summary>What an operator wants to see first: where it listens, where the data is, how to get in.</summary>
public static partial class Banner
{
    public static void Print(WebApplication app, Settings settings, Store store)
    {
        string[] lines =
        [
            $"PropsDB serves on {string.Join(", ", app.Urls)}",
            store.EmbeddedDirectory is { } directory ? $"Data directory: {directory}" : "Data: in the configured PostgreSQL",
            settings.HasOwnIssuer ? "Tokens: from the configured issuer" : "Token: dotnet run --project src/PropsDb.Host -- token --user alice --role admin",
        ];
        // Who reads lines of JSON gets nothing else.
        var asJson = Logs.AreJson(app.Configuration);
        foreach (var line in lines)
        {
            if (asJson) Line(app.Logger, line);
            else Console.WriteLine(line);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private static partial void Line(ILogger log, string line);
}
