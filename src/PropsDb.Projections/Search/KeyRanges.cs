using NpgsqlTypes;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>What declared indexes can tell of a filter: in which range of their keys its documents lie.</summary>
/// <param name="joined">The index that the statement goes through anyway, as <c>k</c>.</param>
internal sealed class KeyRanges(SearchScope scope, IReadOnlyDictionary<string, string> indexes, string? joined, SqlParameters sql)
{
    // Keys have the first characters of a text: no key that begins with a text is behind the text with these after it.
    private static readonly string Last = string.Concat(Enumerable.Repeat("\U0010FFFF", SortKey.TextLength));

    /// <summary>Conditions that go with the filter's own, each with <c>AND</c> before it.</summary>
    public string Of(Filter filter) => string.Concat(Ranges(filter).GroupBy(r => r.Index, r => r.Range, StringComparer.Ordinal).Select(g => g.Key == joined
        ? $" AND {string.Join(" AND ", g)}"
        // The ranges of one index are one: apart, each would be half of all keys.
        : $"""
         AND d.id IN (SELECT k.id FROM {SearchTables.Key} k WHERE k.tenant_id = {sql.Add(NpgsqlDbType.Varchar, scope.App)} AND k.tier = {sql.Add(NpgsqlDbType.Varchar, scope.Tier)}
            AND k.index_name = {sql.Add(NpgsqlDbType.Varchar, g.Key)} AND {string.Join(" AND ", g)})
        """));

    private IEnumerable<(string Index, string Range)> Ranges(Filter filter) => filter switch
    {
        Filter.All(var all) => all.SelectMany(Ranges),
        Filter.AtPath(var path, var comparison, var operand) when indexes.TryGetValue(path.ToString(), out var index) && Range(comparison, operand) is { } range => [(index, range)],
        _ => [],
    };

    private string? Range(Comparison comparison, JsonValue operand)
    {
        var sign = comparison switch
        {
            Comparison.Equal => "=",
            Comparison.Less or Comparison.AtMost => "<=",
            Comparison.Greater or Comparison.AtLeast or Comparison.StartsWith => ">=",
            _ => null,
        };
        if (sign is null || operand.Kind is not (JsonKind.Number or JsonKind.String)) return null;
        var key = SortKey.Of(operand);
        if (key.Rank == SortKey.OfNumber) return $"k.rank = {SortKey.OfNumber} AND k.number {sign} {sql.Text(key.Number)}::numeric";
        var from = $"k.rank = {SortKey.OfText} AND k.text COLLATE \"C\" {sign} {sql.Text(key.Text)}";
        return comparison == Comparison.StartsWith ? $"{from} AND k.text COLLATE \"C\" <= {sql.Text(key.Text + Last)}" : from;
    }
}
