using NpgsqlTypes;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>A filter as a condition on rows <c>d</c> of the index: exactly <see cref="FilterMatch"/>, and never null.</summary>
internal sealed class FilterSql(SqlParameters sql)
{
    public string Of(Filter filter) => filter switch
    {
        Filter.All { Of: [] } => "true",
        Filter.Any { Of: [] } => "false",
        Filter.All(var all) => $"({string.Join(" AND ", all.Select(Of))})",
        Filter.Any(var any) => $"({string.Join(" OR ", any.Select(Of))})",
        Filter.Not(var not) => $"NOT {Of(not)}",
        Filter.AtPath(var path, var comparison, var operand) => AtPath(path, comparison, operand),
        Filter.OfField(var field, var comparison, var operand) => OfField(field, comparison, operand),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string AtPath(JsonPointer path, Comparison comparison, JsonValue operand)
    {
        var value = Value(path, sql);
        return comparison switch
        {
            Comparison.Equal => $"coalesce({value} = {Json(operand)}, false)",
            Comparison.NotEqual => $"({value} = {Json(operand)}) IS NOT TRUE",
            Comparison.Exists => operand.ToString() == "true" ? $"({value}) IS NOT NULL" : $"({value}) IS NULL",
            Comparison.In => $"coalesce(({value}) = ANY ({sql.Add(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, operand.Items.Select(i => i.ToString()).ToArray())}), false)",
            _ => $"(SELECT coalesce({OnKind(comparison, operand)}, false) FROM (SELECT {value} AS value OFFSET 0) v)",
        };
    }

    private string OnKind(Comparison comparison, JsonValue operand) => comparison switch
    {
        Comparison.Contains when operand.Kind == JsonKind.String =>
            $"CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value @> {Json(operand)} WHEN 'string' THEN strpos(v.value #>> '{{}}' COLLATE \"C\", {sql.Text(operand.AsText())}) > 0 END",
        Comparison.Contains when operand.Kind < JsonKind.Array => $"CASE WHEN jsonb_typeof(v.value) = 'array' THEN v.value @> {Json(operand)} END",
        Comparison.Contains => $"CASE WHEN jsonb_typeof(v.value) = 'array' THEN EXISTS (SELECT 1 FROM jsonb_array_elements(v.value) i WHERE i = {Json(operand)}) END",
        Comparison.StartsWith => $"CASE WHEN jsonb_typeof(v.value) = 'string' THEN starts_with(v.value #>> '{{}}', {sql.Text(operand.AsText())}) END",
        // jsonb compares texts by the database's own collation, which may be any.
        _ when operand.Kind == JsonKind.String => $"CASE WHEN jsonb_typeof(v.value) = 'string' THEN (v.value #>> '{{}}') COLLATE \"C\" {Sign(comparison)} {sql.Text(operand.AsText())} END",
        _ => $"CASE WHEN jsonb_typeof(v.value) = 'number' THEN v.value {Sign(comparison)} {Json(operand)} END",
    };

    private string OfField(DocumentField field, Comparison comparison, JsonValue operand)
    {
        var column = Column(field);
        return comparison switch
        {
            Comparison.Exists => operand.ToString() == "true" ? $"({column} IS NOT NULL)" : $"({column} IS NULL)",
            Comparison.In => $"coalesce({column} = ANY ({List(field, operand)}), false)",
            Comparison.Contains => $"coalesce(strpos({column}, {sql.Text(operand.AsText())}) > 0, false)",
            Comparison.StartsWith => $"coalesce(starts_with({column}, {sql.Text(operand.AsText())}), false)",
            Comparison.NotEqual => $"({column} IS DISTINCT FROM {One(field, operand)})",
            _ => $"coalesce({column} {Sign(comparison)} {One(field, operand)}, false)",
        };
    }

    public static string Column(DocumentField field) => field switch
    {
        DocumentField.Name => "d.name COLLATE \"C\"",
        DocumentField.Owner => "d.owner COLLATE \"C\"",
        DocumentField.Version => "d.version",
        DocumentField.CreatedAt => "d.created_at",
        _ => "d.updated_at",
    };

    private string One(DocumentField field, JsonValue operand) => field switch
    {
        DocumentField.Name or DocumentField.Owner => sql.Text(operand.AsText()),
        DocumentField.Version => sql.Text(operand.ToString()) + "::numeric",
        _ => sql.Add(NpgsqlDbType.TimestampTz, FilterMatch.Time(operand).ToUniversalTime()),
    };

    private string List(DocumentField field, JsonValue operand) => field switch
    {
        DocumentField.Name or DocumentField.Owner => sql.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, operand.Items.Select(i => i.AsText()).ToArray()),
        DocumentField.Version => sql.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, operand.Items.Select(i => i.ToString()).ToArray()) + "::numeric[]",
        _ => sql.Add(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, operand.Items.Select(i => FilterMatch.Time(i).ToUniversalTime()).ToArray()),
    };

    private string Json(JsonValue operand) => sql.Add(NpgsqlDbType.Jsonb, operand.ToString());

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.Less => "<",
        Comparison.AtMost => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    /// <summary>What stands at a path, as jsonb; null: nothing.</summary>
    public static string Value(JsonPointer path, SqlParameters sql)
    {
        var value = $"d.searchable #> {Tokens(path.Tokens, sql)}";
        // PostgreSQL takes -1, +1 and 01 for indexes of a list, too. A pointer does not, so there they are names and nothing else.
        var odd = Enumerable.Range(0, path.Tokens.Length).Where(i => LooksLikeIndex(path.Tokens[i])).Select(i => $"jsonb_typeof(d.searchable #> {Tokens(path.Tokens[..i], sql)}) = 'object'").ToList();
        return odd.Count == 0 ? value : $"CASE WHEN {string.Join(" AND ", odd)} THEN {value} END";
    }

    private static bool LooksLikeIndex(string token) => token.Any(char.IsAsciiDigit) && !JsonPointer.TryIndex(token, out _)
        && token.All(c => char.IsAsciiDigit(c) || c is '-' or '+' || char.IsWhiteSpace(c));

    private static string Tokens(IEnumerable<string> tokens, SqlParameters sql) => sql.Add(NpgsqlDbType.Array | NpgsqlDbType.Text, tokens.ToArray());
}
