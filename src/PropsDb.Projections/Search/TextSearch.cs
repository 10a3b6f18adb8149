using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <param name="Collection">Only what is in this collection counts; null: in any, and the documents' names.</param>
public sealed record TextQuery(SearchScope Scope, SearchQuery Query, string? Collection, int Limit, HitPlace? After);

/// <summary>Where a page of hits ends.</summary>
public sealed record HitPlace(int Score, Guid Id);

/// <param name="Score">Thousandths.</param>
public sealed record Hit(FoundDocument Document, int Score);

public sealed record HitPage(IReadOnlyList<Hit> Hits, long Total, HitPlace? Next);

/// <summary>Searches names and texts, the best hits first.</summary>
public sealed class TextSearch(SearchDatabase database)
{
    public Task<HitPage> Page(TextQuery query, CancellationToken cancel)
    {
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        var terms = new SearchSql(sql, query.Scope.Space, query.Collection);
        var where = query.Scope.Where(sql, terms.Need(query.Query), ofWords: true);
        foreach (var term in query.Query.Terms) where += $" AND {(term.IsNegated ? "NOT " : "")}{terms.Of(term)}";
        var beyond = query.After is { } after
            ? $"WHERE d.score < {sql.Add(NpgsqlDbType.Integer, after.Score)} OR (d.score = {sql.Add(NpgsqlDbType.Integer, after.Score)} AND d.id > {sql.Add(NpgsqlDbType.Uuid, after.Id)})" : "";
        // The number of all hits costs little here: each has its score made before the best are known. Only of these more is read.
        command.CommandText = $"""
            SELECT {FoundDocument.Columns}, h.score, h.total FROM (
                SELECT d.* FROM (SELECT d.tenant_id, d.id, {terms.Score(query.Query)} AS score, count(*) OVER () AS total FROM {SearchTables.Document} d WHERE {where}) d
                {beyond} ORDER BY d.score DESC, d.id LIMIT {sql.Add(NpgsqlDbType.Bigint, query.Limit + 1L)}) h
            JOIN {SearchTables.Document} d ON d.tenant_id = h.tenant_id AND d.id = h.id ORDER BY h.score DESC, h.id
            """;
        return database.Read(command, async reader =>
        {
            var (hits, total, isMore) = (new List<Hit>(), 0L, false);
            while (await reader.ReadAsync(cancel))
            {
                total = reader.GetInt64(FoundDocument.ColumnCount + 1);
                if (isMore = hits.Count == query.Limit) break;
                hits.Add(new Hit(FoundDocument.Read(reader), reader.GetInt32(FoundDocument.ColumnCount)));
            }
            return new HitPage(hits, total, isMore ? new HitPlace(hits[^1].Score, hits[^1].Document.Id) : null);
        }, cancel);
    }
}

/// <summary>The terms of a search as conditions on rows <c>d</c> of the index.</summary>
internal sealed class SearchSql(SqlParameters sql, TermSpace space, string? collection)
{
    private static readonly string Tab = "E'\\t'";

    public Need? Need(SearchQuery query) => Search.Need.Both(query.Terms.Where(t => !t.IsNegated).Select(Need));

    private Need? Need(SearchTerm term) => term switch
    {
        SearchTerm.Phrase(var words, _) => Words(words),
        SearchTerm.Has(var property, _) => new Need.AnyTerm(space.Property(property)),
        // Of a list, each item is compared.
        SearchTerm.Compares(var property, _, var operand, _) => new Need.AnyTerm([space.Property(property, operand.Kind), space.Property(property, JsonKind.Array)]),
        SearchTerm.Says(var property, var words, var scalar, _) => Search.Need.Either(
        [
            new Need.Terms([.. words.Distinct(StringComparer.Ordinal).Select(w => space.Says(property, w))]),
            Search.Need.Both([new Need.Terms([space.SaysMuch(property)]), Words(words)]),
            .. scalar is null ? Array.Empty<Need>() : [new Need.Terms([space.Says(property, scalar)])],
        ]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Need.Terms Words(IEnumerable<string> words) => new([.. words.Distinct(StringComparer.Ordinal).Select(space.Word)]);

    public string Of(SearchTerm term) => term switch
    {
        SearchTerm.Phrase { Words: [_] } one when collection is null => $"(d.terms @> {sql.Terms(Words(one.Words).All)})",
        SearchTerm.Phrase(var words, _) => collection is null ? Line("true", words) : Line($"starts_with(substr(t, 3), {sql.Text(collection)} || {Tab})", words),
        SearchTerm.Has(var property, _) => collection is null ? $"(d.terms && {sql.Terms(space.Property(property))})"
            : $"coalesce(d.searchable -> {sql.Text(collection)} ? {sql.Text(property)}, false)",
        SearchTerm.Says(var property, var words, var scalar, _) => $"({Line(In(property), words)}{(scalar is null ? "" : $" OR {Value(property, "$[*] ? (@ == $x)", scalar)}")})",
        SearchTerm.Compares(var property, var comparison, var operand, _) => Value(property, comparison switch
        {
            Comparison.Less => "$[*] ? (@ < $x)",
            Comparison.AtMost => "$[*] ? (@ <= $x)",
            Comparison.Greater => "$[*] ? (@ > $x)",
            _ => "$[*] ? (@ >= $x)",
        }, operand),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string In(string property) => collection is null
        ? $"starts_with(t, 'v' || {Tab}) AND split_part(t, {Tab}, 3) = {sql.Text(property)}"
        : $"starts_with(t, {sql.Text(TextLine.Place(collection, property))})";

    private string Line(string where, IEnumerable<string> words) =>
        $"EXISTS (SELECT 1 FROM unnest(d.texts) t WHERE {where} AND strpos(t COLLATE \"C\", {sql.Text($" {string.Join(' ', words)} ")}) > 0)";

    /// <param name="jsonPath">One of our own; what is asked for is its variable.</param>
    private string Value(string property, string jsonPath, JsonValue operand) => $"""
        EXISTS (SELECT 1 FROM jsonb_each(d.searchable) c, jsonb_each(c.value) p WHERE p.key = {sql.Text(property)}{(collection is null ? "" : $" AND c.key = {sql.Text(collection)}")}
            AND jsonb_path_exists(p.value, '{jsonPath}', jsonb_build_object('x', {sql.Add(NpgsqlDbType.Jsonb, operand.ToString())})))
        """;

    /// <summary>
    /// A hit in the document's name counts three, and six if it is the whole name; any other counts one. Longer documents count less. In thousandths of what
    /// a short document could have.
    /// </summary>
    public string Score(SearchQuery query)
    {
        var positive = query.Terms.Where(t => !t.IsNegated).ToList();
        if (positive.Count == 0) return "0";
        var points = positive.Select(t => t is SearchTerm.Phrase(var words, _) && collection is null
            ? $"CASE WHEN d.name_words = {sql.Text($" {string.Join(' ', words)} ")} THEN 6 WHEN strpos(d.name_words COLLATE \"C\", {sql.Text($" {string.Join(' ', words)} ")}) > 0 THEN 3 ELSE 1 END" : "1");
        var most = (6 * positive.Count).ToString(CultureInfo.InvariantCulture);
        return $"round(1000::float8 * ({string.Join(" + ", points)}) / ({most} * (1 + ln(1 + d.word_count / 200::float8))))::integer";
    }
}
