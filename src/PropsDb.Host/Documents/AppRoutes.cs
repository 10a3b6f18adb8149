using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Administration;
using PropsDb.Host.Audit;
using PropsDb.Host.Batches;
using PropsDb.Host.Changes;
using PropsDb.Host.Conflicts;
using PropsDb.Host.History;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;
using PropsDb.Host.Webhooks;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

/// <summary>One method on an operation of a whole app, or of the service's apps.</summary>
/// <param name="Path">Its segments behind the app, or from <c>_apps</c> on; <c>{word}</c> stands for any.</param>
/// <param name="AdminOnly">Only administrators of the app may.</param>
public sealed record AppRoute(string Path, string Method, string Summary, Func<AppRequest, Task> Handle, bool AdminOnly = false, params string[] MediaTypes)
{
    private readonly string[] _segments = Path.Split('/');

    /// <summary>A request without a body is read as if it had none of its members.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>Only administrators of the service may.</summary>
    public bool ServiceAdminOnly { get; init; }

    /// <summary>The body is a matter of the handler: who asks is known only by its bytes.</summary>
    public bool ReadsBodyItself { get; init; }

    public string Pattern => (_segments[0] == "_apps" ? "/api/v1/" : "/api/v1/{app}/") + Path;

    public Endpoint Label => field ??= RouteLabel.Of(Method, Pattern);

    public bool Fits(IReadOnlyList<string> segments) =>
        _segments.Length == segments.Count && _segments.Zip(segments).All(p => p.First[0] == '{' ? p.Second.Length > 0 : p.First == p.Second);

    public IReadOnlyDictionary<string, string> Named(IReadOnlyList<string> segments) =>
        _segments.Zip(segments).Where(p => p.First[0] == '{').ToDictionary(p => p.First[1..^1], p => p.Second, StringComparer.Ordinal);
}

/// <summary>One admitted request about a whole app.</summary>
/// <param name="Named">What stands in the path in place of each <c>{word}</c>.</param>
public sealed record AppRequest(HttpContext Http, AppAdmission Admission, IReadOnlyDictionary<string, string> Named, JsonValue? Body)
{
    public Caller Caller => Admission.Caller;
    public App App => Admission.App!;
    public Query Query => new(Http.Request.Query);
    public CancellationToken Cancel => Http.RequestAborted;
    public JsonValue Object => Body is { Kind: JsonKind.Object } body ? body : throw ContentBody.Invalid("The body is a JSON object.", "");
    public Limits Limits => Service<Settings>().Limits;

    public T Service<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    public Author Author() => new(Caller.UserId ?? "anonymous", ChangeMessage.Of(Http.Request), RequestIds.Of(Http));

    /// <summary>The request about one document of the app that this one comes down to, once that is allowed.</summary>
    /// <exception cref="ProblemException">It is not.</exception>
    public DocumentRequest About(DocumentAction action, string tier, string? owner, string document)
    {
        var access = Http.Ask(Caller, action, new AccessTarget(App.Id, App, tier, owner, document));
        if (AccessGate.Refusal(access) is { } refusal) throw new ProblemException(refusal);
        var ownerOf = AccessGate.OwnerOf(access.Tier!, Caller, owner);
        return new DocumentRequest(Http, new Admission(Caller, App, access, ownerOf), new DocumentKey(App.Id, tier, ownerOf, document), PropertyPath.Document, Body);
    }
}

/// <summary>Every route on a whole app.</summary>
public static class AppRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        MultiBatchRoute.Route, UndoByUserRoute.Route, ListConflicts.OfApp, ResolveConflictRoute.Route,
        .. AppsRoutes.All, .. KeyRoutes.All, .. TierRoutes.All, .. RoleRoutes.All, .. UserRoutes.All, .. SubscriptionRoutes.All, .. HistoryRoutes.All, PaymentRoute.Route, AccessRoute.Route,
        GetAudit.Route, GetAuditHead.Route, VerifyAudit.Route, ChangesRoute.OfApp, .. WebhookRoutes.All,
    ];

    public static async Task Dispatch(HttpContext http, AppAdmission admission)
    {
        var api = http.Features.Get<Address>()!.Api!;
        var segments = api[0] == "_apps" ? api : [.. api.Skip(1)];
        var fitting = All.Where(r => r.Fits(segments)).ToList();
        if (fitting.Count == 0) throw new ProblemException(Problem.NotFound());
        var method = http.Request.Method == "HEAD" ? "GET" : http.Request.Method;
        var route = fitting.Find(r => r.Method == method);
        Refuse(route ?? fitting[0], admission.Caller);
        if (route is null) throw new ProblemException(Routes.NotAllowed(fitting.Select(r => r.Method)));
        http.SetEndpoint(route.Label);
        if (route.ReadsBodyItself)
        {
            await route.Handle(new AppRequest(http, admission, route.Named(segments), null));
            return;
        }
        var limits = http.RequestServices.GetRequiredService<Settings>().Limits;
        var hasBody = route.MediaTypes.Length > 0 && !(route.IsBodyOptional && Bodies.IsAbsent(http.Request));
        if (hasBody && Bodies.Refusal(http.Request, limits, route.MediaTypes) is { } refusal) throw new ProblemException(refusal);
        if (method != "GET" && http.Request.Headers.TryGetValue("Idempotency-Key", out var idempotencyKey) && Idempotency.Fault(idempotencyKey) is { } keyFault)
            throw new ProblemException(new Problem("invalid_header", keyFault));
        var body = hasBody ? await Bodies.Read(http.Request, limits) : null;
        await route.Handle(new AppRequest(http, admission, route.Named(segments), body));
    }

    private static void Refuse(AppRoute route, Caller caller)
    {
        if (route.ServiceAdminOnly && !caller.IsServiceAdmin) throw AccessGate.Forbidden("requires_role:service_admin");
        if (route.AdminOnly && !caller.IsAdmin) throw AccessGate.Forbidden("requires_role:admin");
        if ((route.AdminOnly || route.ServiceAdminOnly) && !caller.Administers) throw AccessGate.Forbidden("requires_tier_access");
    }
}
