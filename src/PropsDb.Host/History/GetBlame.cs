using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.History;

public static class GetBlame
{
    public static Documents.Route Route { get; } = new(Level.Document, "_blame", "GET", "Tells of every property which commit gave it its value.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var held = await request.Asked();
        var document = held.State;
        await Replies.Read(request, held, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("blame");
            foreach (var (name, collection) in document.Content.Collections)
            {
                foreach (var (property, value) in collection.Properties)
                {
                    writer.WriteStartObject();
                    writer.WriteString("path", PropertyPath.Of(name, property).ToString());
                    writer.WriteNumber("version", value.Commit.Version);
                    writer.WriteTime("at", value.Commit.At);
                    writer.WriteString("by", value.Commit.By);
                    if (value.Commit.Message is { } message && value.Commit.Version > request.Since) writer.WriteString("message", message);
                    writer.WriteEndObject();
                }
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
