using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration;

/// <summary>An app's users: whether they are let in, and the roles that they are assigned.</summary>
public static class UserRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_users/{user}", "PUT", "Lets a user in, or keeps them out.", Put, true, Documents.Route.Json),
        new("_users/{user}", "GET", "Reads what is known of a user.", Get, true),
        new("_users/{user}/_roles", "GET", "Lists what a user has been given and still has.", ListRoles, true),
        new("_users/{user}/_roles/{role}", "PUT", "Assigns a role, for a time or for good.", Assign, true, Documents.Route.Json),
        new("_users/{user}/_roles/{role}", "DELETE", "Takes a role away.",
            request => request.Administer(new RevokeRole(request.User(), request.Role()), Administering.NoContent, null), true),
    ];

    private static Task Put(AppRequest request)
    {
        var user = request.User();
        return request.Administer(new SetUserActive(user, request.Object.Flag("is_active") ?? true), Administering.CreatedUnless(app => app.Users.ContainsKey(user)), (writer, app) => Write(writer, app.User(user)));
    }

    private static Task Get(AppRequest request) => request.App.Users.TryGetValue(request.User(), out var user)
        ? request.Send(writer => Write(writer, user))
        : throw new ProblemException(Problem.NotFound());

    private static void Write(Utf8JsonWriter writer, User user)
    {
        writer.WriteString("user_id", user.Id);
        writer.WriteBoolean("is_active", user.IsActive);
        writer.WriteTimeOrNull("joined_at", user.JoinedAt);
    }

    private static Task ListRoles(AppRequest request) => request.Send(writer =>
    {
        writer.WriteString("user_id", request.User());
        writer.WriteStartArray("roles");
        foreach (var grant in request.App.GrantsOf(request.User(), request.Http.Now()).OrderBy(g => g.Role, StringComparer.Ordinal)) WriteGrant(writer, grant);
        writer.WriteEndArray();
    });

    public static void WriteGrant(Utf8JsonWriter writer, RoleGrant grant)
    {
        writer.WriteStartObject();
        writer.WriteString("name", grant.Role);
        writer.WriteTimeOrNull("expires_at", grant.ExpiresAt);
        writer.WriteString("source", grant.Source);
        writer.WriteEndObject();
    }

    private static Task Assign(AppRequest request)
    {
        var (user, role) = (request.User(), request.Role());
        if (role is Roles.Public or Roles.User) throw Administering.InvalidName("This role is everyone's already.");
        var now = request.Http.Now();
        return request.Administer(
            new AssignRole(user, role, request.Object.Time("expires_at")),
            Administering.CreatedUnless(app => app.User(user).Roles.TryGetValue(role, out var until) && (until is null || now < until)),
            (writer, app) =>
            {
                writer.WriteString("user_id", user);
                writer.WriteString("role", role);
                writer.WriteTimeOrNull("expires_at", app.User(user).Roles[role]);
            });
    }
}
