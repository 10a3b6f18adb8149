using PropsDb.Events.Values;
using PropsDb.Host.Documents;

namespace PropsDb.Host.Http;

/// <summary>Reads the members of a body's object; one of another kind than it must be is refused with its pointer.</summary>
public static class Fields
{
    /// <param name="at">Pointer of the object in the body.</param>
    public static string? Text(this JsonValue json, string member, string at = "") => json.Member(member) switch
    {
        null or { Kind: JsonKind.Null } => null,
        { Kind: JsonKind.String } text => text.AsText(),
        _ => throw ContentBody.Invalid($"{member} is a text.", $"{at}/{member}"),
    };

    /// <summary>A text that is kept as it is: events are jsonb, which cannot hold U+0000.</summary>
    public static string? KeptText(this JsonValue json, string member, string at = "") => json.Text(member, at) is not { } text ? null
        : !text.Contains('\0', StringComparison.Ordinal) ? text : throw ContentBody.Invalid($"{member} has the character U+0000.", $"{at}/{member}");

    public static string RequiredText(this JsonValue json, string member, string at = "") =>
        json.Text(member, at) ?? throw ContentBody.Invalid($"{member} is missing.", $"{at}/{member}");

    public static bool? Flag(this JsonValue json, string member, string at = "") => json.Member(member) switch
    {
        null or { Kind: JsonKind.Null } => null,
        { Kind: JsonKind.Boolean } flag => flag.ToString() == "true",
        _ => throw ContentBody.Invalid($"{member} is true or false.", $"{at}/{member}"),
    };

    public static DateTimeOffset? Time(this JsonValue json, string member, string at = "") => json.Text(member, at) is not { } text ? null
        : Times.TryParse(text, out var time) ? time : throw ContentBody.Invalid($"{member} is a time as in RFC 3339.", $"{at}/{member}");

    /// <summary>The objects of a list, each with its pointer; none where the member is not there.</summary>
    public static IEnumerable<(JsonValue Json, string At)> Objects(this JsonValue json, string member)
    {
        if (json.Member(member) is not { Kind: not JsonKind.Null } list) yield break;
        if (list.Kind != JsonKind.Array) throw ContentBody.Invalid($"{member} is a list.", "/" + member);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i].Kind != JsonKind.Object) throw ContentBody.Invalid("This is an object.", $"/{member}/{i}");
            yield return (list.Items[i], $"/{member}/{i}");
        }
    }

    public static IReadOnlyList<string>? Texts(this JsonValue json, string member) => json.Member(member) switch
    {
        null or { Kind: JsonKind.Null } => null,
        { Kind: JsonKind.Array } list when list.Items.All(i => i.Kind == JsonKind.String) => [.. list.Items.Select(i => i.AsText()).Distinct(StringComparer.Ordinal)],
        _ => throw ContentBody.Invalid($"{member} is a list of texts.", "/" + member),
    };
}
