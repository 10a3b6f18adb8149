using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Batches;

/// <summary>Batches on several documents in one transaction: all commits appear, or none.</summary>
public static class MultiBatchRoute
{
    public static AppRoute Route { get; } = new("_batch", "POST", "Does batches on several documents, all or nothing.", Handle, false, Documents.Route.Json);

    private sealed record Part(DocumentRequest Request, ApplyBatch Batch, Precondition Precondition);

    private static async Task Handle(AppRequest request)
    {
        var parts = Parse(request);
        request.Service<RateLimiting>().CountOperations(request.Http, request.App.Id, request.Caller, parts.Sum(p => p.Batch.Steps.Count));
        var isRehearsal = request.Query.Flag("dry_run");
        var author = parts[0].Request.Author();
        var asked = request.Query.Strategy("on_conflict") ?? BatchRoute.Strategy(request.Object);
        var writes = parts.ConvertAll(p => new Write(
            p.Request.Key, p.Batch, p.Precondition, asked, p.Request.Admission.Tier.Strategy, p.Request.Admission.Tier.RequiresVersion));
        var once = Writes.Once(parts[0].Request, place: null, accepted => new Reply(200, null, null, Accepted(parts, accepted, isRehearsal: false)));
        var outcomes = await request.Service<DocumentStreams>().Transact(writes, author, new WriteOptions(isRehearsal, once) { Until = parts.Min(p => p.Request.Admission.Access.Until) }, request.Cancel);
        if (outcomes is [Outcome.Repeated({ } receipt, _)])
        {
            await Idempotency.Send(request.Http, receipt);
            return;
        }
        if (outcomes.Any(o => o is Outcome.Rejected))
        {
            await Refuse(request, parts, outcomes, isRehearsal);
            return;
        }
        var all = outcomes.Cast<Outcome.Accepted>().ToList();
        for (var i = 0; i < parts.Count && !isRehearsal; i++) await Writes.Settle(parts[i].Request, all[i]);
        if (!isRehearsal) request.Http.Response.Headers["X-Position"] = request.Service<Seal>().Position(request.App.Id, all.Max(a => a.After.Position));
        await Reply.Send(request.Http, 200, Accepted(parts, all, isRehearsal), Documents.Route.Json);
    }

    private static List<Part> Parse(AppRequest request)
    {
        if (request.Object.Member("documents") is not { Kind: JsonKind.Array } documents || documents.Items.Count == 0)
            throw ContentBody.Invalid("documents is a list of at least one batch.", "/documents");
        // Access to every document comes before anything that its batch says.
        var requests = documents.Items.Select((json, i) => request.About(DocumentAction.Write,
            json.RequiredText("tier", $"/documents/{i}"), json.Text("owner", $"/documents/{i}"), json.RequiredText("document", $"/documents/{i}"))).ToList();
        var parts = new List<Part>();
        for (var i = 0; i < requests.Count; i++)
        {
            var (json, at) = (documents.Items[i], $"/documents/{i}");
            if (Names.DocumentFault(requests[i].Key.Name) is { } fault) throw new ProblemException(new Problem("invalid_name", fault, [new(at + "/document", fault)]));
            if (parts.Exists(p => p.Request.Key.StreamId == requests[i].Key.StreamId)) throw ContentBody.Invalid("A document stands twice.", at);
            var operations = json.Member("operations") ?? throw ContentBody.Invalid("operations is missing.", at + "/operations");
            var batch = BatchBody.Operations(operations, at + "/operations", request.Limits);
            parts.Add(new Part(requests[i], batch, Versions.OfBody(json)));
        }
        if (parts.Sum(p => p.Batch.Steps.Count) > request.Limits.MaxOperations)
            throw new ProblemException(new Problem("too_large", $"A batch has at most {request.Limits.MaxOperations} operations."));
        return parts;
    }

    private static ReadOnlyMemory<byte> Accepted(List<Part> parts, IReadOnlyList<Outcome.Accepted> outcomes, bool isRehearsal) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("documents");
        for (var i = 0; i < parts.Count; i++)
        {
            writer.WriteStartObject();
            WriteKey(writer, parts[i].Request.Key);
            writer.WriteNumber("document_version", outcomes[i].After.Version);
            writer.WriteResults(parts[i].Batch.Steps);
            if (outcomes[i].MergedFrom is { } ancestor)
            {
                writer.WriteBoolean("merged", true);
                if (!isRehearsal && parts[i].Request.MaySeeSince(ancestor)) writer.WriteChanges(Events.Documents.Change.Between(parts[i].Request.Key, ancestor, outcomes[i].Before));
            }
            if (isRehearsal) writer.WriteRehearsed(parts[i].Request, outcomes[i]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (isRehearsal) writer.WriteBoolean("dry_run", true);
        writer.WriteEndObject();
    });

    // The first document that is refused gives the answer its code; conflicts are told of every document that has one.
    private static Task Refuse(AppRequest request, List<Part> parts, IReadOnlyList<Outcome> outcomes, bool isRehearsal)
    {
        var rejected = outcomes.Select((o, i) => (Outcome: o as Outcome.Rejected, Part: parts[i])).Where(r => r.Outcome is not null).ToList();
        var first = rejected[0].Outcome!.Rejection;
        return (Replies.Of(first) with
        {
            More = writer =>
            {
                writer.WriteStartArray("documents");
                foreach (var (outcome, part) in rejected)
                {
                    writer.WriteStartObject();
                    WriteKey(writer, part.Request.Key);
                    writer.WriteString("error", outcome!.Rejection.Code);
                    if (outcome.Rejection is VersionConflict conflict)
                    {
                        var id = isRehearsal ? (Guid?)null : Writes.LogConflict(part.Request, part.Request.Key, conflict, outcome.Lost);
                        writer.WriteConflict(part.Request, part.Request.Key, conflict, id, part.Request.MayRead());
                    }
                    else if (outcome.Rejection is BatchRejection batch) writer.WriteResults(batch.Steps, batch.Failed, batch.Code);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            },
        }).Write(request.Http);
    }

    private static void WriteKey(Utf8JsonWriter writer, DocumentKey key)
    {
        writer.WriteString("tier", key.Tier);
        writer.WriteString("owner", key.Owner);
        writer.WriteString("document", key.Name);
    }
}
