using System.Collections.Immutable;
using PropsDb.Events.Values;

namespace PropsDb.Host.Search;

/// <summary>Leaves of a document what some paths name: collections, properties, members inside values. A list is shown whole.</summary>
public static class Selection
{
    public static JsonValue Of(JsonValue value, IReadOnlyCollection<JsonPointer> paths) => Of(value, [.. paths.Select(p => p.Tokens)]);

    private static JsonValue Of(JsonValue value, List<ImmutableArray<string>> paths)
    {
        if (value.Kind != JsonKind.Object || paths.Exists(p => p.IsEmpty)) return value;
        var below = paths.GroupBy(p => p[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(p => p.RemoveAt(0)).ToList(), StringComparer.Ordinal);
        return JsonValue.Object(value.Members.Where(m => below.TryGetValue(m.Name, out var rest) && rest.Exists(r => IsThere(m.Value, r)))
            .Select(m => new JsonMember(m.Name, Of(m.Value, below[m.Name]))));
    }

    private static bool IsThere(JsonValue value, ImmutableArray<string> path) =>
        path.IsEmpty || value.Kind == JsonKind.Array || (value.Member(path[0]) is { } member && IsThere(member, path.RemoveAt(0)));
}
