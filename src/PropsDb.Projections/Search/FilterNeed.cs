using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>What of a filter can be looked up.</summary>
internal static class FilterNeed
{
    // Of a list or an object that is asked for as a whole, so many of its parts narrow the search enough.
    private const int EnoughParts = 8;

    public static Need? Of(Filter filter, TermSpace space) => filter switch
    {
        Filter.All(var all) => Need.Both(all.Select(f => Of(f, space))),
        Filter.Any(var any) => Need.Either([.. any.Select(f => Of(f, space))]),
        Filter.Not(Filter.Not(var inner)) => Of(inner, space),
        Filter.AtPath(var path, var comparison, var operand) => Of(path, comparison, operand, space),
        Filter.OfField(DocumentField.Owner, Comparison.Equal, var operand) => new Need.Terms([space.Owner(operand.AsText())]),
        _ => null,
    };

    private static Need? Of(JsonPointer path, Comparison comparison, JsonValue operand, TermSpace space) => comparison switch
    {
        Comparison.Equal => new Need.Terms([.. Parts(path, operand, space).Distinct().Take(EnoughParts)]),
        Comparison.In => Need.Either([.. operand.Items.Select(i => Of(path, Comparison.Equal, i, space))]),
        Comparison.Contains when operand.Kind == JsonKind.String =>
            new Need.AnyTerm([space.Item(path.ToString(), operand), space.Kind(path, JsonKind.String)]),
        Comparison.Contains => new Need.Terms([operand.Kind < JsonKind.Array ? space.Item(path.ToString(), operand) : space.Kind(path, JsonKind.Array)]),
        Comparison.Exists => operand.ToString() == "true" ? new Need.AnyTerm([.. Enum.GetValues<JsonKind>().Select(k => space.Kind(path, k))]) : null,
        Comparison.NotEqual => null,
        Comparison.StartsWith => new Need.Terms([space.Kind(path, JsonKind.String)]),
        _ => new Need.Terms([space.Kind(path, operand.Kind)]),
    };

    private static IEnumerable<long> Parts(JsonPointer path, JsonValue value, TermSpace space) => value.Kind switch
    {
        JsonKind.Object => value.Members.SelectMany(m => Parts(path.Then(m.Name), m.Value, space)).Append(space.Kind(path, JsonKind.Object)),
        JsonKind.Array => value.Items.SelectMany((item, i) => Parts(path.Then(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), item, space)).Append(space.Kind(path, JsonKind.Array)),
        _ when path.Tokens is [_, var property] && SearchRow.IsFoundByName(value) =>
            [value.Kind == JsonKind.String ? space.Says(property, SearchRow.OnlyWord(value)!) : space.Says(property, value)],
        _ => [space.Value(path.ToString(), value)],
    };
}
