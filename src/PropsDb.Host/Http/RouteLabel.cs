using Microsoft.AspNetCore.Http.Metadata;

namespace PropsDb.Host.Http;

/// <summary>Names the route of a request in metrics and logs, where the catch-all that every request passes would say nothing.</summary>
public sealed record RouteLabel(string Route) : IRouteDiagnosticsMetadata
{
    public static Endpoint Of(string method, string pattern) =>
        new(null, new EndpointMetadataCollection(new RouteLabel(pattern)), $"{method} {pattern}");
}
