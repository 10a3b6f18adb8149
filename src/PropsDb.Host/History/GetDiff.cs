using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.History;

public static class GetDiff
{
    public static Documents.Route Route { get; } = new(Level.Document, "_diff", "GET", "Tells what changed between two versions, also as a JSON patch.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var from = request.Query.Version("from") ?? throw new ProblemException(Problem.Query("from", "is missing."));
        var to = request.Query.Version("to");
        if (to < from) throw new ProblemException(Problem.Query("to", "comes before from."));
        var older = await request.AtVersion(from);
        var newer = to is { } version ? await request.AtVersion(version) : await request.Present();
        var changes = Change.Between(request.Key, older, newer).Where(c => c.Op != "order").ToList();
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("from", older.Version);
            writer.WriteNumber("to", newer.Version);
            writer.WriteStartArray("changes");
            foreach (var change in changes)
            {
                writer.WriteStartObject();
                writer.WriteString("path", change.Path.ToString());
                writer.WriteOptional("from", change.Previous);
                writer.WriteOptional("to", change.Value);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartArray("patch");
            foreach (var change in changes) WriteStep(writer, change);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }

    private static void WriteStep(Utf8JsonWriter writer, Change change)
    {
        writer.WriteStartObject();
        writer.WriteString("op", change.Value is null ? "remove" : change.Previous is null ? "add" : "replace");
        writer.WriteString("path", change.Path.ToString());
        writer.WriteOptional("value", change.Value);
        writer.WriteEndObject();
    }
}
