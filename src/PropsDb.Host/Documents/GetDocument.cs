using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

public static class GetDocument
{
    public static Route Route { get; } = new(Level.Document, null, "GET", "Reads a document, or some of its collections.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var asObject = request.AsObject;
        var only = request.Query.List("collections");
        Accepts.Json(request.Http.Request);
        var document = await request.Present();
        await Replies.Read(request, document, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, document, document.Content, asObject, only);
            writer.WriteEndObject();
        });
    }

    /// <summary>The document, which is there.</summary>
    public static async Task<Document> Present(this DocumentRequest request)
    {
        var document = await request.Load();
        return document.Exists ? document : throw new ProblemException(Replies.Of(Rejection.NotFound(PropertyPath.Document)));
    }
}
