using System.Text.Json;
using PropsDb.Events.Search;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Search;

/// <summary><c>POST …/_aggregate</c>: counts, and reckons with the numbers of, the documents that a filter means; for each value at a path, too.</summary>
public static class AggregateRoute
{
    private const int DefaultGroups = 100;
    private const int MaxGroups = 1_000;

    public static Documents.Route Route { get; } = new(Level.Tier, "_aggregate", "POST", "Counts documents, and reckons with their numbers.", Handle, Documents.Route.Json);

    private static readonly (string Name, Reckoning Reckoning)[] Reckonings = [("count", Reckoning.Count), ("sum", Reckoning.Sum), ("min", Reckoning.Min), ("max", Reckoning.Max), ("avg", Reckoning.Avg)];

    private static async Task Handle(DocumentRequest request)
    {
        var body = request.Object;
        Accepts.Json(request.Http.Request);
        var filter = FilterBody.Read(body.Member("filter"), "/filter");
        var measures = new List<(string Name, Measure Measure)>();
        foreach (var (name, reckoning) in Reckonings)
        {
            // Documents are counted in any case.
            if (body.Member(name) is not { Kind: not JsonKind.Null } value || (reckoning == Reckoning.Count && value.ToString() == "true")) continue;
            measures.Add((name, FilterBody.TryPath(value, out var path) ? new Measure(reckoning, path) : throw FilterBody.Refused("/" + name, $"{name} is the path of what to reckon with.")));
        }
        var (groupPath, groupField) = Group(body);
        var query = new AggregateQuery(request.Scope(), filter, groupPath, groupField, [.. measures.Select(m => m.Measure)], SearchRequests.LimitOf(body, MaxGroups, DefaultGroups));
        await request.WaitForIndex(body);
        var result = await request.Service<Aggregates>().Reckon(query, request.Cancel);
        await Reply.Send(request.Http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            WriteMeasures(writer, measures, result.Total);
            if (groupPath is not null || groupField is not null)
            {
                writer.WriteStartArray("groups");
                foreach (var group in result.Groups)
                {
                    writer.WriteStartObject();
                    writer.WriteOptional("value", group.Value);
                    WriteMeasures(writer, measures, group);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
                writer.WriteBoolean("more", result.IsCut);
            }
            writer.WriteEndObject();
        }), Documents.Route.Json);
    }

    private static (JsonPointer?, DocumentField?) Group(JsonValue body)
    {
        if (body.Member("group_by") is not { Kind: not JsonKind.Null } by) return (null, null);
        if (by.Kind == JsonKind.String && FilterBody.Fields.TryGetValue(by.AsText(), out var field)) return (null, field);
        return FilterBody.TryPath(by, out var path) ? (path, null) : throw FilterBody.Refused("/group_by", $"group_by is a path or one of {string.Join(", ", FilterBody.Fields.Keys)}.");
    }

    private static void WriteMeasures(Utf8JsonWriter writer, List<(string Name, Measure Measure)> measures, AggregateGroup group)
    {
        if (!measures.Exists(m => m.Measure.Reckoning == Reckoning.Count)) writer.WriteNumber("count", group.Count);
        foreach (var ((name, _), result) in measures.Zip(group.Results))
        {
            writer.WritePropertyName(name);
            if (result is null) writer.WriteNullValue();
            else writer.WriteValue(result);
        }
    }
}
