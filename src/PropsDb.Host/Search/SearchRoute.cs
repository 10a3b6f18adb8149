using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Search;

/// <summary><c>GET …/_search?q=</c>: the documents that a text finds, the best first.</summary>
public static class SearchRoute
{
    public static Documents.Route Route { get; } = new(Level.Tier, "_search", "GET", "Searches names and texts of documents.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var query = request.Query;
        Accepts.Json(request.Http.Request);
        var text = query.Text("q") ?? throw new ProblemException(Problem.Query("q", "is missing: say what to search for."));
        if (SearchParser.TryParse(text, out var search) is { } fault) throw new ProblemException(Problem.Query("q", $"{fault.Detail} At character {fault.Column}."));
        var collection = query.Text("collection");
        if (collection is not null && Names.CollectionFault(collection) is { } nameFault) throw new ProblemException(Problem.Query("collection", nameFault));
        var limit = (int)(query.Number("limit", 1, SearchRequests.MaxLimit) ?? SearchRequests.DefaultLimit);
        var question = $"search\n{collection}\n{text}";
        var after = query.Text("cursor") is { } cursor ? Parse(request.PlaceOf(question, cursor)) : null;
        await request.WaitForIndex();

        var page = await request.Service<TextSearch>().Page(new TextQuery(request.Scope(), search, collection, limit, after), request.Cancel);
        var next = page.Next is { } end ? request.Cursor(question, string.Create(CultureInfo.InvariantCulture, $"{end.Score}:{end.Id:N}")) : null;
        if (next is not null) request.Http.Response.Headers.Link = $"<{NextUrl(request, next)}>; rel=\"next\"";
        await Reply.Send(request.Http, 200, Json.Write(writer => Write(writer, search, collection, limit, page, next)), Documents.Route.Json);
    }

    private static HitPlace Parse(string place) => place.Split(':') is [var score, var id]
        && int.TryParse(score, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Guid.TryParseExact(id, "N", out var guid)
            ? new HitPlace(number, guid) : throw SearchRequests.BadCursor();

    private static string NextUrl(DocumentRequest request, string cursor)
    {
        var parameters = request.Http.Request.Query.Where(p => p.Key is not "cursor").ToDictionary(p => p.Key, p => (string?)p.Value.ToString(), StringComparer.Ordinal);
        parameters["cursor"] = cursor;
        return QueryHelpers.AddQueryString($"/api/v1/{request.Key.App}/{Uri.EscapeDataString(request.Key.Tier)}/_search", parameters);
    }

    private static void Write(Utf8JsonWriter writer, SearchQuery search, string? collection, int limit, HitPage page, string? next)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("documents");
        foreach (var (found, score) in page.Hits)
        {
            writer.WriteStartObject();
            writer.WriteEntry(found);
            writer.WriteStartArray("snippets");
            foreach (var (path, text) in Snippets.Of(search, collection, found.Name, Searchable.Of(found.Content)))
            {
                writer.WriteStartObject();
                writer.WriteString("path", path);
                writer.WriteString("text", text);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteNumber("score", score / 1000m);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("pagination");
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("limit", limit);
        writer.WriteString("next_cursor", next);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
