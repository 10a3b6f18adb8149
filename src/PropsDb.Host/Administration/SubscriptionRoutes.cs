using System.Security.Cryptography;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Administration;

/// <summary>What users have paid for: a plan, until an instant.</summary>
public static class SubscriptionRoutes
{
    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_users/{user}/_subscriptions", "GET", "Lists a user's subscriptions, the ended ones too.", List, true),
        new("_users/{user}/_subscriptions", "POST", "Begins a subscription.", Begin, true, Documents.Route.Json),
        new("_users/{user}/_subscriptions/{id}", "DELETE", "Ends a subscription now.",
            request => request.Administer(new CancelSubscription(request.User(), request.Named["id"]), Administering.NoContent, null), true),
    ];

    private static Task List(AppRequest request)
    {
        var now = request.Http.Now();
        return request.Send(writer =>
        {
            writer.WriteString("user_id", request.User());
            writer.WriteStartArray("subscriptions");
            foreach (var subscription in request.App.User(request.User()).Subscriptions.Values.OrderBy(s => s.StartedAt).ThenBy(s => s.Id, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                Write(writer, subscription, now);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static Task Begin(AppRequest request)
    {
        var user = request.User();
        var plan = RoleRoutes.Plan(request.Object.RequiredText("plan"), "/plan");
        var expiresAt = request.Object.Time("expires_at") ?? throw ContentBody.Invalid("expires_at is missing.", "/expires_at");
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var location = $"/api/v1/{request.App.Id}/_users/{Uri.EscapeDataString(user)}/_subscriptions/{id}";
        return request.Administer(
            request.App.Id, new Subscribe(user, id, plan, expiresAt, "admin"), (_, _) => 201, (writer, app) => Write(writer, app.User(user).Subscriptions[id], request.Http.Now()), location);
    }

    private static void Write(Utf8JsonWriter writer, Subscription subscription, DateTimeOffset now)
    {
        writer.WriteString("id", subscription.Id);
        writer.WriteString("plan", subscription.Plan);
        writer.WriteBoolean("is_active", subscription.IsActive(now));
        writer.WriteTime("started_at", subscription.StartedAt);
        writer.WriteTime("expires_at", subscription.ExpiresAt);
        writer.WriteTimeOrNull("ended_at", subscription.EndedAt);
        writer.WriteString("end_reason", subscription.EndReason);
        writer.WriteString("source", subscription.Source);
    }
}
