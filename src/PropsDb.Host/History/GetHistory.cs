using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.History;

public static class GetHistory
{
    public static IReadOnlyList<Documents.Route> Routes { get; } =
    [
        .. new[] { Level.Document, Level.Collection, Level.Property }.Select(level =>
            new Documents.Route(level, "_history", "GET", "Tells which commits made it what it is, newest first.", Handle)),
    ];

    private static async Task Handle(DocumentRequest request)
    {
        var limit = (int)(request.Query.Number("limit", 1, 500) ?? 10);
        var before = request.Query.Version("before");
        var withChanges = request.Query.Flag("changes");
        await request.Known();
        var page = await request.Service<DocumentHistory>().Page(request.Key, request.Target, before, limit, withChanges, request.Cancel);
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("history");
            foreach (var (commit, rolledBackTo, changes) in page.Entries)
            {
                // A grantee is told of what came after the grant.
                if (commit.Version <= request.Since) break;
                writer.WriteStartObject();
                writer.WriteNumber("version", commit.Version);
                writer.WriteTime("updated_at", commit.At);
                writer.WriteString("updated_by", commit.By);
                if (commit.Device is not null) writer.WriteString("device", commit.Device);
                if (commit.Message is not null) writer.WriteString("message", commit.Message);
                if (rolledBackTo is { } to) writer.WriteNumber("rolled_back_to", to);
                if (changes is not null) writer.WriteChanges(changes);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            if (page.Next is { } next && next > request.Since + 1) writer.WriteNumber("next", next);
            else writer.WriteNull("next");
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }
}
