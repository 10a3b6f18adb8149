using PropsDb.Host.Documents;
using Route = PropsDb.Host.Documents.Route;

namespace PropsDb.Host.Ops.OpenApi;

/// <summary>What the tables of routes say of a route, whichever it stands in.</summary>
/// <param name="Parameters">The query parameters that all routes of its kind have.</param>
public sealed record Described(
    string Method, string Pattern, string Id, string Tag, string Summary, IReadOnlyCollection<string> MediaTypes, bool IsBodyOptional, string[] Parameters)
{
    public static IEnumerable<Described> All => [.. Routes.All.Select(Of), .. AppRoutes.All.Select(Of)];

    private static Described Of(Route route)
    {
        var level = route.Level.ToString();
        string[] parameters = route.Level == Level.Document ? ["owner", "path"] : ["owner"];
        return new(route.Method, route.Pattern, Lower(route.Method) + level + Name(route.Operation), Lower(level), route.Summary, route.MediaTypes, route.IsBodyOptional, parameters);
    }

    private static Described Of(AppRoute route) => new(route.Method, route.Pattern,
        Lower(route.Method) + (route.Path.StartsWith("_apps", StringComparison.Ordinal) ? "" : "App") + Name(route.Path), "app", route.Summary, route.MediaTypes, route.IsBodyOptional, []);

    // _history is History in the middle of an operation's id, _roles is Roles, and _roles/{role}, one of them, is Role.
    private static string Name(string? operation)
    {
        var segments = operation?.Split('/') ?? [];
        return string.Concat(segments.Select((s, i) => s[0] != '_' ? ""
            : char.ToUpperInvariant(s[1]) + (i + 1 < segments.Length && segments[i + 1][0] == '{' ? Singular(s[2..]) : s[2..])));
    }

    private static string Singular(string plural) => plural.EndsWith("xes", StringComparison.Ordinal) ? plural[..^2] : plural.TrimEnd('s');

    private static string Lower(string text) => text.ToLowerInvariant();
}
