using PropsDb.Events.Values;

namespace PropsDb.Events.Patching;

/// <summary>JSON merge patch, RFC 7396.</summary>
public static class MergePatch
{
    public static JsonValue Apply(JsonValue? target, JsonValue patch)
    {
        if (patch.Kind != JsonKind.Object) return patch;
        var members = target is { Kind: JsonKind.Object } ? target.Members.ToList() : [];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < members.Count; i++) places[members[i].Name] = i;
        var removed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in patch.Members)
        {
            if (value.Kind == JsonKind.Null)
            {
                if (places.ContainsKey(name)) removed.Add(name);
            }
            else if (places.TryGetValue(name, out var place)) members[place] = new(name, Apply(members[place].Value, value));
            else members.Add(new(name, Apply(null, value)));
        }
        return JsonValue.Object(removed.Count == 0 ? members : members.Where(m => !removed.Contains(m.Name)));
    }
}
