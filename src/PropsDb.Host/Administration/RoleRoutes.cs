using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration;

/// <summary>An app's roles, and the plans that grant them.</summary>
public static class RoleRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_roles", "GET", "Lists the roles that are described.", List, true),
        new("_roles/{role}", "PUT", "Describes a role.", Define, true, Documents.Route.Json),
        new("_roles/{role}", "GET", "Reads a role.", Get, true),
        new("_roles/{role}", "DELETE", "Removes a role's description; who was assigned the role keeps it.",
            request => request.Administer(new RemoveRole(request.Role()), Administering.NoContent, null), true),
        new("_plans", "GET", "Lists the plans.", ListPlans, true),
        new("_plans/{plan}", "PUT", "Says which roles a plan grants.", DefinePlan, true, Documents.Route.Json),
        new("_plans/{plan}", "DELETE", "Removes a plan; its subscriptions grant the role of its name from then on.",
            request => request.Administer(new RemovePlan(Plan(request.Named["plan"], "")), Administering.NoContent, null), true),
    ];

    private static Task List(AppRequest request) => request.Send(writer =>
    {
        writer.WriteStartArray("roles");
        foreach (var role in request.App.Roles.Keys.Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            Write(writer, request.App, role);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    private static Task Define(AppRequest request)
    {
        var role = request.Role();
        return request.Administer(new DefineRole(role, request.Object.KeptText("description")), Administering.CreatedUnless(app => app.Roles.ContainsKey(role)), (writer, app) => Write(writer, app, role));
    }

    private static Task Get(AppRequest request) => request.App.Roles.ContainsKey(request.Role())
        ? request.Send(writer => Write(writer, request.App, request.Role()))
        : throw new ProblemException(Problem.NotFound());

    private static void Write(Utf8JsonWriter writer, App app, string role)
    {
        writer.WriteString("name", role);
        writer.WriteString("description", app.Roles[role]);
    }

    private static Task ListPlans(AppRequest request) => request.Send(writer =>
    {
        writer.WriteStartArray("plans");
        foreach (var plan in request.App.Plans.Keys.Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            WritePlan(writer, request.App, plan);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    private static Task DefinePlan(AppRequest request)
    {
        var plan = Plan(request.Named["plan"], "");
        var roles = request.Object.Texts("roles") ?? throw ContentBody.Invalid("roles is missing.", "/roles");
        for (var i = 0; i < roles.Count; i++)
        {
            Administering.Role(roles[i], $"/roles/{i}");
            // A payment must not make an administrator.
            if (Roles.IsBuiltIn(roles[i])) throw ContentBody.Invalid("A plan grants none of the roles that every app has.", $"/roles/{i}");
        }
        return request.Administer(new DefinePlan(plan, [.. roles]), Administering.CreatedUnless(app => app.Plans.ContainsKey(plan)), (writer, app) => WritePlan(writer, app, plan));
    }

    private static void WritePlan(Utf8JsonWriter writer, App app, string plan)
    {
        writer.WriteString("name", plan);
        writer.WriteStartArray("roles");
        foreach (var role in app.Plans[plan]) writer.WriteStringValue(role);
        writer.WriteEndArray();
    }

    /// <summary>A plan that is not defined grants the role of its name, so its name is a role's, and none of those that every app has.</summary>
    public static string Plan(string plan, string pointer) => !Roles.IsBuiltIn(Administering.Role(plan, pointer))
        ? plan : throw Administering.InvalidName("A plan has not the name of a role that every app has.", pointer);
}
