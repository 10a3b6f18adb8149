using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Access;

/// <summary>
/// The door of <c>/api/v1/{app}/{tier}</c>: who asks, and whether they may. It stands before everything else that could refuse a request,
/// so that no other answer tells what there is.
/// </summary>
public static class AccessGate
{
    public static IApplicationBuilder UseAccessGate(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.Features.Get<Address>()?.Api is { Count: >= 2 } api && !Names.IsOperation(api[1]) && !api.Contains(""))
        {
            var (appId, tier) = (api[0], api[1]);
            var caller = await Callers.Of(http);
            var query = new Query(http.Request.Query);
            // Who may not do it under the first of two owners is told so before that there are two.
            var owner = http.Request.Query["owner"] is [var first, ..] ? first : null;
            var apps = http.RequestServices.GetRequiredService<AppCatalog>();
            var definition = apps.Find(appId);
            var access = AccessPolicy.Allows(caller, ActionOf(http.Request.Method, api), appId, definition, tier, owner);
            if (Refusal(access) is { } refusal) throw new ProblemException(refusal);
            if (query.Text("owner") is { } named && !Names.IsUserId(named)) throw new ProblemException(Problem.Query("owner", "is no user's id."));
            http.Features.Set(new Admission(caller, definition!, access.Tier!, OwnerOf(access.Tier!, caller, owner, isList: api.Count == 2)));
        }
        else if (http.Features.Get<Address>()?.Api is [var id, var operation, ..] && Names.IsOperation(operation))
        {
            http.Features.Set(await AdmitToApp(http, id));
        }
        await next(http);
    });

    // What concerns a whole app asks further questions itself; here the caller must be one of the app's.
    private static async Task<AppAdmission> AdmitToApp(HttpContext http, string id)
    {
        var caller = await Callers.Of(http);
        if (!caller.IsSignedIn) throw new ProblemException(Refusal(new(AccessVerdict.Unauthenticated, ""))!);
        if (!caller.BelongsTo(id)) throw new ProblemException(Refusal(new(AccessVerdict.Forbidden, $"requires_app:{id}"))!);
        return http.RequestServices.GetRequiredService<AppCatalog>().Find(id) is { } app ? new AppAdmission(caller, app) : throw new ProblemException(Problem.NotFound());
    }

    private static DocumentAction ActionOf(string method, IReadOnlyList<string> api) => method switch
    {
        // What is copied is read; whether the copy may be written is asked for its own tier.
        "POST" when api is [_, _, _, "_copy"] => DocumentAction.Read,
        "POST" or "PUT" or "PATCH" => DocumentAction.Write,
        "DELETE" => DocumentAction.Delete,
        _ => DocumentAction.Read,
    };

    // In a per_user tier a document is the caller's own unless another owner is named; only an administrator's list has every owner's.
    private static string? OwnerOf(Tier tier, Caller caller, string? named, bool isList) =>
        tier.Type != TierType.PerUser ? null : named ?? (isList && caller.IsAdmin ? null : caller.UserId);

    public static Problem? Refusal(PropsDb.Events.Apps.Access access) => access.Verdict switch
    {
        AccessVerdict.Allowed => null,
        AccessVerdict.Unauthenticated => new Problem("unauthenticated", "Sign in: send Authorization: Bearer and a token of this app."),
        AccessVerdict.Forbidden => new Problem("forbidden", "The caller lacks a permission for this.") { More = writer => writer.WriteString("reason", access.Because) },
        _ => Problem.NotFound(),
    };
}

/// <summary>A request that was let in.</summary>
/// <param name="Owner">Whose documents are meant; null outside per_user tiers, and in an administrator's list of all of one.</param>
public sealed record Admission(Caller Caller, App App, Tier Tier, string? Owner);

/// <summary>A request about a whole app, from a caller of that app.</summary>
public sealed record AppAdmission(Caller Caller, App App);
