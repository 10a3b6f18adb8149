using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Administration;

/// <summary>An app's tiers. A tier is data: a new one needs its PUT and nothing else.</summary>
public static class TierRoutes
{
    private const int MaxDescriptionLength = 1_000;

    public static IReadOnlyList<AppRoute> All { get; } =
    [
        new("_tiers", "GET", "Lists an app's tiers, and which the caller may read.", List),
        new("_tiers/{tier}", "PUT", "Defines a tier.", Define, true, Documents.Route.Json),
        new("_tiers/{tier}", "DELETE", "Removes a tier that has no documents.", Remove, true),
        new("_tiers/{tier}/_grants/{other}", "PUT", "Lets callers of another app read a tier.", Grant, true),
        new("_tiers/{tier}/_grants/{other}", "DELETE", "Takes that back.",
            request => request.Administer(new RevokeTierGrant(Name(request), request.Named["other"]), Administering.NoContent, null), true),
    ];

    private static Task List(AppRequest request)
    {
        var now = request.Http.Now();
        return request.Send(writer =>
        {
            writer.WriteStartArray("tiers");
            foreach (var tier in request.App.Tiers.Values.OrderBy(t => t.Name, StringComparer.Ordinal))
            {
                var access = AccessPolicy.Allows(request.Caller, DocumentAction.Read, new AccessTarget(request.App.Id, request.App, tier.Name), now);
                writer.WriteStartObject();
                writer.WriteString("name", tier.Name);
                writer.WriteString("type", tier.Type.Name());
                writer.WriteBoolean("accessible", access.IsAllowed);
                if (!access.IsAllowed) writer.WriteString("reason", access.Because);
                if (tier.Description is not null) writer.WriteString("description", tier.Description);
                if (request.Caller.IsAdmin) WriteRules(writer, tier);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static async Task Define(AppRequest request)
    {
        var (name, json) = (Name(request), request.Object);
        var definition = new TierDefined(name, Type(json), Description(json), Permissions(json), Strategy(json), json.Flag("require_version") ?? true);
        await request.Administer(new DefineTier(definition, await HoldsDocuments(request, name)), Administering.CreatedUnless(app => app.Tiers.ContainsKey(name)), (writer, app) =>
        {
            var tier = app.Tiers[name];
            writer.WriteString("name", name);
            writer.WriteString("type", tier.Type.Name());
            writer.WriteString("description", tier.Description);
            WriteRules(writer, tier);
        });
    }

    private static async Task Remove(AppRequest request)
    {
        var name = Name(request);
        await request.Administer(new RemoveTier(name, await HoldsDocuments(request, name)), Administering.NoContent, null);
    }

    private static Task Grant(AppRequest request)
    {
        var (name, other) = (Name(request), request.Named["other"]);
        if (!Names.IsAppId(other)) throw Administering.InvalidName("This is no app's id.");
        return request.Administer(new GrantTier(name, other), Administering.CreatedUnless(app => app.Tiers[name].ReadableBy.Contains(other)), (writer, _) =>
        {
            writer.WriteString("tier", name);
            writer.WriteString("app", other);
        });
    }

    private static Task<bool> HoldsDocuments(AppRequest request, string tier) => request.Service<DocumentLists>().HoldsAny(request.App.Id, tier, request.Cancel);

    // A tier of a role is there by its name alone.
    private static string Name(AppRequest request) => request.Named["tier"] is var name && Names.IsTier(name) && Names.RoleOfTier(name) is null
        ? name : throw Administering.InvalidName("A tier's name matches [a-z][a-z0-9-]{0,49}.");

    private static string Type(JsonValue json) => json.RequiredText("type") is var type && TierTypes.Parse(type) is not null
        ? type : throw ContentBody.Invalid("type is singleton, per_user or shared.", "/type");

    private static string? Description(JsonValue json) => json.KeptText("description") is not { } text ? null
        : text.Length <= MaxDescriptionLength ? text : throw ContentBody.Invalid($"description has at most {MaxDescriptionLength} characters.", "/description");

    private static string? Strategy(JsonValue json) => json.Text("conflict_resolution_strategy") is not { } text ? null
        : ConflictStrategies.TryParse(text, out _) ? text : throw ContentBody.Invalid("conflict_resolution_strategy is manual, merge or last_write_wins.", "/conflict_resolution_strategy");

    private static List<TierPermission> Permissions(JsonValue json)
    {
        if (json.Member("permissions") is null) throw ContentBody.Invalid("permissions is missing.", "/permissions");
        var permissions = json.Objects("permissions").Select(p => new TierPermission(
            Administering.Role(p.Json.RequiredText("role", p.At), p.At + "/role"),
            p.Json.Flag("can_read", p.At) ?? false, p.Json.Flag("can_write", p.At) ?? false, p.Json.Flag("can_delete", p.At) ?? false)).ToList();
        return permissions.Select(p => p.Role).Distinct(StringComparer.Ordinal).Count() == permissions.Count
            ? permissions : throw ContentBody.Invalid("A role stands twice.", "/permissions");
    }

    private static void WriteRules(Utf8JsonWriter writer, Tier tier)
    {
        writer.WriteStartArray("permissions");
        foreach (var (role, canRead, canWrite, canDelete) in tier.Permissions)
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            writer.WriteRights(canRead, canWrite, canDelete);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("conflict_resolution_strategy", ConflictStrategies.Name(tier.Strategy));
        writer.WriteBoolean("require_version", tier.RequiresVersion);
        writer.WriteStartArray("granted_to");
        foreach (var app in tier.ReadableBy.Order(StringComparer.Ordinal)) writer.WriteStringValue(app);
        writer.WriteEndArray();
    }
}
