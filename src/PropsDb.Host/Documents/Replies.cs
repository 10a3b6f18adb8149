using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

/// <summary>Turns what a read found, or what became of a write, into an answer.</summary>
public static class Replies
{
    public static Problem Of(Rejection rejection) => new(rejection.Code, rejection.Detail, rejection.Faults.IsDefault ? null : rejection.Faults)
    {
        Status = rejection.ByHeader ? 412 : null,
    };

    /// <summary>A part of a document that was read, or 304 if the client has it.</summary>
    public static Task Read(DocumentRequest request, Document document, Action<Utf8JsonWriter> body)
    {
        if (IsFresh(request, document, $"\"{document.Version}\"")) return Task.CompletedTask;
        return Send(request.Http, 200, Json.Write(body), "application/json");
    }

    /// <summary>A property's value alone.</summary>
    public static Task ReadBare(DocumentRequest request, Document document, JsonValue value) =>
        IsFresh(request, document, $"\"{document.Version};v\"") ? Task.CompletedTask : Send(request.Http, 200, value.Utf8, "application/vnd.propsdb.value+json");

    private static bool IsFresh(DocumentRequest request, Document document, string etag)
    {
        var response = request.Http.Response;
        Stamp(request, document, etag);
        response.Headers.LastModified = document.Updated.At.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "private, no-cache";
        if (!Conditions.IsFresh(request.Http.Request, etag)) return false;
        response.StatusCode = 304;
        return true;
    }

    /// <param name="success">The status where no document was created.</param>
    /// <param name="body">What the answer holds beside what every write's answer may hold.</param>
    public static async Task Write(DocumentRequest request, Outcome outcome, int success, Action<Utf8JsonWriter, Document>? body)
    {
        if (outcome is Outcome.Rejected(var rejection))
        {
            await Refuse(request, rejection);
            return;
        }
        var accepted = (Outcome.Accepted)outcome;
        var status = accepted.CreatedDocument && body is not null ? 201 : success;
        if (request.IsRehearsal)
        {
            await Send(request.Http, status == 204 ? 200 : status, Json.Write(writer => Members(writer, request, accepted, body, isRehearsal: true)), "application/json");
            return;
        }
        Stamp(request, accepted.After, $"\"{accepted.After.Version}\"");
        var prefer = Prefer.Of(request.Http.Request);
        if (prefer is not null && status != 204) request.Http.Response.Headers["Preference-Applied"] = $"return={prefer}";
        if (status == 201) request.Http.Response.Headers.Location = Location(request.Key, request.Target);
        if (status == 204 || prefer is "minimal")
        {
            request.Http.Response.StatusCode = status == 201 ? 201 : 204;
            if (status == 201) request.Http.Response.ContentLength = 0;
            return;
        }
        await Send(request.Http, status, Json.Write(writer => Members(writer, request, accepted, body, isRehearsal: false)), "application/json");
    }

    private static void Members(Utf8JsonWriter writer, DocumentRequest request, Outcome.Accepted accepted, Action<Utf8JsonWriter, Document>? body, bool isRehearsal)
    {
        writer.WriteStartObject();
        body?.Invoke(writer, accepted.After);
        if (Prefer.Of(request.Http.Request) is "representation" && !isRehearsal && request.Target.Collection is not null && request.MayRead())
        {
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, accepted.After, accepted.After.Visible, request.AsObject);
        }
        if (accepted.MergedFrom is { } ancestor)
        {
            writer.WriteBoolean("merged", true);
            if (!isRehearsal) writer.WriteChanges(Change.Between(request.Key, ancestor, accepted.Before));
        }
        if (isRehearsal)
        {
            writer.WriteBoolean("dry_run", true);
            writer.WriteChanges(Change.Of(accepted.Before, accepted.Events));
        }
        writer.WriteEndObject();
    }

    public static Task Refuse(DocumentRequest request, Rejection rejection)
    {
        var problem = Of(rejection);
        if (rejection is VersionConflict conflict)
        {
            var mayRead = request.MayRead();
            problem = problem with
            {
                More = writer =>
                {
                    if (conflict.Expected is { } expected) writer.WriteNumber("expected", expected);
                    else writer.WriteNull("expected");
                    writer.WriteNumber("actual", conflict.Actual);
                    writer.WriteConflicts(conflict.Conflicts, mayRead);
                    if (!mayRead) return;
                    WriteDocumentOrNull(writer, "remote", request, conflict.Remote, conflict.Remote.Exists ? conflict.Remote.Content : null);
                    WriteDocumentOrNull(writer, "merged", request, conflict.Remote, conflict.Merged);
                },
            };
        }
        return problem.Write(request.Http);
    }

    private static void WriteDocumentOrNull(Utf8JsonWriter writer, string name, DocumentRequest request, Document document, Content? content)
    {
        writer.WritePropertyName(name);
        if (content is null) writer.WriteNullValue();
        else writer.WriteDocument(request.Key, document, content, request.AsObject);
    }

    private static void Stamp(DocumentRequest request, Document document, string etag)
    {
        var headers = request.Http.Response.Headers;
        headers.ETag = etag;
        headers["X-Position"] = request.Service<Seal>().Position(request.Key.App, document.Position);
    }

    private static string Location(DocumentKey key, PropertyPath target)
    {
        // What a URL segment would read as an operation is named by pointer.
        var byPointer = (target.Collection is { } c && Names.IsOperation(c)) || (target.Property is { } p && Names.IsOperation(p));
        var names = byPointer ? [key.App, key.Tier, key.Name] : new[] { key.App, key.Tier, key.Name, target.Collection, target.Property };
        var query = new List<string>();
        if (byPointer) query.Add("path=" + Uri.EscapeDataString(target.ToString()));
        if (key.Owner is not null) query.Add("owner=" + Uri.EscapeDataString(key.Owner));
        return "/api/v1/" + string.Join('/', names.OfType<string>().Select(Uri.EscapeDataString)) + (query.Count == 0 ? "" : "?" + string.Join('&', query));
    }

    public static Task Send(HttpContext http, int status, ReadOnlyMemory<byte> body, string mediaType)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}
