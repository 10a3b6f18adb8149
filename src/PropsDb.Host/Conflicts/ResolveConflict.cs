using PropsDb.Events.Apps;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Batches;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Conflicts;

/// <summary>Settles a logged conflict: with the write that lost, with what stands, or with something third.</summary>
public static class ResolveConflictRoute
{
    public static AppRoute Route { get; } = new("_conflicts/{id}/_resolve", "POST", "Settles a logged conflict.", Handle, false, Documents.Route.Json);

    private static async Task Handle(AppRequest request)
    {
        var log = request.Service<ConflictLog>();
        var logged = Guid.TryParse(request.Named["id"], out var id) ? await log.Find(request.App.Id, id, request.Cancel) : null;
        if (logged is null) throw new ProblemException(Problem.NotFound());
        var document = About(request, logged.Key);
        var resolution = request.Object.Member("resolution") is { Kind: JsonKind.String } text && text.AsText() is "local" or "remote" or "merged"
            ? request.Object.Member("resolution")!.AsText()
            : throw ContentBody.Invalid("resolution is local, remote or merged.", "/resolution");
        if (logged.Resolution is not null) throw new ProblemException(new Problem("already_exists", "The conflict is resolved already."));
        if (resolution == "remote")
        {
            var current = await document.Load();
            var reply = new Reply(200, null, null, Json.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("resolution", resolution);
                writer.WriteNumber("document_version", current.Version);
                if (document.IsRehearsal)
                {
                    writer.WriteBoolean("dry_run", true);
                    writer.WriteChanges([]);
                }
                writer.WriteEndObject();
            }));
            if (!document.IsRehearsal)
            {
                await Idempotency.Keep(request.Http, reply);
                await log.Resolve(request.App.Id, id, resolution, request.Cancel);
            }
            await reply.Send(request.Http);
            return;
        }
        var operation = resolution == "local" ? Lost(logged, request.Limits) : BatchBody.Operations(
            request.Object.Member("operations") ?? throw ContentBody.Invalid("operations is missing.", "/operations"), "/operations", request.Limits);
        var precondition = Versions.Precondition(request.Http.Request, PropertyPath.Document, request.Body);
        await document.Write(operation, precondition, 200, (writer, after) =>
        {
            writer.WriteString("resolution", resolution);
            writer.WriteNumber("document_version", after.Version);
        }, created: 200);
        if (request.Http.Response.StatusCode is 200 or 204 && !document.IsRehearsal) await log.Resolve(request.App.Id, id, resolution, request.Cancel);
    }

    // A caller who may not write the document is not told that there is a conflict.
    private static DocumentRequest About(AppRequest request, DocumentKey key)
    {
        try
        {
            return request.About(DocumentAction.Write, key.Tier, key.Owner, key.Name);
        }
        catch (ProblemException)
        {
            throw new ProblemException(Problem.NotFound());
        }
    }

    private static Operation Lost(LoggedConflict logged, Limits limits) => logged.Lost switch
    {
        null => throw new ProblemException(new Problem("not_found", "What the write would have changed was not kept; resolve with merged and operations.")),
        Writes.DeletesDocument => new DeleteDocument(),
        var operations => BatchBody.Operations(JsonValue.FromChecked(operations), "/operations", limits with { MaxOperations = int.MaxValue }),
    };
}
