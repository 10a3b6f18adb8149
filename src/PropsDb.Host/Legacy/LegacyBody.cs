using System.Globalization;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Legacy;

/// <summary>Reads the bodies of writes: <c>{version, collections, deleteDocument}</c>.</summary>
public static class LegacyBody
{
    /// <summary>The version that the write builds on; missing or null: the document must not exist.</summary>
    public static Precondition Precondition(JsonValue body) => new(Demand.LifeVersion, body.Member("version") switch
    {
        null or { Kind: JsonKind.Null } => 0,
        { Kind: JsonKind.String } text when long.TryParse(text.AsText(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) => version,
        // A program that has but one kind of number may write 5.0.
        { Kind: JsonKind.Number } number when decimal.TryParse(number.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var version)
            && version is >= 0 and <= long.MaxValue && decimal.IsInteger(version) => (long)version,
        _ => throw ContentBody.Invalid("version is a whole number from 0 on, below 2^63, or a text of one.", "/version"),
    });

    public static IReadOnlyList<NamedCollection> Collections(JsonValue body, Limits limits) => [.. Members(body).Select(m =>
    {
        var name = NameOf(m.Json, m.Pointer);
        if (Names.CollectionFault(name) is { } fault) throw InvalidName(fault, m.Pointer + "/collection");
        return m.Json.Member("properties") switch
        {
            null or { Kind: JsonKind.Null } => new NamedCollection(name, []),
            { Kind: JsonKind.Object } properties => new NamedCollection(name, ContentBody.Properties(properties, m.Pointer + "/properties", limits)),
            _ => throw ContentBody.Invalid("properties is an object by name, or null.", m.Pointer + "/properties"),
        };
    })];

    /// <summary>What a deletion names. Names that could not be there are let through: they are not there.</summary>
    public static IReadOnlyList<NamedParts> Parts(JsonValue body) => [.. Members(body).Select(m => new NamedParts(NameOf(m.Json, m.Pointer), m.Json.Member("properties") switch
    {
        null or { Kind: JsonKind.Null } => [],
        { Kind: JsonKind.Array } names when names.Items.All(n => n.Kind == JsonKind.String) => [.. names.Items.Select(n => n.AsText())],
        _ => throw ContentBody.Invalid("properties is a list of names, or null.", m.Pointer + "/properties"),
    }))];

    public static bool DeletesDocument(JsonValue body) => body.Member("deleteDocument") switch
    {
        null or { Kind: JsonKind.Null } => false,
        { Kind: JsonKind.Boolean } flag => flag.ToString() == "true",
        _ => throw ContentBody.Invalid("deleteDocument is true or false.", "/deleteDocument"),
    };

    // One object stands for a list of it; what JavaScript takes for false is left out.
    private static List<(JsonValue Json, string Pointer)> Members(JsonValue body)
    {
        var collections = body.Member("collections") ?? JsonValue.Null;
        var all = collections.Kind == JsonKind.Array ? collections.Items.Select((json, i) => (json, $"/collections/{i}")) : [(collections, "/collections/0")];
        List<(JsonValue, string)> members = [.. all.Where(m => !IsFalsy(m.Item1))];
        return members.Count > 0 ? members : throw ContentBody.Invalid("collections names no collection.", "/collections");
    }

    private static string NameOf(JsonValue member, string pointer) => member.Member("collection") is { Kind: JsonKind.String } name && name.AsText() is { Length: > 0 } text
        ? text
        : throw ContentBody.Invalid("A collection is named by its member collection.", pointer + "/collection");

    private static ProblemException InvalidName(string fault, string pointer) => new(new Problem("invalid_name", fault, [new(pointer, fault)]));

    private static readonly JsonValue Zero = JsonValue.FromChecked("0");

    private static bool IsFalsy(JsonValue value) => value.Kind switch
    {
        JsonKind.Null => true,
        JsonKind.Boolean => value.ToString() == "false",
        JsonKind.Number => value.Equals(Zero),
        JsonKind.String => value.AsText().Length == 0,
        _ => false,
    };
}
