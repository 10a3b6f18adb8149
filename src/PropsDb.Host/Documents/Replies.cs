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
    public static Task Read(DocumentRequest request, HeldDocument held, Action<Utf8JsonWriter> body) => Read(request, held, () => Json.Write(body));

    public static Task Read(DocumentRequest request, HeldDocument held, Func<ReadOnlyMemory<byte>> body) =>
        IsFresh(request, held, Stamps(request, held).Version) ? Task.CompletedTask : Reply.Send(request.Http, 200, body(), Route.Json);

    /// <summary>A property's value alone.</summary>
    public static Task ReadBare(DocumentRequest request, HeldDocument held, JsonValue value) =>
        IsFresh(request, held, $"\"{held.State.Version};v\"") ? Task.CompletedTask : Reply.Send(request.Http, 200, value.Utf8, "application/vnd.propsdb.value+json");

    private static bool IsFresh(DocumentRequest request, HeldDocument held, string etag)
    {
        var response = request.Http.Response;
        var stamps = Stamps(request, held);
        response.Headers.LastModified = stamps.UpdatedAt;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers["X-Position"] = stamps.Position;
        // What include=vector adds changes without a version of the document.
        if (request.IncludesVector) return false;
        response.Headers.ETag = etag;
        if (!Conditions.IsFresh(request.Http.Request, etag)) return false;
        response.StatusCode = 304;
        return true;
    }

    private static DocumentStamps Stamps(DocumentRequest request, HeldDocument held) => held.Stamps(h => new(
        $"\"{h.State.Version}\"", h.State.Updated.At.ToString("R", System.Globalization.CultureInfo.InvariantCulture), Position(request, h.State)));

    public static string Position(DocumentRequest request, Document document) => request.Service<Seal>().Position(request.Key.App, document.Position);

    public static Task Accept(DocumentRequest request, Outcome.Accepted accepted, Reply reply)
    {
        if (!request.IsRehearsal)
        {
            var headers = request.Http.Response.Headers;
            headers["X-Position"] = Position(request, accepted.After);
            if (Prefer.Of(request.Http.Request) is { } prefer && accepted.After.Exists) headers["Preference-Applied"] = $"return={prefer}";
        }
        return reply.Send(request.Http);
    }

    /// <param name="success">The status where no document was created, <paramref name="created"/> that where one was.</param>
    /// <param name="body">What the answer holds beside what every write's answer may hold.</param>
    public static Reply Build(DocumentRequest request, Outcome.Accepted accepted, int success, int created, Action<Utf8JsonWriter, Document>? body)
    {
        var status = accepted.CreatedDocument ? created : success;
        if (request.IsRehearsal)
            return new Reply(status == 204 ? 200 : status, null, null, Json.Write(writer => Members(writer, request, accepted, body)));
        var etag = $"\"{accepted.After.Version}\"";
        var location = status == 201 ? Location(request.Key, request.Target, request.Made) : null;
        if (status == 204) return new Reply(204, etag, null, default);
        if (Prefer.Of(request.Http.Request) is "minimal") return new Reply(status == 201 ? 201 : 204, etag, location, default);
        return new Reply(status, etag, location, Json.Write(writer => Members(writer, request, accepted, body)));
    }

    private static void Members(Utf8JsonWriter writer, DocumentRequest request, Outcome.Accepted accepted, Action<Utf8JsonWriter, Document>? body)
    {
        writer.WriteStartObject();
        body?.Invoke(writer, accepted.After);
        if (Prefer.Of(request.Http.Request) is "representation" && !request.IsRehearsal && request.AnswersWithPart && request.MayRead())
        {
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, accepted.After, accepted.After.Visible, request.AsObject);
        }
        if (accepted.MergedFrom is { } ancestor)
        {
            writer.WriteBoolean("merged", true);
            if (!request.IsRehearsal && request.MaySeeSince(ancestor)) writer.WriteChanges(Change.Between(request.Key, ancestor, accepted.Before));
        }
        if (request.IsRehearsal)
        {
            writer.WriteBoolean("dry_run", true);
            writer.WriteRehearsed(request, accepted);
        }
        writer.WriteEndObject();
    }

    /// <summary>What others changed is shown to who may read it, and to a grantee not from before the grant.</summary>
    public static bool MaySeeSince(this DocumentRequest request, Document ancestor) => ancestor.Version >= request.Since && request.MayRead();

    /// <summary>What a write would change; to who may not read, only what they set.</summary>
    public static void WriteRehearsed(this Utf8JsonWriter writer, DocumentRequest request, Outcome.Accepted accepted)
    {
        var changes = Change.Of(accepted.Before, accepted.Events);
        writer.WriteChanges(request.MayRead() ? changes : changes.Where(c => c.Op == "set").Select(c => c with { Previous = null }));
    }

    /// <param name="conflictId">Under which a rejected stale write is found in the conflict log.</param>
    public static Task Refuse(DocumentRequest request, Rejection rejection, Guid? conflictId)
    {
        var mayRead = request.MayRead();
        return (Of(rejection) with { More = writer => WriteMore(writer, request, rejection, conflictId, mayRead) }).Write(request.Http);
    }

    private static void WriteMore(Utf8JsonWriter writer, DocumentRequest request, Rejection rejection, Guid? conflictId, bool mayRead)
    {
        switch (rejection)
        {
            case VersionConflict conflict:
                writer.WriteConflict(request, request.Key, conflict, conflictId, mayRead);
                break;
            case BatchRejection batch:
                writer.WriteResults(batch.Steps, batch.Failed, batch.Code);
                break;
            case SequenceGap gap:
                writer.WriteNumber("expected", gap.Expected);
                break;
        }
    }

    public static void WriteConflict(
        this Utf8JsonWriter writer, DocumentRequest request, DocumentKey key, VersionConflict conflict, Guid? conflictId, bool mayRead)
    {
        if (conflict.Expected is { } expected) writer.WriteNumber("expected", expected);
        else writer.WriteNull("expected");
        writer.WriteNumber("actual", conflict.Actual);
        writer.WriteConflicts(conflict.Conflicts, mayRead, showsBase: conflict.Expected is null || conflict.Expected >= request.Since);
        if (conflictId is { } id) writer.WriteString("conflict_id", id);
        if (!mayRead) return;
        WriteDocumentOrNull(writer, "remote", request, key, conflict.Remote, conflict.Remote.Exists ? conflict.Remote.Content : null);
        WriteDocumentOrNull(writer, "merged", request, key, conflict.Remote, conflict.Merged);
    }

    private static void WriteDocumentOrNull(Utf8JsonWriter writer, string name, DocumentRequest request, DocumentKey key, Document document, Content? content)
    {
        writer.WritePropertyName(name);
        if (content is null) writer.WriteNullValue();
        else writer.WriteDocument(key, document, content, request.AsObject);
    }

    /// <summary>One entry for each operation of a batch that was done, and one for the one that failed.</summary>
    public static void WriteResults(this Utf8JsonWriter writer, IReadOnlyList<BatchStep> steps, int failed = int.MaxValue, string? error = null)
    {
        writer.WriteStartArray("results");
        for (var i = 0; i < steps.Count && i <= failed; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("path", steps[i].Path.ToString());
            writer.WriteBoolean("success", i != failed);
            if (i == failed) writer.WriteString("error", error);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static string Location(DocumentKey key, PropertyPath target, string? made)
    {
        // What a URL segment would read as an operation is named by pointer.
        var byPointer = (target.Collection is { } c && Names.IsOperation(c)) || (target.Property is { } p && Names.IsOperation(p));
        var names = byPointer ? [key.App, key.Tier, key.Name] : new[] { key.App, key.Tier, key.Name, target.Collection, target.Property };
        var query = new List<string>();
        if (byPointer) query.Add("path=" + Uri.EscapeDataString(target.ToString()));
        if (key.Owner is not null) query.Add("owner=" + Uri.EscapeDataString(key.Owner));
        return "/api/v1/" + string.Join('/', names.OfType<string>().Select(Uri.EscapeDataString)) + made + (query.Count == 0 ? "" : "?" + string.Join('&', query));
    }
}
