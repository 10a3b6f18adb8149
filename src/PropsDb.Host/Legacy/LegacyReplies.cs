using System.Globalization;
using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Legacy;

/// <summary>Does a write and answers it; says of every document what version it is at.</summary>
public static class LegacyReplies
{
    /// <summary>A client that is sent no body must still learn the version.</summary>
    public static void Stamp(HttpContext http, Document document)
    {
        var version = Version(document);
        http.Response.Headers.ETag = $"\"{version}\"";
        http.Response.Headers["X-Document-Version"] = version;
    }

    public static string Version(Document document) => document.LifeVersion.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>"name": {"__version": "1", "collection": {…}}</c></summary>
    public static void WriteContent(this Utf8JsonWriter writer, string name, Document document, IEnumerable<string> collections)
    {
        writer.WriteStartObject(name);
        writer.WriteString("__version", Version(document));
        foreach (var collection in collections)
        {
            writer.WriteStartObject(collection);
            foreach (var (property, value) in document.Visible[collection]!.Properties)
            {
                writer.WritePropertyName(property);
                writer.WriteValue(value.Value);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>The named collections of a document: 404 where none is there, 204 where there is nothing to show.</summary>
    public static Task Send(LegacyRequest request, Document document, IReadOnlyList<string> collections)
    {
        var http = request.Http;
        Stamp(http, document);
        if (collections.Count > 0) return Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteContent(request.Key.Name, document, collections);
            writer.WriteEndObject();
        }), Documents.Route.Json);
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    /// <summary>A stale write is refused whatever the tier or the document would do with it: the client does its own merging.</summary>
    public static async Task Write(this LegacyRequest request, Operation operation)
    {
        var precondition = LegacyBody.Precondition(request.Body);
        var write = new Write(request.Key, operation, precondition, ConflictStrategy.Manual);
        switch (await request.Inner.Service<DocumentStreams>().Transact(write, request.Inner.Author(), new WriteOptions { Until = request.Inner.Admission.Access.Until }, request.Cancel))
        {
            case Outcome.Accepted accepted:
                await Accept(request.Http, accepted);
                break;
            case Outcome.Rejected(VersionConflict conflict, var lost):
                await LegacyErrors.WriteConflict(request, conflict, precondition.Version, Writes.LogConflict(request.Inner, request.Key, conflict, lost));
                break;
            case Outcome.Rejected(var rejection, _):
                throw new ProblemException(Replies.Of(rejection));
        }
    }

    private static Task Accept(HttpContext http, Outcome.Accepted accepted)
    {
        Stamp(http, accepted.After);
        return Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", "Success");
            writer.WriteBoolean("ok", true);
            writer.WriteString("newVersion", Version(accepted.After));
            writer.WriteTime("timestamp", http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
            writer.WriteNumber("affectedRows", accepted.Events.Count);
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }
}
