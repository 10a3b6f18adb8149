using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

/// <summary>Does a write and answers it: the one way of every route that changes a document.</summary>
public static class Writes
{
    // What a lost write is logged with at the most.
    private const int MaxLoggedBytes = 1024 * 1024;

    public static Task Write(this DocumentRequest request, Operation operation, int success, Action<Utf8JsonWriter, Document>? body, int created = 201) =>
        request.Write(operation, Versions.Precondition(request.Http.Request, request.Target, request.VersionBody), success, body, created);

    public static async Task Write(
        this DocumentRequest request, Operation operation, Precondition precondition, int success, Action<Utf8JsonWriter, Document>? body,
        int created = 201, ConflictStrategy? asked = null, DeviceSequence? place = null, string? device = null)
    {
        var tier = request.Admission.Tier;
        var write = new Write(request.Key, operation, precondition, request.Query.Strategy("on_conflict") ?? asked, tier.Strategy, tier.RequiresVersion);
        var once = Once(request, place, accepted => Replies.Build(request, accepted[0], success, created, body));
        var options = new WriteOptions(request.IsRehearsal, once, request.IsRehearsal ? null : place, device) { Until = request.Admission.Access.Until };
        switch (await request.Service<DocumentStreams>().Transact(write, request.Author(), options, request.Cancel))
        {
            case Outcome.Accepted accepted:
                if (!request.IsRehearsal) await Settle(request, accepted);
                await Replies.Accept(request, accepted, Replies.Build(request, accepted, success, created, body));
                break;
            case Outcome.Rejected(var rejection, var lost):
                var id = rejection is VersionConflict conflict && !request.IsRehearsal ? LogConflict(request, request.Key, conflict, lost) : (Guid?)null;
                await Replies.Refuse(request, rejection, id);
                break;
            case Outcome.Repeated({ } receipt, _):
                await Idempotency.Send(request.Http, receipt);
                break;
            case Outcome.Repeated(_, var current):
                await Reply.Send(request.Http, 200, Json.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("document_version", current.Version);
                    writer.WriteStartArray("results");
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }), Route.Json);
                break;
        }
    }

    /// <summary>By its key where the request has one, else by its device and sequence.</summary>
    public static Once? Once(DocumentRequest request, DeviceSequence? place, Func<IReadOnlyList<Outcome.Accepted>, Reply> reply)
    {
        if (request.IsRehearsal) return null;
        if (request.Http.Features.Get<IdempotentRequest>() is { } keyed) return new Once(keyed.Caller, keyed.Key, accepted => keyed.Receipt(reply(accepted)));
        if (place is null) return null;
        // No client's key has a control character.
        var key = $"\u0001{request.Key.StreamId:N}/{place.Sequence}/{place.Device}";
        var own = new IdempotentRequest(request.Key.App, request.Author().By, key, SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return new Once(own.Caller, own.Key, accepted => own.Receipt(reply(accepted)));
    }

    /// <summary>Puts a rejected stale write into the conflict log, and says under which id.</summary>
    public static Guid LogConflict(DocumentRequest request, DocumentKey key, VersionConflict conflict, Draft? lost)
    {
        var conflicts = Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteConflicts(conflict.Conflicts, mayRead: true);
            writer.WriteEndObject();
        });
        var list = JsonValue.FromChecked(conflicts).Member("conflicts")!.ToString();
        return Log(request, key, conflict.Expected, conflict.Actual, list.Length <= MaxLoggedBytes ? list : "[]", Operations(key, lost), resolution: null);
    }

    /// <summary>What an accepted write brings with it: an entry in the conflict log where it was merged, and its tier where that is a role's and new.</summary>
    public static async Task Settle(DocumentRequest request, Outcome.Accepted accepted)
    {
        if (accepted.MergedFrom is { } ancestor) Log(request, request.Key, ancestor.Version, accepted.Before.Version, "[]", lost: null, "merged");
        var (app, tier) = (request.Admission.App, request.Admission.Tier);
        if (app.Tiers.ContainsKey(tier.Name)) return;
        var definition = new TierDefined(tier.Name, tier.Type.Name(), null, [.. tier.Permissions], null, tier.RequiresVersion);
        await request.Service<AppStreams>().Transact(app.Id, new DefineTier(definition, HoldsDocuments: true), request.Author(), CancellationToken.None);
    }

    private static Guid Log(DocumentRequest request, DocumentKey key, long? expected, long actual, string conflicts, string? lost, string? resolution)
    {
        var at = request.Service<TimeProvider>().GetUtcNow();
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        request.Service<ConflictLog>().Record(new LoggedConflict(
            id, key, expected, actual, request.Author().By, at, conflicts, lost, resolution, resolution is null ? null : at));
        return id;
    }

    // The lost changes as a batch would make them; the deletion of a document is its own.
    private static string? Operations(DocumentKey key, Draft? lost)
    {
        if (lost is null) return null;
        if (!lost.Exists) return DeletesDocument;
        var operations = JsonValue.Array(Change.Of(lost.Before, lost.Events(key)).Where(c => c.Op is "set" or "delete").Select(c => JsonValue.Object(
        [
            new("op", JsonValue.Text(c.Op)), new("path", JsonValue.Text(c.Path.ToString())),
            .. c.Value is null ? Array.Empty<JsonMember>() : [new JsonMember("value", c.Value)],
        ]))).ToString();
        return operations.Length <= MaxLoggedBytes ? operations : null;
    }

    public const string DeletesDocument = "\"delete\"";
}
