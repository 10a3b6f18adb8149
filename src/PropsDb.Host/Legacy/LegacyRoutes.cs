using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Legacy;

/// <summary>One method on <c>/api/data/{tier}</c>, on a document of it, or on a collection.</summary>
/// <param name="Depth">How many names stand behind the tier.</param>
public sealed record LegacyRoute(string Method, int Depth, Func<LegacyRequest, Task> Handle)
{
    public bool HasBody => Method is "POST" or "DELETE";

    public DocumentAction Action => Method switch
    {
        "GET" => DocumentAction.Read,
        "DELETE" => DocumentAction.Delete,
        _ => DocumentAction.Write,
    };

    public Endpoint Label(string tier) => RouteLabel.Of(Method, $"/api/data/{tier}" + string.Concat(new[] { "/{document}", "/{collection}" }.Take(Depth)));
}

/// <summary>The routes of Jam Build's data service, on the documents of the default app.</summary>
public static class LegacyRoutes
{
    public static IReadOnlyList<LegacyRoute> All { get; } =
    [
        new("GET", 0, ReadTier.Handle),
        new("GET", 1, ReadDocument.Handle),
        new("GET", 2, ReadCollection.Handle),
        new("POST", 1, MergeDocument.Handle),
        new("DELETE", 1, DeleteByBody.Handle),
        new("DELETE", 2, RemoveCollection.Handle),
    ];

    public static void AddLegacy(this IServiceCollection services) => services.AddSingleton<Authorizer>().AddSingleton<LegacyAccess>();

    public static void MapLegacy(this WebApplication app)
    {
        if (app.Services.GetRequiredService<Settings>().IsLegacyEnabled) app.Map("/api/{**path}", Dispatch);
    }

    /// <summary>All of <c>/api</c> but <c>/api/v1</c>.</summary>
    public static bool AreMeantBy(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && !http.Request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal);

    private static Task Dispatch(HttpContext http)
    {
        var method = http.Request.Method == "HEAD" ? "GET" : http.Request.Method;
        switch (http.Features.GetRequiredFeature<Address>().Segments)
        {
            // The client tells how it fares; nobody keeps it.
            case ["api", "metrics"] when method is "GET" or "POST":
                http.SetEndpoint(RouteLabel.Of(method, "/api/metrics"));
                http.Response.StatusCode = 204;
                return Task.CompletedTask;
            case ["api", "data", "app" or "user", ..] segments:
                return Dispatch(http, method, segments[2], [.. segments.Skip(3)]);
            default:
                throw new ProblemException(Problem.NotFound());
        }
    }

    private static async Task Dispatch(HttpContext http, string method, string tier, IReadOnlyList<string> names)
    {
        var route = names.Contains("") ? null : All.FirstOrDefault(r => r.Method == method && r.Depth == names.Count);
        if (route is not null) http.SetEndpoint(route.Label(tier));
        // What is no route is not there for those only who might write; others are not told.
        var admission = await http.RequestServices.GetRequiredService<LegacyAccess>().Admit(http, route?.Action ?? DocumentAction.Write, tier, names.Count > 0 ? names[0] : null);
        http.Features.Set(admission);
        var limiting = http.RequestServices.GetRequiredService<RateLimiting>();
        if (limiting.IsOn) limiting.Count(http, admission.App.Id, admission.Caller);
        if (route is null) throw new ProblemException(Problem.NotFound());
        var limits = http.RequestServices.GetRequiredService<Settings>().Limits;
        // A page of another site can send a cookie, but JSON only after it was allowed to.
        if (route.HasBody && Bodies.Refusal(http.Request, limits, [Documents.Route.Json]) is { } refusal) throw new ProblemException(refusal);
        var body = route.HasBody ? await Bodies.Read(http.Request, limits) : null;
        var key = new DocumentKey(admission.App.Id, admission.Tier.Name, admission.Owner, names.Count > 0 ? names[0] : "");
        await route.Handle(new LegacyRequest(new DocumentRequest(http, admission, key, PropertyPath.Document, body), names.ElementAtOrDefault(1)));
    }
}

/// <summary>One admitted request.</summary>
/// <param name="Inner">The same request in the terms of <c>/api/v1</c>: the document that it is about, and what it brings.</param>
/// <param name="Collection">The collection that the path names.</param>
public sealed record LegacyRequest(DocumentRequest Inner, string? Collection)
{
    public HttpContext Http => Inner.Http;
    public DocumentKey Key => Inner.Key;
    public CancellationToken Cancel => Inner.Cancel;
    public JsonValue Body => Inner.Object;
}
