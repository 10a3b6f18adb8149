using System.Text.Json;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Audit;

namespace PropsDb.Host.Audit;

/// <summary>Every event of the app, in order, each with the hash that covers the ones before: for administrators; for others what they did themselves.</summary>
public static class GetAudit
{
    public static AppRoute Route { get; } = new("_audit", "GET", "Streams the app's events with their hash chain, a line of JSON each; to users their own.", Handle);

    private static async Task Handle(AppRequest request)
    {
        var query = new AuditQuery(
            request.App.Id, request.Query.Time("from"), request.Query.Time("to"), User(request), request.Query.Text("tier"), request.Query.Text("document"), request.Caller.TierAccess);
        var log = request.Service<AuditLog>();
        await log.CatchUp(request.Cancel);
        var response = request.Http.Response;
        response.ContentType = "application/x-ndjson";
        await foreach (var entry in log.Read(query, request.Cancel))
        {
            await response.Body.WriteAsync(Json.Write(writer => Write(writer, entry)), request.Cancel);
            await response.Body.WriteAsync("\n"u8.ToArray(), request.Cancel);
        }
    }

    private static string? User(AppRequest request)
    {
        var named = request.Query.Text("user");
        if (request.Caller.IsAdmin) return named;
        if (named is not null && !string.Equals(named, request.Caller.UserId, StringComparison.Ordinal))
            throw new ProblemException(AccessGate.Refusal(new(Events.Apps.AccessVerdict.Forbidden, "requires_role:admin"))!);
        return request.Caller.UserId;
    }

    private static void Write(Utf8JsonWriter writer, AuditEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seq", entry.Seq);
        writer.WriteTime("at", entry.Event.At);
        writer.WriteString("by", entry.Event.By);
        writer.WriteString("action", entry.Event.Action);
        if (entry.Tier is not null) writer.WriteString("tier", entry.Tier);
        if (entry.Owner is not null) writer.WriteString("owner", entry.Owner);
        if (entry.Document is not null) writer.WriteString("document", entry.Document);
        writer.WritePropertyName("data");
        entry.WriteData(writer);
        writer.WriteString("app", entry.Event.App);
        writer.WriteString("id", entry.Event.Id);
        writer.WriteString("stream", entry.Event.Stream);
        writer.WriteNumber("number", entry.Event.Number);
        writer.WriteString("commit", entry.Event.Commit);
        writer.WriteString("request", entry.Event.Request);
        writer.WritePropertyName("headers");
        entry.WriteHeaders(writer);
        if (entry.Salt is not null) writer.WriteString("salt", Convert.ToHexStringLower(entry.Salt));
        writer.WriteString("previous", Convert.ToHexStringLower(entry.Previous));
        writer.WriteString("hash", Convert.ToHexStringLower(entry.Hash));
        writer.WriteEndObject();
    }
}
