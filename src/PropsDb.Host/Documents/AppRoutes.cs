using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Audit;
using PropsDb.Host.Batches;
using PropsDb.Host.Conflicts;
using PropsDb.Host.History;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Documents;

/// <summary>One method on an operation of a whole app.</summary>
/// <param name="Path">Its segments behind the app; <c>{id}</c> stands for any.</param>
/// <param name="AdminOnly">Only administrators of the app may.</param>
public sealed record AppRoute(string Path, string Method, string Summary, Func<AppRequest, Task> Handle, bool AdminOnly = false, params string[] MediaTypes)
{
    /// <summary>A request without a body is read as if it had none of its members.</summary>
    public bool IsBodyOptional { get; init; }

    public string Pattern => "/api/v1/{app}/" + Path;

    public Endpoint Label => field ??= RouteLabel.Of(Method, Pattern);

    public bool Fits(IReadOnlyList<string> segments) =>
        Path.Split('/') is var own && own.Length == segments.Count && own.Zip(segments).All(p => p.First == "{id}" || p.First == p.Second);
}

/// <summary>One admitted request about a whole app.</summary>
/// <param name="Id">What stands in the path in place of <c>{id}</c>.</param>
public sealed record AppRequest(HttpContext Http, Caller Caller, App App, string? Id, JsonValue? Body)
{
    public Query Query => new(Http.Request.Query);
    public CancellationToken Cancel => Http.RequestAborted;
    public JsonValue Object => Body is { Kind: JsonKind.Object } body ? body : throw ContentBody.Invalid("The body is a JSON object.", "");
    public Limits Limits => Service<Settings>().Limits;

    public T Service<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>The request about one document of the app that this one comes down to, once that is allowed.</summary>
    /// <exception cref="ProblemException">It is not.</exception>
    public DocumentRequest About(DocumentAction action, string tier, string? owner, string document)
    {
        var access = AccessPolicy.Allows(Caller, action, App.Id, App, tier, owner);
        if (AccessGate.Refusal(access) is { } refusal) throw new ProblemException(refusal);
        var ownerOf = access.Tier!.Type == TierType.PerUser ? owner ?? Caller.UserId : null;
        return new DocumentRequest(Http, new Admission(Caller, App, access.Tier, ownerOf), new DocumentKey(App.Id, tier, ownerOf, document), PropertyPath.Document, Body);
    }
}

/// <summary>Every route on a whole app.</summary>
public static class AppRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } = [MultiBatchRoute.Route, UndoByUserRoute.Route, ListConflicts.OfApp, ResolveConflictRoute.Route,
        GetAudit.Route, GetAuditHead.Route, VerifyAudit.Route];

    public static async Task Dispatch(HttpContext http, AppAdmission admission)
    {
        var segments = http.Features.Get<Address>()!.Api!.Skip(1).ToList();
        var fitting = All.Where(r => r.Fits(segments)).ToList();
        if (fitting.Count == 0) throw new ProblemException(Problem.NotFound());
        if (fitting[0].AdminOnly && !admission.Caller.IsAdmin)
            throw new ProblemException(AccessGate.Refusal(new(AccessVerdict.Forbidden, "requires_role:admin"))!);
        var method = http.Request.Method == "HEAD" ? "GET" : http.Request.Method;
        var route = fitting.Find(r => r.Method == method) ?? throw new ProblemException(Routes.NotAllowed(fitting.Select(r => r.Method)));
        http.SetEndpoint(route.Label);
        var limits = http.RequestServices.GetRequiredService<Settings>().Limits;
        var hasBody = route.MediaTypes.Length > 0 && !(route.IsBodyOptional && Bodies.IsAbsent(http.Request));
        if (hasBody && Bodies.Refusal(http.Request, limits, route.MediaTypes) is { } refusal) throw new ProblemException(refusal);
        if (method != "GET" && http.Request.Headers.TryGetValue("Idempotency-Key", out var idempotencyKey) && Idempotency.Fault(idempotencyKey) is { } keyFault)
            throw new ProblemException(new Problem("invalid_header", keyFault));
        var id = route.Path.Split('/').Zip(segments).FirstOrDefault(p => p.First == "{id}").Second;
        var body = hasBody ? await Bodies.Read(http.Request, limits) : null;
        await route.Handle(new AppRequest(http, admission.Caller, admission.App, id, body));
    }
}
