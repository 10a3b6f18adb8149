using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Legacy;

/// <summary>Brings properties into a document, and begins it where it is absent: never takes anything away.</summary>
public static class MergeDocument
{
    public static Task Handle(LegacyRequest request)
    {
        if (Names.DocumentFault(request.Key.Name) is { } fault) throw new ProblemException(new Problem("invalid_name", fault));
        return request.Write(new MergeCollections(LegacyBody.Collections(request.Body, request.Inner.Limits)));
    }
}

/// <summary>Takes away what the body names: properties, collections, or the document.</summary>
public static class DeleteByBody
{
    public static Task Handle(LegacyRequest request) =>
        request.Write(LegacyBody.DeletesDocument(request.Body) ? new DeleteDocument() : new DeleteParts(LegacyBody.Parts(request.Body)));
}

/// <summary>Takes a collection away.</summary>
public static class RemoveCollection
{
    public static Task Handle(LegacyRequest request) => request.Write(new DeleteCollection(request.Collection!));
}
