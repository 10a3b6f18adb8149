using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>What is reckoned over documents: how many there are, and something of the values at a path.</summary>
public enum Reckoning { Count, Sum, Min, Max, Avg }

/// <param name="Path">Null: whole documents are counted.</param>
public sealed record Measure(Reckoning Reckoning, JsonPointer? Path);

/// <param name="GroupPath">By what stands there, or <paramref name="GroupField"/>; neither: all in one.</param>
public sealed record AggregateQuery(SearchScope Scope, Filter Filter, JsonPointer? GroupPath, DocumentField? GroupField, IReadOnlyList<Measure> Measures, int Limit);

/// <param name="Value">What the documents of the group have there; null: nothing.</param>
/// <param name="Results">One for each measure; null: there was nothing to reckon with.</param>
public sealed record AggregateGroup(JsonValue? Value, long Count, IReadOnlyList<JsonValue?> Results);

public sealed record AggregateResult(AggregateGroup Total, IReadOnlyList<AggregateGroup> Groups, bool IsCut);

/// <summary>Counts, and reckons with numbers, over the documents that a caller may read.</summary>
public sealed class Aggregates(SearchDatabase database)
{
    public async Task<AggregateResult> Reckon(AggregateQuery query, CancellationToken cancel)
    {
        var total = await Groups(query with { GroupPath = null, GroupField = null }, cancel);
        if (query.GroupPath is null && query.GroupField is null) return new AggregateResult(total[0], [], false);
        var groups = await Groups(query, cancel);
        return new AggregateResult(total[0], groups.Count > query.Limit ? groups[..query.Limit] : groups, groups.Count > query.Limit);
    }

    private Task<List<AggregateGroup>> Groups(AggregateQuery query, CancellationToken cancel)
    {
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        var where = DocumentQueries.Where(query.Scope, query.Filter, sql);
        var isGrouped = query.GroupPath is not null || query.GroupField is not null;
        var measured = query.Measures.Select((m, i) => m.Path is { } path ? $" CROSS JOIN LATERAL (SELECT {FilterSql.Value(path, sql)} AS value OFFSET 0) m{i}" : "").ToList();
        // A document whose value is a list is in the group of each of its items, once.
        var group = !isGrouped ? "" : $"""
             CROSS JOIN LATERAL (SELECT {GroupValue(query, sql)} AS value OFFSET 0) v LEFT JOIN LATERAL (
                SELECT DISTINCT i AS value FROM jsonb_array_elements(CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value ELSE jsonb_build_array(v.value) END) i
                WHERE v.value IS NOT NULL) g ON true
            """;
        command.CommandText = $"""
            SELECT {(isGrouped ? "g.value::text" : "NULL")}, count(*){string.Concat(query.Measures.Select((m, i) => $", {Result(m, $"m{i}.value")}"))}
            FROM {SearchTables.Document} d{string.Concat(measured)}{group} WHERE {where}
            {(isGrouped ? $"GROUP BY g.value ORDER BY count(*) DESC, g.value::text COLLATE \"C\" NULLS LAST LIMIT {sql.Add(NpgsqlDbType.Bigint, query.Limit + 1L)}" : "")}
            """;
        return database.Read(command, async reader =>
        {
            var groups = new List<AggregateGroup>();
            while (await reader.ReadAsync(cancel))
                groups.Add(new AggregateGroup(Json(reader, 0), reader.GetInt64(1), [.. query.Measures.Select((_, i) => Json(reader, i + 2))]));
            return groups;
        }, cancel);
    }

    private static JsonValue? Json(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : JsonValue.FromChecked(JsonText.Compact(System.Text.Encoding.UTF8.GetBytes(row.GetString(at))));

    private static string GroupValue(AggregateQuery query, SqlParameters sql) => query.GroupPath is { } path
        ? FilterSql.Value(path, sql) : $"to_jsonb({FilterSql.Column(query.GroupField!.Value)})";

    // Sums and means are of numbers. The least and the greatest are of numbers and texts, in the order of sorts: numbers stand before texts.
    private static string Result(Measure measure, string value)
    {
        var number = $"CASE WHEN jsonb_typeof({value}) = 'number' THEN {value}::numeric END";
        var text = $"(CASE WHEN jsonb_typeof({value}) = 'string' THEN {value} #>> '{{}}' END) COLLATE \"C\"";
        return measure.Reckoning switch
        {
            Reckoning.Count => measure.Path is null ? "count(*)::text" : $"count({value})::text",
            Reckoning.Sum => $"trim_scale(sum({number}))::text",
            Reckoning.Avg => $"trim_scale(avg({number}))::text",
            Reckoning.Min => $"coalesce(to_jsonb(trim_scale(min({number}))), to_jsonb(min({text})))::text",
            _ => $"coalesce(to_jsonb(max({text})), to_jsonb(trim_scale(max({number}))))::text",
        };
    }
}
