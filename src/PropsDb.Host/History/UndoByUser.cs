using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.History;

/// <summary>Takes back what one user did in a time, document by document, and reports on each.</summary>
public static class UndoByUserRoute
{
    public static AppRoute Route { get; } = new("_undo", "POST", "Takes back one user's commits, each document atomically.", Handle, true, Documents.Route.Json);

    private sealed record Report(DocumentKey Key, IReadOnlyList<long> Commits, IReadOnlyList<Change> Changes, VersionConflict? Conflict);

    private static async Task Handle(AppRequest request)
    {
        var user = request.Object.RequiredText("user");
        var since = request.Object.Time("since") ?? throw ContentBody.Invalid("since is missing.", "/since");
        var until = request.Object.Time("until") ?? DateTimeOffset.MaxValue;
        var tier = request.Object.Text("tier");
        if (tier is not null && request.App.Tier(tier) is null) throw ContentBody.Invalid("There is no such tier.", "/tier");
        var isRehearsal = request.Query.Flag("dry_run");
        var reports = new List<Report>();
        foreach (var (key, commits) in await request.Service<CommitsToUndo>().Of(request.App.Id, user, since, until, tier, request.Cancel))
            if (await Undo(request, key, commits, isRehearsal) is { } report) reports.Add(report);
        var reply = new Reply(200, null, null, Json.Write(writer => Write(writer, reports, isRehearsal)));
        // A repetition after a crash in between finds what was taken back already, and takes nothing back twice.
        await Idempotency.Keep(request.Http, reply);
        await reply.Send(request.Http);
    }

    private static async Task<Report?> Undo(AppRequest request, DocumentKey key, IReadOnlyList<long> commits, bool isRehearsal)
    {
        var document = request.About(DocumentAction.Write, key.Tier, key.Owner, key.Name);
        var undone = await request.Service<CommitsToUndo>().Undone(key, commits, request.Cancel);
        var write = new Write(key, new UndoCommits(undone!), Precondition.None, RequiresVersion: false);
        return await request.Service<DocumentStreams>().Transact(write, document.Author(), new WriteOptions(isRehearsal), request.Cancel) switch
        {
            Outcome.Accepted accepted => new Report(key, commits, [.. Change.Of(accepted.Before, accepted.Events)], null),
            Outcome.Rejected(VersionConflict conflict, _) => new Report(key, commits, [], conflict),
            // Deleted since: there is nothing left of the commits to take back.
            _ => null,
        };
    }

    private static void Write(Utf8JsonWriter writer, List<Report> reports, bool isRehearsal)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("documents");
        foreach (var (key, commits, changes, conflict) in reports)
        {
            writer.WriteStartObject();
            writer.WriteString("tier", key.Tier);
            writer.WriteString("owner", key.Owner);
            writer.WriteString("document", key.Name);
            writer.WriteStartArray("commits");
            foreach (var commit in commits) writer.WriteNumberValue(commit);
            writer.WriteEndArray();
            writer.WriteChanges(changes);
            writer.WriteConflicts(conflict?.Conflicts ?? [], mayRead: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (isRehearsal) writer.WriteBoolean("dry_run", true);
        writer.WriteEndObject();
    }
}
