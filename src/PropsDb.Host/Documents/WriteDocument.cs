using System.Text.Json;
using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Patching;
using PropsDb.Events.Values;
using PropsDb.Host.Http;

namespace PropsDb.Host.Documents;

public static class CreateDocumentRoute
{
    public static Route Route { get; } = new(Level.Document, null, "POST", "Creates a document.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var collections = request.Object.Member("collections") is { } given ? ContentBody.Collections(given, request.Limits) : [];
        await request.Write(new CreateDocument(collections), 201, request.DocumentBody());
    }

    /// <summary>The answer of a write of a whole document: the document; its version alone for who may not read it.</summary>
    public static Action<Utf8JsonWriter, Document> DocumentBody(this DocumentRequest request)
    {
        var asObject = request.AsObject;
        return (writer, document) =>
        {
            if (!request.MayRead())
            {
                writer.WriteNumber("document_version", document.Version);
                return;
            }
            writer.WritePropertyName("document");
            writer.WriteDocument(request.Key, document, document.Visible, asObject);
        };
    }
}

public static class ReplaceDocumentRoute
{
    public static Route Route { get; } = new(Level.Document, null, "PUT", "Replaces a document's content, or creates the document.", Handle, Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var collections = ContentBody.Collections(request.Required("collections"), request.Limits);
        await request.Write(new ReplaceDocument(collections), 200, request.DocumentBody());
    }
}

public static class PatchDocumentRoute
{
    public const string MergePatchType = "application/merge-patch+json";
    public const string JsonPatchType = "application/json-patch+json";

    public static Route Route { get; } = new(Level.Document, null, "PATCH", "Changes a document by a merge patch or a JSON patch on its collections.", Handle, MergePatchType, JsonPatchType);

    private static async Task Handle(DocumentRequest request)
    {
        await request.Write(Operation(request), 200, request.DocumentBody());
    }

    private static Operation Operation(DocumentRequest request)
    {
        if (!Bodies.HasMediaType(request.Http.Request, JsonPatchType)) return new MergePatchDocument(ContentBody.CollectionsPatch(request.Body!, request.Limits));
        return JsonPatch.TryParse(request.Body!, request.Limits, out var patch) is { } rejection
            ? throw new ProblemException(Replies.Of(rejection))
            : new JsonPatchDocument(patch);
    }
}

public static class DeleteDocumentRoute
{
    public static Route Route { get; } = new(Level.Document, null, "DELETE", "Deletes a document softly: its history stays, and it can be restored.", Handle);

    private static async Task Handle(DocumentRequest request) =>
        await request.Write(new DeleteDocument(), 204, body: null);
}
