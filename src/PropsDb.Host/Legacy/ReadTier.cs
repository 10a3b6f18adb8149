using PropsDb.Events.Documents;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Legacy;

/// <summary>All documents of a tier that have collections, in one object.</summary>
public static class ReadTier
{
    // Documents are up to some megabytes each: they are sent page by page.
    private const int PageSize = 50;

    public static async Task Handle(LegacyRequest request)
    {
        var (http, key) = (request.Http, request.Key);
        var lists = request.Inner.Service<DocumentLists>();
        var query = new ListQuery(key.App, key.Tier, key.Owner, Shared: [], OnlyShared: false, Prefix: "", Deleted: false, DocumentOrder.Name, Descending: false, PageSize, Offset: 0, After: null, WithContent: true);
        var (areThere, hasBegun) = (false, false);
        ListPage page;
        do
        {
            page = await lists.List(query, request.Cancel);
            areThere |= page.Documents.Count > 0;
            foreach (var (name, document) in page.Documents.Select(d => (d.Name, d.Content!)).Where(d => d.Item2.Content.Collections.Count > 0))
            {
                if (!hasBegun) http.Response.ContentType = Documents.Route.Json;
                await http.Response.Body.WriteAsync(Member(name, document, isFirst: !hasBegun), request.Cancel);
                hasBegun = true;
            }
            query = query with { After = page.Next };
        } while (page.Next is not null);

        if (hasBegun) await http.Response.Body.WriteAsync("}"u8.ToArray(), request.Cancel);
        else if (areThere) http.Response.StatusCode = 204;
        else throw new ProblemException(Problem.NotFound("There are no documents."));
    }

    // A member behind the brace or comma that stands before it.
    private static ReadOnlyMemory<byte> Member(string name, Document document, bool isFirst)
    {
        var text = Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteContent(name, document, document.Content.Collections.Names);
        }).ToArray();
        if (!isFirst) text[0] = (byte)',';
        return text;
    }
}
