using System.Collections.Immutable;
using System.Globalization;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>Explains access: the answer is that of the check itself, asked for anyone, about anything, now or at a time.</summary>
public static class AccessRoute
{
    public static AppRoute Route { get; } = new("_access", "GET", "Tells what a user may do, by which rule, and from which grant.", Handle);

    private static async Task Handle(AppRequest request)
    {
        var (query, caller) = (request.Query, request.Caller);
        var user = query.Text("user") ?? caller.UserId!;
        if (user != caller.UserId && !caller.Administers) throw AccessGate.Forbidden("requires_role:admin");
        if (!Names.IsUserId(user)) throw new ProblemException(Problem.Query("user", "is no user's id."));
        var action = query.Text("action") is null ? (DocumentAction?)null : query.OneOf("action", "read", "read", "write", "delete") switch
        {
            "write" => DocumentAction.Write,
            "delete" => DocumentAction.Delete,
            _ => DocumentAction.Read,
        };
        var (tier, document, owner, at) = (query.Text("tier"), query.Text("document"), query.Text("owner"), query.Time("at") ?? request.Http.Now());
        if (tier is null && (action is not null || document is not null)) throw new ProblemException(Problem.Query("tier", "is missing."));

        // What lies in the past is judged by how the app was set up then, what lies ahead by how it is set up now.
        var app = at < request.Http.Now() ? await request.Service<AppDirectory>().At(request.App.Id, at, request.Cancel) ?? App.Unregistered(request.App.Id) : request.App;
        // Of others' tokens nothing is known here.
        var who = (user == caller.UserId ? caller with { Grants = [] } : new Caller(user, [app.Id], [], null)).In(app, at);
        var access = tier is null ? null : AccessPolicy.Allows(who, action ?? DocumentAction.Read, new AccessTarget(app.Id, app, tier, owner, document), at);
        await request.Send(writer =>
        {
            writer.WriteString("user_id", user);
            writer.WriteStartArray("roles");
            foreach (var grant in RolesOf(who)) UserRoutes.WriteGrant(writer, grant);
            writer.WriteEndArray();
            writer.WriteStartArray("accessible_tiers");
            foreach (var accessible in AppsRoutes.AccessibleTiers(app, who, at)) writer.WriteStringValue(accessible.Name);
            writer.WriteEndArray();
            if (access is null) return;
            writer.WriteBoolean("allowed", access.IsAllowed);
            writer.WriteString("because", Because(access));
        });
    }

    private static IEnumerable<RoleGrant> RolesOf(Caller caller) =>
        new[] { Roles.User }.Concat(caller.Roles).Concat(caller.Grants.Select(g => g.Role)).Distinct(StringComparer.Ordinal)
            .Select(caller.GrantOf).OfType<RoleGrant>().OrderBy(g => g.Role, StringComparer.Ordinal);

    // The rule, and what it rests on: tier_permission role:premium_user plan:gold until 2027-01-01T00:00:00.000000Z
    private static string Because(PropsDb.Events.Apps.Access access)
    {
        var rests = access switch
        {
            { Share: { } share } => $" by:{share.GrantedBy}",
            { Role: { } role } when access.Because is "tier_permission" => $" role:{role.Role} {role.Source}",
            { Role: { } role } => $" {role.Source}",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{access.Because}{rests}{(access.Until is { } until ? $" until {Json.Time(until)}" : "")}");
    }
}
