using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>
/// The door of <c>/api/v1</c>: who asks, and whether they may. It stands before everything else that could refuse a request, so that no
/// other answer tells what there is. The hub has a door of its own, <see cref="Changes.LiveDoor"/>.
/// </summary>
public static class AccessGate
{
    public static IApplicationBuilder UseAccessGate(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var api = http.Features.GetRequiredFeature<Address>().Api!;
        if (api is ["_apps", ..]) http.Features.Set(await AdmitToService(http, api));
        else if (api is [var id, var operation, ..] && Names.IsOperation(operation)) http.Features.Set(await AdmitToApp(http, id, operation));
        else if (api.Count >= 2 && !api.Contains("")) http.Features.Set(await AdmitToTier(http, api));
        await next(http);
    });

    private static async ValueTask<Admission> AdmitToTier(HttpContext http, IReadOnlyList<string> api)
    {
        var app = http.Apps().Find(api[0]);
        var caller = await CallerIn(http, app);
        // Who may not do it under the first of two owners is told so before that there are two.
        var owner = http.Request.Query["owner"] is [var first, ..] ? first : null;
        var document = api.Count > 2 && !Names.IsOperation(api[2]) ? api[2] : null;
        var target = new AccessTarget(api[0], app, api[1], owner, document);
        var access = http.Ask(caller, ActionOf(http.Request.Method, api), target);
        if (Refusal(access) is { } refusal) throw new ProblemException(refusal);
        // What was there at a version comes back as it was: who picks the version must be able to see it.
        if (api[^1] is "_rollback" && Refusal(http.Ask(caller, DocumentAction.Read, target)) is { } unread) throw new ProblemException(unread);
        if (new Query(http.Request.Query).Text("owner") is { } named && !Names.IsUserId(named)) throw new ProblemException(Problem.Query("owner", "is no user's id."));
        var hasEveryOwners = document is null && owner is null && caller.ActsForAll;
        return new Admission(caller, app!, access, hasEveryOwners ? null : OwnerOf(access.Tier!, caller, owner));
    }

    // What concerns a whole app asks further questions itself; here the caller must be one of the app's.
    private static async Task<AppAdmission> AdmitToApp(HttpContext http, string id, string operation)
    {
        var app = http.Apps().Find(id);
        if (operation is "_payments") return new AppAdmission(Caller.Anonymous, app is { IsActive: true } ? app : null);
        var caller = await CallerIn(http, app);
        RefuseStrangers(caller, id);
        if (app is not { IsActive: true }) throw new ProblemException(Problem.NotFound());
        if (!AccessPolicy.Admits(caller, id, app)) throw Forbidden("inactive_user");
        return new AppAdmission(caller, app);
    }

    private static async Task<AppAdmission> AdmitToService(HttpContext http, IReadOnlyList<string> api)
    {
        var app = api.Count > 1 ? http.Apps().Find(api[1]) : null;
        var caller = await CallerIn(http, app);
        if (api.Count > 1) RefuseStrangers(caller, api[1]);
        else if (!caller.IsSignedIn) throw Unauthenticated();
        if (api.Count > 1 && (app is null || (!app.IsActive && !caller.IsServiceAdmin))) throw new ProblemException(Problem.NotFound());
        if (app is not null && !AccessPolicy.Admits(caller, app.Id, app)) throw Forbidden("inactive_user");
        return new AppAdmission(caller, app);
    }

    private static void RefuseStrangers(Caller caller, string app)
    {
        if (!caller.IsSignedIn) throw Unauthenticated();
        if (!caller.BelongsTo(app)) throw Forbidden(Names.IsAppId(app) ? $"requires_app:{app}" : "requires_app");
    }

    private static async ValueTask<Caller> CallerIn(HttpContext http, App? app)
    {
        var caller = (await Callers.Of(http)).In(app, http.Now());
        if (app is { IsActive: true }) http.RequestServices.GetRequiredService<Members>().Seen(app, caller);
        return caller;
    }

    private static DocumentAction ActionOf(string method, IReadOnlyList<string> api) => method switch
    {
        // What is copied is read; whether the copy may be written is asked for its own tier. Who may share is more than a tier's permission tells.
        "POST" when api is [_, _, _, "_copy" or "_share"] => DocumentAction.Read,
        "DELETE" when api is [_, _, _, "_share", _] => DocumentAction.Read,
        // Questions are asked by POST, too. Who may declare indexes is more than a tier's permission tells.
        "POST" when api is [_, _, "_query" or "_aggregate"] => DocumentAction.Read,
        "PUT" or "DELETE" when api is [_, _, "_indexes", _] => DocumentAction.Read,
        // Of what writers lost in conflicts with each other, writers are told.
        "GET" or "HEAD" when api is [_, _, _, "_conflicts"] => DocumentAction.Write,
        "POST" or "PUT" or "PATCH" => DocumentAction.Write,
        "DELETE" => DocumentAction.Delete,
        _ => DocumentAction.Read,
    };

    /// <summary>In a per_user tier a document is the caller's own unless another owner is named; null in other tiers.</summary>
    /// <exception cref="ProblemException">A key must name one.</exception>
    public static string? OwnerOf(Tier tier, Caller caller, string? named) =>
        tier.Type != TierType.PerUser ? null
        : caller.Key is null || named is not null ? named ?? caller.UserId
        : throw new ProblemException(Problem.Query("owner", "is missing: a key has no documents of its own."));

    public static AppDirectory Apps(this HttpContext http) => http.RequestServices.GetRequiredService<AppDirectory>();

    public static DateTimeOffset Now(this HttpContext http) => http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>The question of access, as of now.</summary>
    public static PropsDb.Events.Apps.Access Ask(this HttpContext http, Caller caller, DocumentAction action, in AccessTarget target) =>
        AccessPolicy.Allows(caller, action, target, http.Now());

    public static Problem? Refusal(PropsDb.Events.Apps.Access access) => access.Verdict switch
    {
        AccessVerdict.Allowed => null,
        AccessVerdict.Unauthenticated => Unauthenticated().Problem,
        AccessVerdict.Forbidden => Forbidden(access.Because).Problem,
        _ => Problem.NotFound(),
    };

    public static ProblemException Unauthenticated() => new(new Problem("unauthenticated", "Sign in: send Authorization: Bearer and a token of this app."));

    public static ProblemException Forbidden(string because) =>
        new(new Problem("forbidden", "The caller lacks a permission for this.") { More = writer => writer.WriteString("reason", because) });
}

/// <summary>A request that was let in.</summary>
/// <param name="Access">What let it in.</param>
/// <param name="Owner">Whose documents are meant; null outside per_user tiers, and in an administrator's list of all of one.</param>
public sealed record Admission(Caller Caller, App App, PropsDb.Events.Apps.Access Access, string? Owner)
{
    public Tier Tier => Access.Tier!;
}

/// <summary>A request about a whole app, from a caller of that app; or about the service's apps, and then of none.</summary>
public sealed record AppAdmission(Caller Caller, App? App);
