namespace PropsDb.Events.Values;

/// <summary>
/// Reading and changing a value at a pointer. A change makes new values along the path alone; null says that the path is not there.
/// </summary>
public static class JsonEdit
{
    public static JsonValue? At(JsonValue root, JsonPointer path)
    {
        foreach (var token in path.Tokens)
        {
            var next = root.Kind switch
            {
                JsonKind.Object => root.Member(token),
                JsonKind.Array when JsonPointer.TryIndex(token, out var i) && i < root.Items.Count => root.Items[i],
                _ => null,
            };
            if (next is null) return null;
            root = next;
        }
        return root;
    }

    /// <summary>RFC 6902 add: a member is added or replaced, an item inserted; <c>-</c> and the length append.</summary>
    public static JsonValue? Add(JsonValue root, JsonPointer path, JsonValue value) => Change(root, path.Tokens.AsSpan(), (parent, token) => parent.Kind switch
    {
        JsonKind.Object => SetMember(parent, token, value),
        JsonKind.Array when Index(token, parent.Items.Count) is { } i => JsonValue.Array([.. parent.Items.Take(i), value, .. parent.Items.Skip(i)]),
        _ => null,
    }, value);

    /// <summary>A member is added or replaced; an item is replaced, and <c>-</c> or the length append.</summary>
    public static JsonValue? Set(JsonValue root, JsonPointer path, JsonValue value) => Change(root, path.Tokens.AsSpan(), (parent, token) => parent.Kind switch
    {
        JsonKind.Object => SetMember(parent, token, value),
        JsonKind.Array when Index(token, parent.Items.Count) is { } i => JsonValue.Array([.. parent.Items.Take(i), value, .. parent.Items.Skip(i + 1)]),
        _ => null,
    }, value);

    public static JsonValue? Remove(JsonValue root, JsonPointer path) => Change(root, path.Tokens.AsSpan(), (parent, token) => parent.Kind switch
    {
        JsonKind.Object when parent.Member(token) is not null =>
            JsonValue.Object(parent.Members.Where(m => !string.Equals(m.Name, token, StringComparison.Ordinal))),
        JsonKind.Array when JsonPointer.TryIndex(token, out var i) && i < parent.Items.Count =>
            JsonValue.Array([.. parent.Items.Take(i), .. parent.Items.Skip(i + 1)]),
        _ => null,
    }, whole: null);

    private static JsonValue? Change(JsonValue root, ReadOnlySpan<string> tokens, Func<JsonValue, string, JsonValue?> last, JsonValue? whole)
    {
        if (tokens.IsEmpty) return whole;
        if (tokens.Length == 1) return last(root, tokens[0]);
        var token = tokens[0];
        if (root.Kind == JsonKind.Object && root.Member(token) is { } member)
            return Change(member, tokens[1..], last, whole) is { } changed ? SetMember(root, token, changed) : null;
        if (root.Kind == JsonKind.Array && JsonPointer.TryIndex(token, out var i) && i < root.Items.Count)
            return Change(root.Items[i], tokens[1..], last, whole) is { } changed
                ? JsonValue.Array([.. root.Items.Take(i), changed, .. root.Items.Skip(i + 1)])
                : null;
        return null;
    }

    private static JsonValue SetMember(JsonValue parent, string name, JsonValue value)
    {
        var members = parent.Members.ToList();
        var at = members.FindIndex(m => string.Equals(m.Name, name, StringComparison.Ordinal));
        if (at >= 0) members[at] = new JsonMember(name, value);
        else members.Add(new JsonMember(name, value));
        return JsonValue.Object(members);
    }

    private static int? Index(string token, int count) =>
        string.Equals(token, "-", StringComparison.Ordinal) ? count : JsonPointer.TryIndex(token, out var i) && i <= count ? i : null;
}
