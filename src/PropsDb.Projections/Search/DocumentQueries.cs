using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Search;

namespace PropsDb.Projections.Search;

public enum CountKind { None, Exact, Estimated }

/// <param name="After">Where the page before ended.</param>
public sealed record DocumentQuery(SearchScope Scope, Filter Filter, DocumentSort Sort, int Limit, Place? After);

/// <param name="Next">Where the page ends, if there is another.</param>
public sealed record FoundPage(IReadOnlyList<FoundDocument> Documents, Place? Next);

/// <summary>Asks the index for the documents that a filter means.</summary>
public sealed class DocumentQueries(SearchDatabase database)
{
    /// <summary>How far an estimated count counts. What the planner guesses would tell of documents that the caller may not read.</summary>
    public const int EnoughToCount = 10_000;

    /// <param name="indexes">The declared indexes that may be used: see <see cref="ReadyIndexes"/>.</param>
    public Task<FoundPage> Page(DocumentQuery query, IReadOnlyDictionary<string, string> indexes, CancellationToken cancel)
    {
        var (command, columns) = Statement(query, indexes);
        return database.Read(command, async reader =>
        {
            var documents = new List<FoundDocument>();
            Place? last = null, next = null;
            while (await reader.ReadAsync(cancel))
            {
                if (documents.Count == query.Limit)
                {
                    next = last;
                    break;
                }
                documents.Add(FoundDocument.Read(reader));
                last = columns.PlaceOf(reader, FoundDocument.ColumnCount);
            }
            return new FoundPage(documents, next);
        }, cancel);
    }

    /// <summary>How the database goes about a query, without what it knows of anybody's documents.</summary>
    public Task<JsonElement> Explain(DocumentQuery query, IReadOnlyDictionary<string, string> indexes, CancellationToken cancel)
    {
        var (command, _) = Statement(query, indexes);
        command.CommandText = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY ON, FORMAT JSON) " + command.CommandText;
        return database.Read(command, async reader =>
        {
            await reader.ReadAsync(cancel);
            return JsonDocument.Parse(reader.GetString(0)).RootElement;
        }, cancel);
    }

    public Task<long> Count(SearchScope scope, Filter filter, bool isExact, CancellationToken cancel)
    {
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM {SearchTables.Document} d WHERE {Where(scope, filter, sql)} {(isExact ? "" : $"LIMIT {EnoughToCount + 1}")}) counted";
        return database.Read(command, async reader =>
        {
            await reader.ReadAsync(cancel);
            return reader.GetInt64(0);
        }, cancel);
    }

    /// <summary>Whether a place can be one of a sort's.</summary>
    public static bool Fits(DocumentSort sort, Place place) => SortColumns.Of(sort, null, new SqlParameters(new NpgsqlCommand().Parameters)).Fits(place);

    /// <summary>The declared indexes of a tier that hold every document of it, by their paths.</summary>
    public Task<IReadOnlyDictionary<string, string>> ReadyIndexes(string app, string tier, CancellationToken cancel)
    {
        var command = new NpgsqlCommand($"SELECT path, index_name FROM {SearchTables.Index} WHERE tenant_id = $1 AND tier = $2 AND is_ready");
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = tier });
        return database.Read<IReadOnlyDictionary<string, string>>(command, async reader =>
        {
            var indexes = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancel)) indexes[reader.GetString(0)] = reader.GetString(1);
            return indexes;
        }, cancel);
    }

    internal static string Where(SearchScope scope, Filter filter, SqlParameters sql) => $"{scope.Where(sql, FilterNeed.Of(filter, scope.Space))} AND {new FilterSql(sql).Of(filter)}";

    private static (NpgsqlCommand, SortColumns) Statement(DocumentQuery query, IReadOnlyDictionary<string, string> indexes)
    {
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        var where = Where(query.Scope, query.Filter, sql);
        var index = query.Sort.Path is { } path ? indexes.GetValueOrDefault(path.ToString()) : null;
        var columns = SortColumns.Of(query.Sort, index, sql);
        where += new KeyRanges(query.Scope, indexes, index, sql).Of(query.Filter);
        if (query.After is { } after) where += " AND " + columns.Beyond(after, sql);
        command.CommandText = $"""
            SELECT {FoundDocument.Columns}{columns.Select} FROM {SearchTables.Document} d{columns.Join} WHERE {where}
            ORDER BY {columns.OrderBy} LIMIT {sql.Add(NpgsqlDbType.Bigint, query.Limit + 1L)}
            """;
        return (command, columns);
    }
}
