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
        var held = await request.Asked();
        if (only is not { Count: > 0 } && !request.IncludesVector)
        {
            await Replies.Read(request, held, () => Text(held, asObject));
            return;
        }
        var document = held.State;
        var vector = request.IncludesVector
            ? await request.Service<DeviceSequences>().Vector(request.Key, request.Admission.Caller.UserId ?? "", request.Cancel)
            : null;
        await Replies.Read(request, held, writer =>
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

    /// <summary>A document on the wire, as it is kept for the next who asks.</summary>
    public static ReadOnlyMemory<byte> Text(HeldDocument held, bool asObject) => held.Text(asObject ? 1 : 0, h => Whole(h, asObject));

    private static byte[] Whole(HeldDocument held, bool asObject) => Json.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("document");
        writer.WriteDocument(held.Key, held.State, held.State.Content, asObject);
        writer.WriteEndObject();
    }).ToArray();
}
