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
        Lower(route.Method) + "App" + string.Concat(route.Path.Split('/').Where(s => s[0] == '_').Select(Name)), "app", route.Summary, route.MediaTypes, route.IsBodyOptional, []);

    // _history is History in the middle of an operation's id.
    private static string Name(string? operation) => operation is null ? "" : char.ToUpperInvariant(operation[1]) + operation[2..];

    private static string Lower(string text) => text.ToLowerInvariant();
}
