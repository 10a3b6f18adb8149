using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Batches;
using PropsDb.Host.Changes;
using PropsDb.Host.Conflicts;
using PropsDb.Host.History;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Host.Search;
using PropsDb.Host.Sharing;

namespace PropsDb.Host.Documents;

/// <summary>What a URL names below its app: a tier, a document, a collection, a property.</summary>
public enum Level { Tier, Document, Collection, Property }

/// <summary>One method on one level, or on an operation there.</summary>
/// <param name="Operation">The operation's segment, such as <c>_copy</c>; null: the resource itself.</param>
/// <param name="MediaTypes">The media types of the body; none: it has no body.</param>
public sealed record Route(Level Level, string? Operation, string Method, string Summary, Func<DocumentRequest, Task> Handle, params string[] MediaTypes)
{
    /// <summary>The request may come without a body.</summary>
    public bool IsBodyOptional { get; init; }

    public const string Json = "application/json";

    public string Pattern => "/api/v1/{app}/{tier}" + string.Concat(new[] { "/{document}", "/{collection}", "/{property}" }.Take((int)Level))
        + (Operation is null ? "" : "/" + Operation);

    public Endpoint Label => field ??= RouteLabel.Of(Method, Pattern);
}

/// <summary>Every route on documents, and the one way from a request to its route.</summary>
public static class Routes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        ListDocuments.Route,
        GetDocument.Route, CreateDocumentRoute.Route, ReplaceDocumentRoute.Route, PatchDocumentRoute.Route, DeleteDocumentRoute.Route, CopyDocument.Route,
        GetCollection.Route, CreateCollectionRoute.Route, ReplaceCollectionRoute.Route, PatchCollectionRoute.Route, DeleteCollectionRoute.Route,
        GetProperty.Route, SetPropertyRoute.Route, DeletePropertyRoute.Route,
        ChangeSettingsRoute.Route, .. GetHistory.Routes, GetDiff.Route, GetBlame.Route, GetEvents.Route,
        .. RollBackRoute.Routes, UndoRoute.Route, RestoreRoute.Route, BatchRoute.Route, ListConflicts.OfDocument, .. ShareRoutes.All, .. ChangesRoute.All,
        SearchRoute.Route, QueryRoute.Route, AggregateRoute.Route, .. IndexRoutes.All,
    ];

    private static readonly Dictionary<(Level, string?), Dictionary<string, Route>> Table = All
        .GroupBy(r => (r.Level, r.Operation))
        .ToDictionary(g => g.Key, g => g.ToDictionary(r => r.Method, StringComparer.Ordinal));

    public static async Task Dispatch(HttpContext http)
    {
        if (http.Features.Get<AppAdmission>() is { } app)
        {
            await AppRoutes.Dispatch(http, app);
            return;
        }
        if (http.Features.Get<Admission>() is not { } admission) throw new ProblemException(Problem.NotFound());
        var names = http.Features.GetRequiredFeature<Address>().Api!.Skip(2).ToList();
        string? operation = null, user = null, index = null;
        if (names is ["_indexes", var declared])
        {
            (operation, index) = ("_indexes/{index}", declared);
            names.Clear();
        }
        else if (names is [_, "_share", var named])
        {
            (operation, user) = ("_share/{user}", named);
            names.RemoveRange(1, 2);
        }
        else if (names.Count > 0 && Names.IsOperation(names[^1]))
        {
            operation = names[^1];
            names.RemoveAt(names.Count - 1);
        }
        if (names.Count > 3 || names.Exists(Names.IsOperation)) throw new ProblemException(Problem.NotFound());

        var pointer = names.Count == 1 ? PointerOf(http.Request, names) : null;
        if (!Table.TryGetValue(((Level)names.Count, operation), out var methods)) throw new ProblemException(Problem.NotFound());
        var method = http.Request.Method == "HEAD" ? "GET" : http.Request.Method;
        if (!methods.TryGetValue(method, out var route)) throw new ProblemException(NotAllowed(methods.Keys));
        http.SetEndpoint(route.Label);

        var limits = http.RequestServices.GetRequiredService<Settings>().Limits;
        var hasBody = route.MediaTypes.Length > 0 && !(route.IsBodyOptional && Bodies.IsAbsent(http.Request));
        if (hasBody && Bodies.Refusal(http.Request, limits, route.MediaTypes) is { } refusal) throw new ProblemException(refusal);
        if (method != "GET" && http.Request.Headers.TryGetValue("Idempotency-Key", out var idempotencyKey) && Idempotency.Fault(idempotencyKey) is { } keyFault)
            throw new ProblemException(new Problem("invalid_header", keyFault));
        if (pointer is { IsBad: true }) throw new ProblemException(Problem.Query("path", "is a JSON pointer of at most two segments."));

        var key = new DocumentKey(admission.App.Id, admission.Tier.Name, admission.Owner, names.Count > 0 ? names[0] : "");
        if (names.Count > 0) Refuse(Names.DocumentFault(names[0]));
        Refuse(PropertyPath.TryCreate(names.ElementAtOrDefault(1), names.ElementAtOrDefault(2), out var target));
        var body = hasBody ? await Bodies.Read(http.Request, limits) : null;
        await route.Handle(new DocumentRequest(http, admission, key, target, body) { NamedUser = user, NamedIndex = index });
    }

    private sealed record Pointer(bool IsBad);

    // ?path= on a document names a collection or property that a URL segment cannot name. A bad one is refused after the method is.
    private static Pointer? PointerOf(HttpRequest request, List<string> names)
    {
        if (new Query(request.Query).Text("path") is not { } text) return null;
        if (!JsonPointer.TryParse(text, out var pointer) || pointer.Tokens.Length > 2) return new Pointer(IsBad: true);
        names.AddRange(pointer.Tokens);
        return new Pointer(IsBad: false);
    }

    private static void Refuse(string? nameFault)
    {
        if (nameFault is not null) throw new ProblemException(new Problem("invalid_name", nameFault));
    }

    public static Problem NotAllowed(IEnumerable<string> methods)
    {
        var allowed = methods.SelectMany(m => m == "GET" ? new[] { "GET", "HEAD" } : [m]).Order(StringComparer.Ordinal);
        return new Problem("method_not_allowed", "The resource does not know this method.")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Allow"] = string.Join(", ", allowed) },
        };
    }
}
