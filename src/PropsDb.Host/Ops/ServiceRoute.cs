using PropsDb.Host.Ops.OpenApi;

namespace PropsDb.Host.Ops;

/// <summary>A resource of the service itself, beside the apps' data: read with GET, by anyone unless it says otherwise.</summary>
public sealed record ServiceRoute(string Pattern, string Id, string Summary, Func<HttpContext, Task> Handle)
{
    public string MediaType { get; init; } = "application/json";

    /// <summary>The codes of the problems that it answers with, beside those that any resource may.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public static IReadOnlyList<ServiceRoute> All { get; } =
        [Capabilities.Route, ProblemPages.Route, ApiDescription.Route, Health.Live, Health.Ready, Metrics.Route];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var route in All) routes.MapMethods(route.Pattern, ["GET", "HEAD"], new RequestDelegate(route.Handle));
    }
}
