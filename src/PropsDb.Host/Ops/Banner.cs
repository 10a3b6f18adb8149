namespace PropsDb.Host.Ops;

/// <summary>What an operator wants to see first: where it listens, where the data is, how to get in.</summary>
public static class Banner
{
    public static void Print(WebApplication app, Settings settings, Store store)
    {
        Console.WriteLine($"PropsDB serves on {string.Join(", ", app.Urls)}");
        Console.WriteLine(store.EmbeddedDirectory is { } directory ? $"Data directory: {directory}" : "Data: in the configured PostgreSQL");
        Console.WriteLine(settings.HasOwnIssuer
            ? "Tokens: from the configured issuer"
            : "Token: dotnet run --project src/PropsDb.Host -- token --user alice --role admin");
    }
}
