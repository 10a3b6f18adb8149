using System.Text.Json;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Search;

/// <summary><c>POST …/_query</c>: the documents that a filter means, a page at a time.</summary>
public static class QueryRoute
{
    private const int MaxSelected = 100;

    public static Documents.Route Route { get; } = new(Level.Tier, "_query", "POST", "Finds the documents that a filter means.", Handle, Documents.Route.Json);

    private static async Task Handle(DocumentRequest request)
    {
        var body = request.Object;
        Accepts.Json(request.Http.Request);
        var (filter, sort) = (FilterBody.Read(body.Member("filter"), "/filter"), Sort(body));
        var selected = Selected(body);
        var count = body.Text("count") switch
        {
            null => CountKind.None,
            "exact" => CountKind.Exact,
            "estimated" => CountKind.Estimated,
            _ => throw FilterBody.Refused("/count", "count is exact or estimated."),
        };
        var explains = body.Flag("explain") ?? false;
        if (explains && !request.Admission.Caller.Administers) throw AccessGate.Forbidden("requires_role:admin");
        var question = $"query\n{body.Member("filter") ?? JsonValue.EmptyObject}\n{sort.Field} {sort.Path} {sort.IsDescending}";
        var after = body.Text("cursor") is { } cursor ? Place.Parse(request.PlaceOf(question, cursor)) is { } place && DocumentQueries.Fits(sort, place) ? place : throw SearchRequests.BadCursor() : null;
        var query = new DocumentQuery(request.Scope(), filter, sort, SearchRequests.LimitOf(body), after);
        await request.WaitForIndex(body);

        var queries = request.Service<DocumentQueries>();
        var indexes = await Indexes(request, queries);
        var page = await queries.Page(query, indexes, request.Cancel);
        long? counted = count == CountKind.None ? null : await queries.Count(query.Scope, filter, count == CountKind.Exact, request.Cancel);
        JsonElement? plan = explains ? await queries.Explain(query, indexes, request.Cancel) : null;
        var next = page.Next is { } end ? request.Cursor(question, end.ToString()) : null;
        await Reply.Send(request.Http, 200, Json.Write(writer => Write(writer, request, query, page, next, selected, counted, count, plan)), Documents.Route.Json);
    }

    private static Task<IReadOnlyDictionary<string, string>> Indexes(DocumentRequest request, DocumentQueries queries) =>
        request.Admission.App.Indexes.Keys.Any(i => i.Tier == request.Key.Tier)
            ? queries.ReadyIndexes(request.Key.App, request.Key.Tier, request.Cancel)
            : Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal));

    private static DocumentSort Sort(JsonValue body)
    {
        if (body.Member("sort") is not { Kind: not JsonKind.Null } sort) return DocumentSort.ByName;
        if (sort.Kind != JsonKind.Object) throw FilterBody.Refused("/sort", "sort is an object with field and order.");
        foreach (var (name, _) in sort.Members)
            if (name is not ("field" or "order")) throw FilterBody.Refused($"/sort/{JsonPointer.Escape(name)}", "sort has field and order.");
        var isDescending = sort.Text("order", "/sort") switch
        {
            null or "asc" => false,
            "desc" => true,
            _ => throw FilterBody.Refused("/sort/order", "order is asc or desc."),
        };
        var field = sort.Text("field", "/sort") ?? "name";
        if (FilterBody.Fields.TryGetValue(field, out var known)) return new DocumentSort(known, null, isDescending);
        return FilterBody.TryPath(JsonValue.Text(field), out var path) ? new DocumentSort(default, path, isDescending)
            : throw FilterBody.Refused("/sort/field", $"A sort's field is a path or one of {string.Join(", ", FilterBody.Fields.Keys)}.");
    }

    private static List<JsonPointer>? Selected(JsonValue body)
    {
        if (body.Member("select") is not { Kind: not JsonKind.Null } select) return null;
        if (select.Kind != JsonKind.Array || select.Items.Count > MaxSelected) throw FilterBody.Refused("/select", $"select is a list of at most {MaxSelected} paths.");
        return [.. select.Items.Select((item, i) => FilterBody.TryPath(item, out var path) ? path : throw FilterBody.Refused($"/select/{i}", "A path is a JSON pointer of 1 to 80 segments, such as /tags/category."))];
    }

    private static void Write(Utf8JsonWriter writer, DocumentRequest request, DocumentQuery query, FoundPage page, string? next, List<JsonPointer>? selected, long? counted, CountKind count, JsonElement? plan)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("documents");
        foreach (var found in page.Documents)
        {
            var shown = selected is null ? found : found with { Collections = Selection.Of(found.Collections, selected) };
            writer.WriteStartObject();
            writer.WriteString("id", found.Id);
            writer.WriteString("name", found.Name);
            writer.WriteNumber("version", found.Version);
            writer.WriteString("tier", request.Key.Tier);
            writer.WriteString("owner", found.Owner);
            writer.WriteCollections(shown.Content, request.AsObject);
            writer.WriteTime("created_at", found.CreatedAt);
            writer.WriteString("created_by", found.CreatedBy);
            writer.WriteTime("updated_at", found.UpdatedAt);
            writer.WriteString("last_modified_by", found.UpdatedBy);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("pagination");
        writer.WriteNumber("limit", query.Limit);
        writer.WriteString("next_cursor", next);
        if (counted is { } total)
        {
            var isExact = count == CountKind.Exact || total <= DocumentQueries.EnoughToCount;
            writer.WriteNumber("count", isExact ? total : DocumentQueries.EnoughToCount);
            writer.WriteString("count_is", isExact ? "exact" : "at_least");
        }
        writer.WriteEndObject();
        if (plan is { } explained)
        {
            writer.WritePropertyName("plan");
            explained.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
