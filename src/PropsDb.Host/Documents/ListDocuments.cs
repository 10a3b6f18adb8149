using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Search;
using PropsDb.Projections;

namespace PropsDb.Host.Documents;

public static class ListDocuments
{
    public static Route Route { get; } = new(Level.Tier, null, "GET", "Lists the documents of a tier that the caller may read.", Handle);

    private static async Task Handle(DocumentRequest request)
    {
        var query = Parse(request);
        var asObject = request.AsObject;
        Accepts.Json(request.Http.Request);
        var page = await request.Service<DocumentLists>().List(query, request.Cancel, request.MinPosition() ?? 0);
        var cursor = page.Next is { } next ? request.Service<Seal>().Cursor(Scope(request, query), $"{next.Id:N}{next.Value}") : null;
        if (cursor is not null) request.Http.Response.Headers.Link = $"<{NextUrl(request, cursor)}>; rel=\"next\"";
        await Reply.Send(request.Http, 200, Json.Write(writer => WritePage(writer, request, query, page, cursor, asObject)), Route.Json);
    }

    private static ListQuery Parse(DocumentRequest request)
    {
        var (query, readable) = (request.Query, request.Scope());
        var list = new ListQuery(
            readable.App, readable.Tier, readable.Owner, readable.Shared, readable.OnlyShared, query.Text("prefix") ?? "", query.Flag("deleted"),
            query.OneOf("sort", "name", "name", "version", "created_at", "updated_at") switch
            {
                "version" => DocumentOrder.Version,
                "created_at" => DocumentOrder.CreatedAt,
                "updated_at" => DocumentOrder.UpdatedAt,
                _ => DocumentOrder.Name,
            },
            query.OneOf("order", "asc", "asc", "desc") is "desc",
            (int)(query.Number("limit", 1, 500) ?? 20),
            query.Number("offset", 0, long.MaxValue) ?? 0,
            After: null,
            WithContent: query.Text("include") is { } include && (include is "content" ? true : throw new ProblemException(Problem.Query("include", "is content."))));
        return query.Text("cursor") is { } cursor ? list with { After = PlaceOf(request, list, cursor) } : list;
    }

    private static ListPlace PlaceOf(DocumentRequest request, ListQuery list, string cursor) =>
        request.Service<Seal>().PlaceOf(Scope(request, list), cursor) is { Length: >= 32 } place && Guid.TryParseExact(place[..32], "N", out var id)
            ? new ListPlace(place[32..], id)
            : throw new ProblemException(Problem.Query("cursor", "was not given out for this list."));

    // A cursor of one list is none of another, nor of another caller's.
    private static string Scope(DocumentRequest request, ListQuery q) => string.Join('\n',
        request.Admission.Caller.UserId, q.App, q.Tier, q.Owner is null ? "*" : "=" + q.Owner, q.OnlyShared.ToString(CultureInfo.InvariantCulture), q.Prefix, q.Deleted, q.Order, q.Descending.ToString(CultureInfo.InvariantCulture));

    private static string NextUrl(DocumentRequest request, string cursor)
    {
        var parameters = request.Http.Request.Query.Where(p => p.Key is not ("cursor" or "offset")).ToDictionary(p => p.Key, p => (string?)p.Value.ToString(), StringComparer.Ordinal);
        parameters["cursor"] = cursor;
        return QueryHelpers.AddQueryString($"/api/v1/{request.Key.App}/{Uri.EscapeDataString(request.Key.Tier)}", parameters);
    }

    private static void WritePage(Utf8JsonWriter writer, DocumentRequest request, ListQuery query, ListPage page, string? cursor, bool asObject)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("documents");
        foreach (var listed in page.Documents)
        {
            writer.WriteStartObject();
            writer.WriteString("id", listed.Id);
            writer.WriteString("name", listed.Name);
            writer.WriteNumber("version", listed.Version);
            writer.WriteString("owner", listed.Owner);
            writer.WriteTime("updated_at", listed.UpdatedAt);
            writer.WriteString("last_modified_by", listed.UpdatedBy);
            if (listed.Content is { } document) writer.WriteCollections(document.Content, asObject);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("pagination");
        writer.WriteNumber("total", Math.Min(page.Total, DocumentLists.MaxExactTotal));
        if (page.TotalAtLeast) writer.WriteBoolean("total_at_least", true);
        writer.WriteNumber("limit", query.Limit);
        writer.WriteNumber("offset", query.Offset);
        writer.WriteString("next_cursor", cursor);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
