using PropsDb.Events.Documents;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.History;

/// <summary>The document that a read means: as it is, as it was at a version, or as it was at a time.</summary>
public static class AsOf
{
    extension(DocumentRequest request)
    {
        /// <summary>It names a version or a time.</summary>
        public bool AsksForThePast => request.Http.Request.Query.ContainsKey("version") || request.Http.Request.Query.ContainsKey("at");
    }

    public static async ValueTask<HeldDocument> Asked(this DocumentRequest request)
    {
        if (!request.AsksForThePast) return (await request.Hold()).OrAbsent();
        return new HeldDocument(request.Key, await Then(request));
    }

    private static async Task<Document> Then(DocumentRequest request)
    {
        var version = request.Query.Version("version");
        var at = request.Query.Time("at");
        if (version is not null && at is not null) throw new ProblemException(Problem.Query("at", "and version do not stand together."));
        if (version is { } number) return await request.AtVersion(number);
        var then = await request.Service<DocumentReader>().At(request.Key, at!.Value, request.Cancel);
        return then is { Exists: true } && then.Version >= request.Since ? then : throw new ProblemException(new Problem("version_not_found", "The document was absent at this time."));
    }

    /// <summary>The document as it is; it is there.</summary>
    public static async Task<Document> Present(this DocumentRequest request) => (await request.Hold()).OrAbsent().State;

    private static HeldDocument OrAbsent(this HeldDocument held) =>
        held.State.Exists ? held : throw new ProblemException(Replies.Of(Rejection.NotFound(PropertyPath.Document)));

    /// <summary>The document as it was at a version, at which it was there.</summary>
    public static async Task<Document> AtVersion(this DocumentRequest request, long version) =>
        version >= request.Since && await request.Service<DocumentReader>().At(request.Key, version, request.Cancel) is { Exists: true } document
            ? document
            : throw new ProblemException(new Problem("version_not_found", $"The document was absent at version {version}."));

    /// <summary>Something is told of the document's past, so it must have one.</summary>
    public static async Task<Document> Known(this DocumentRequest request)
    {
        var document = await request.Load();
        return document.Version > 0 ? document : throw new ProblemException(Replies.Of(Rejection.NotFound(PropertyPath.Document)));
    }
}
