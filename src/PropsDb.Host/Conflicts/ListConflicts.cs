using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Conflicts;

/// <summary>The conflict log, for whoever may write the documents.</summary>
public static class ListConflicts
{
    public static AppRoute OfApp { get; } = new("_conflicts", "GET", "Lists stale writes that were rejected or merged, the newest first.", Handle);

    public static Documents.Route OfDocument { get; } = new(Level.Document, "_conflicts", "GET", "Lists the document's stale writes that were rejected or merged, the newest first.", Handle);

    private static Task Handle(AppRequest request)
    {
        var writable = request.App.Tiers.Values
            .Concat(request.Caller.Roles.Where(Names.IsRole).Select(Tier.OfRole))
            .Where(t => request.Http.Ask(request.Caller, DocumentAction.Write, new AccessTarget(request.App.Id, request.App, t.Name)).IsAllowed).ToList();
        bool IsOpen(Tier tier) => tier.Type != TierType.PerUser || request.Caller.ActsForAll;
        return List(request.Http, request.Caller, request.App, new ConflictQuery(
            request.App.Id, [.. writable.Where(IsOpen).Select(t => t.Name)], [.. writable.Where(t => !IsOpen(t)).Select(t => t.Name)],
            request.Caller.UserId, SharedToWrite(request), request.Query.Text("tier"), request.Query.Text("document"), Resolved(request.Query), Limit(request.Query)));
    }

    private static IReadOnlyCollection<Guid> SharedToWrite(AppRequest request) => request.Caller is not { UserId: { } user, Key: null } || !request.Caller.Apps.Contains(request.App.Id) ? []
        : [.. request.App.SharedTo(user, DocumentAction.Write, request.Http.Now())];

    private static Task Handle(DocumentRequest request)
    {
        var isOwned = request.Key.Owner is not null;
        return List(request.Http, request.Admission.Caller, request.Admission.App, new ConflictQuery(
            request.Key.App, isOwned ? [] : [request.Key.Tier], isOwned ? [request.Key.Tier] : [], request.Key.Owner, [], request.Key.Tier, request.Key.Name,
            Resolved(request.Query), Limit(request.Query)));
    }

    private static bool? Resolved(Query query) => query.Text("resolved") is null ? null : query.Flag("resolved");

    private static int Limit(Query query) => (int)(query.Number("limit", 1, 500) ?? 100);

    private static async Task List(HttpContext http, Caller caller, App app, ConflictQuery query)
    {
        bool MayRead(DocumentKey key) => http.Ask(caller, DocumentAction.Read, new AccessTarget(app.Id, app, key.Tier, key.Owner, key.Name)) is { IsAllowed: true } access && access.Share is null;
        var conflicts = await http.RequestServices.GetRequiredService<ConflictLog>().List(query, http.RequestAborted);
        await Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("conflicts");
            foreach (var conflict in conflicts) writer.WriteLogged(conflict, MayRead(conflict.Key));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }

    /// <param name="mayRead">A caller who may not read the document is shown no side but the writer's own, as in the answer to the write.</param>
    private static void WriteLogged(this Utf8JsonWriter writer, LoggedConflict conflict, bool mayRead)
    {
        writer.WriteStartObject();
        writer.WriteString("id", conflict.Id);
        writer.WriteString("tier", conflict.Key.Tier);
        writer.WriteString("owner", conflict.Key.Owner);
        writer.WriteString("document", conflict.Key.Name);
        if (conflict.Expected is { } expected) writer.WriteNumber("expected", expected);
        else writer.WriteNull("expected");
        writer.WriteNumber("actual", conflict.Actual);
        writer.WriteString("by", conflict.By);
        writer.WriteTime("at", conflict.At);
        writer.WritePropertyName("conflicts");
        writer.WriteRawValue(mayRead ? conflict.Conflicts : LocalSides(conflict.Conflicts), skipInputValidation: true);
        if (conflict.Lost is { } lost)
        {
            writer.WritePropertyName("operations");
            writer.WriteRawValue(lost, skipInputValidation: true);
        }
        if (conflict.Resolution is not null) writer.WriteString("resolution", conflict.Resolution);
        if (conflict.ResolvedAt is { } at) writer.WriteTime("resolved_at", at);
        writer.WriteEndObject();
    }

    private static string LocalSides(string conflicts) => JsonValue.Array(JsonValue.FromChecked(conflicts).Items
        .Select(c => JsonValue.Object(c.Members.Where(m => m.Name is "path" or "local")))).ToString();
}
