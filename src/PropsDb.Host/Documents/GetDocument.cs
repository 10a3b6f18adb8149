using PropsDb.Host.History;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

public static class GetDocument
{
    public static Route Route { get; } = new(Level.Document, null, "GET", "Reads a document, or some of its collections.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var asObject = request.AsObject;
        var only = request.Query.List("collections");
        Accepts.Json(request.Http.Request);
        if (only is not { Count: > 0 } && !request.IncludesVector && !request.AsksForThePast)
        {
            await Whole(request, await request.Service<DocumentReader>().Hold(request.Key, request.Cancel), asObject);
            return;
        }
        var document = await request.Asked();
        var vector = request.IncludesVector
            ? await request.Service<DeviceSequences>().Vector(request.Key, request.Admission.Caller.UserId ?? "", request.Cancel)
            : null;
        await Replies.Read(request, document, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, document, document.Content, asObject, only);
            if (vector is not null)
            {
                writer.WriteStartObject("vector");
                foreach (var (device, sequence) in vector) writer.WriteNumber(device, sequence);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
    }

    // The text of a whole document is kept with it.
    private static Task Whole(DocumentRequest request, HeldDocument held, bool asObject)
    {
        var document = held.State.OrAbsent();
        return Replies.Read(request, document, () => held.Text(asObject ? 1 : 0, d => Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, d, d.Content, asObject);
            writer.WriteEndObject();
        }).ToArray()));
    }
}
