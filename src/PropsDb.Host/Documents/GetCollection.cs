using PropsDb.Events.Operations;
using PropsDb.Host.History;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

public static class GetCollection
{
    public static Route Route { get; } = new(Level.Collection, null, "GET", "Reads a collection.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var asObject = request.AsObject;
        Accepts.Json(request.Http.Request);
        var held = await request.Asked();
        var document = held.State;
        var name = request.Target.Collection!;
        var collection = document.Content[name] ?? throw new ProblemException(Replies.Of(Rejection.NotFound(request.Target)));
        await Replies.Read(request, held, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("collection");
            writer.WriteCollection(name, collection, asObject);
            writer.WriteNumber("document_version", document.Version);
            writer.WriteEndObject();
        });
    }
}
