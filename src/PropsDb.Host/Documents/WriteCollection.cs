using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Patching;

namespace PropsDb.Host.Documents;

public static class CreateCollectionRoute
{
    public static Route Route { get; } = new(Level.Collection, null, "POST", "Adds a collection to a document.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var properties = request.Object.Member("properties") is { } given ? ContentBody.Properties(given, "/properties", request.Limits) : [];
        await request.Write(new CreateCollection(request.Target.Collection!, properties), 201, request.CollectionBody());
    }

    /// <summary>The answer of a write of a collection: the collection and the document's version.</summary>
    public static Action<Utf8JsonWriter, Document> CollectionBody(this DocumentRequest request)
    {
        var asObject = request.AsObject;
        return (writer, document) =>
        {
            if (document.Visible[request.Target.Collection!] is { } collection && request.MayRead())
            {
                writer.WritePropertyName("collection");
                writer.WriteCollection(request.Target.Collection!, collection, asObject);
            }
            writer.WriteNumber("document_version", document.Version);
        };
    }
}

public static class ReplaceCollectionRoute
{
    public static Route Route { get; } = new(Level.Collection, null, "PUT", "Replaces a collection, or adds it, with its document if need be.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var properties = ContentBody.Properties(request.Required("properties"), "/properties", request.Limits);
        await request.Write(new ReplaceCollection(request.Target.Collection!, properties), 200, request.CollectionBody());
    }
}

public static class PatchCollectionRoute
{
    public static Route Route { get; } = new(Level.Collection, null, "PATCH", "Changes a collection by a merge patch on its properties.", Handle, PatchDocumentRoute.MergePatchType);

    private static async Task Handle(DocumentRequest request) =>
        await request.Write(new PatchCollection(request.Target.Collection!, ContentBody.PropertiesPatch(request.Body!, "", request.Limits)), 200, request.CollectionBody());
}

public static class DeleteCollectionRoute
{
    public static Route Route { get; } = new(Level.Collection, null, "DELETE", "Removes a collection.", Handle);

    private static async Task Handle(DocumentRequest request) =>
        await request.Write(new DeleteCollection(request.Target.Collection!), 200,
            (writer, document) => writer.WriteNumber("document_version", document.Version));
}
