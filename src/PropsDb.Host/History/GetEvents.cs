using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.History;

public static class GetEvents
{
    public static Documents.Route Route { get; } = new(Level.Document, "_events", "GET", "Streams the document's events in order, a line of JSON each.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var after = Math.Max(request.Query.Version("after_version") ?? 0, request.Since);
        await request.Known();
        var start = await request.Service<DocumentReader>().NumberUpTo(request.Key, after, request.Cancel);
        var response = request.Http.Response;
        response.ContentType = "application/x-ndjson";
        var seal = request.Service<Seal>();
        await foreach (var recorded in request.Service<EventReader>().After(request.Key, start, request.Cancel))
        {
            if (recorded.Event.Version <= after) continue;
            // Who else was given something of the document is not the grantee's business.
            if (request.Since > 0 && recorded.Event is DocumentAdministration) continue;
            var line = Json.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("version", recorded.Event.Version);
                writer.WriteString("position", seal.Position(request.Key.App, recorded.Position));
                writer.WriteString("type", recorded.Type);
                writer.WriteTime("at", recorded.Commit.At);
                writer.WriteString("by", recorded.Commit.By);
                writer.WriteStartObject("data");
                WriteData(writer, recorded.Event);
                writer.WriteEndObject();
                writer.WriteEndObject();
            });
            await response.Body.WriteAsync(line, request.Cancel);
            await response.Body.WriteAsync("\n"u8.ToArray(), request.Cancel);
        }
    }

    private static void WriteData(Utf8JsonWriter writer, DocumentEvent e)
    {
        switch (e)
        {
            case DocumentCreated(_, var tier, var owner, var name):
                writer.WriteString("tier", tier);
                writer.WriteString("owner", owner);
                writer.WriteString("name", name);
                break;
            case DocumentRolledBack(_, var to):
                writer.WriteNumber("to_version", to);
                break;
            case CollectionSet(_, var collection, var properties):
                writer.WriteString("collection", collection);
                writer.WriteStartObject("properties");
                foreach (var (name, value) in properties) writer.WriteOptional(name, value);
                writer.WriteEndObject();
                break;
            case CollectionDeleted(_, var collection, _):
                writer.WriteString("collection", collection);
                break;
            case PropertySet(_, var path, var value, _):
                writer.WriteString("path", path.ToString());
                writer.WriteOptional("value", value);
                break;
            case PropertyDeleted(_, var path, _):
                writer.WriteString("path", path.ToString());
                break;
            case CollectionsOrdered(_, var names):
                WriteNames(writer, names);
                break;
            case PropertiesOrdered(_, var collection, var names):
                writer.WriteString("collection", collection);
                WriteNames(writer, names);
                break;
            case DocumentSettingsChanged(_, var strategy):
                writer.WriteString("conflict_resolution_strategy", strategy);
                break;
            case ValueErased(_, var path, var number):
                writer.WriteString("property", path.ToString());
                writer.WriteNumber("number", number);
                break;
            case DocumentShared share:
                writer.WriteString("user_id", share.User);
                writer.WriteRights(share.CanRead, share.CanWrite, share.CanDelete);
                if (share.ExpiresAt is { } until) writer.WriteTime("expires_at", until);
                else writer.WriteNull("expires_at");
                break;
            case ShareRevoked(_, var user):
                writer.WriteString("user_id", user);
                break;
            case ShareExpired(_, var user):
                writer.WriteString("user_id", user);
                break;
        }
    }

    private static void WriteNames(Utf8JsonWriter writer, IEnumerable<string> names)
    {
        writer.WriteStartArray("names");
        foreach (var name in names) writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
