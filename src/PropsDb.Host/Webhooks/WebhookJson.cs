using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Host.Administration;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Webhooks;

namespace PropsDb.Host.Webhooks;

/// <summary>Webhooks as administrators see them.</summary>
internal static class WebhookJson
{
    public static void Write(this Utf8JsonWriter writer, Webhook webhook)
    {
        writer.WriteString("name", webhook.Name);
        writer.WriteString("url", webhook.Url);
        writer.WriteString("tier", webhook.Tier);
        writer.WriteString("document", webhook.Document);
        writer.WriteTime("created_at", webhook.CreatedAt);
        writer.WriteString("created_by", webhook.CreatedBy);
        writer.WriteTimeOrNull("previous_secret_expires_at", webhook.PreviousUntil);
    }

    public static void Write(this Utf8JsonWriter writer, Webhook webhook, WebhookState state, string app, Seal seal)
    {
        writer.WriteString("state", state.IsHalted ? "halted" : state.IsFailing ? "failing" : "ok");
        writer.WriteString("position", state.Position is { } position ? seal.Position(app, position) : webhook.From);
        writer.WriteNumber("waiting", state.Waiting);
        writer.WriteNumber("dead", state.Dead);
        writer.WriteTimeOrNull("last_delivered_at", state.DeliveredAt);
        writer.WriteTimeOrNull("last_failed_at", state.FailedAt);
    }

    public static void Write(this Utf8JsonWriter writer, Webhook webhook, IReadOnlyList<FailedDelivery> failures, string app, Seal seal)
    {
        writer.WriteStartArray("failures");
        foreach (var failure in failures)
        {
            writer.WriteStartObject();
            writer.WriteString("delivery", Courier.IdOf(app, webhook.Name, seal.Position(app, failure.Position)));
            writer.WriteString("position", seal.Position(app, failure.Position));
            writer.WriteString("replay_from", seal.Position(app, failure.ReplayFrom));
            writer.WriteString("tier", failure.Key.Tier);
            writer.WriteString("owner", failure.Key.Owner);
            writer.WriteString("document", failure.Key.Name);
            writer.WriteNumber("version", failure.Version);
            writer.WriteString("state", failure.NextAt is null ? "dead" : "retrying");
            writer.WriteNumber("attempts", failure.Attempts);
            writer.WriteString("reason", failure.Reason);
            writer.WriteTime("failed_at", failure.FailedAt);
            writer.WriteTimeOrNull("next_attempt_at", failure.NextAt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
