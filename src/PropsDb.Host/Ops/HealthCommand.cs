namespace PropsDb.Host.Ops;

/// <summary>
/// <c>health</c>: asks the service on this machine whether it is ready, and exits with 0 if it is. For images without curl, and it finds the
/// URL in the same settings as the service.
/// </summary>
public static class HealthCommand
{
    private const int NotReady = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<int> Run(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables().AddCommandLine(args).Build();
        if (Ready(configuration["urls"]) is not { } url)
        {
            await Console.Error.WriteLineAsync($"'{configuration["urls"]}' is no list of URLs.");
            return ExitCodes.BadSettings;
        }
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var answer = await http.GetAsync(url);
            Console.WriteLine($"{url}: {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : NotReady;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url}: {e.Message}");
            return NotReady;
        }
    }

    /// <summary>Where the first of the URLs that the service listens on answers for its health; null if it is none.</summary>
    public static Uri? Ready(string? urls)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse((string.IsNullOrWhiteSpace(urls) ? Web.DefaultUrl : urls).Split(';')[0].Trim());
        }
        catch (FormatException)
        {
            return null;
        }
        // What the service listens on may stand for every address of the machine.
        var host = address.Host is "+" or "*" or "0.0.0.0" or "[::]" or "" ? "127.0.0.1" : address.Host;
        return Uri.TryCreate($"{address.Scheme}://{host}:{address.Port}{address.PathBase.TrimEnd('/')}/health/ready", UriKind.Absolute, out var url) ? url : null;
    }
}
