namespace PropsDb.Events.Tests;

/// <summary>Generators with small alphabets, so that names and values meet often.</summary>
internal static class Gens
{
    public static Gen<string> Name { get; } = Gen.OneOf("a", "b", "c", "é\"");

    // 1 and 1.0 and 10e-1 are equal, as are the two objects; the rest differ.
    public static Gen<string> ValueText { get; } = Gen.OneOf("1", "1.0", "10e-1", "2", "\"x\"", "null", "true", "[]", "[1]", """{"m":1,"n":2}""", """{"n":2,"m":1.0}""", """{"m":{"n":1}}""");

    public static Gen<JsonValue> Value { get; } = ValueText.Select(Json);

    public static Gen<PropertyPath> Path { get; } = Gen.Select(Name, Name, PropertyPath.Of);

    public static Gen<IReadOnlyList<NamedValue>> Properties { get; } =
        Gen.Select(Name, Value).Array[0, 4].Select(IReadOnlyList<NamedValue> (pairs) => [.. pairs.DistinctBy(p => p.Item1, StringComparer.Ordinal).Select(p => new NamedValue(p.Item1, p.Item2))]);

    public static Gen<IReadOnlyList<NamedCollection>> Collections { get; } =
        Gen.Select(Name, Properties).Array[0, 4].Select(IReadOnlyList<NamedCollection> (pairs) => [.. pairs.DistinctBy(p => p.Item1, StringComparer.Ordinal).Select(p => new NamedCollection(p.Item1, p.Item2))]);

    public static Gen<string[]> Names { get; } = Gen.Shuffle(new[] { "a", "b", "c", "é\"", "absent" });

    public static Document DocumentOf(IReadOnlyList<NamedCollection> collections) => Fold(Document.Unborn, Fresh(collections));

    public static IEnumerable<DocumentEvent> Fresh(IReadOnlyList<NamedCollection> collections) =>
        collections.Select(DocumentEvent (c) => new CollectionSet(1, c.Name, c.Properties)).Prepend(new DocumentCreated(1, "user", "alice", "settings"));

    public static Gen<Document> Present { get; } = Collections.Select(DocumentOf);

    /// <summary>Any one edit of a draft, as a batch may make them.</summary>
    public static Gen<Edit> Edit { get; } = Gen.OneOf<Edit>(
        Gen.Select(Path, Value, (path, value) => new Edit($"set {path} {value}", d => d.SetProperty(path, value))),
        Gen.Select(Path, Value, (path, value) => new Edit($"set {path} {value}", d => d.SetProperty(path, value))),
        Path.Select(path => new Edit($"remove {path}", d => d.RemoveProperty(path))),
        Gen.Select(Name, Properties, (name, properties) => new Edit($"collection {name} {Text(properties)}", d => d.SetCollection(name, properties))),
        Name.Select(name => new Edit($"remove {name}", d => d.RemoveCollection(name))),
        Names.Select(names => new Edit($"order {string.Join(' ', names)}", d => d.OrderCollections(names))),
        Gen.Select(Name, Names, (name, names) => new Edit($"order {name}: {string.Join(' ', names)}", d => { if (d.Now[name] is not null) d.OrderProperties(name, names); })),
        Replacement);

    public static Gen<Edit> Replacement => Collections.Select(all => new Edit($"content {string.Join(' ', all.Select(c => c.Name + Text(c.Properties)))}", d => SetContent(d, all)));

    public static void SetContent(Draft draft, IReadOnlyList<NamedCollection> collections) =>
        draft.SetContent(collections.Select(c => KeyValuePair.Create(c.Name, (IEnumerable<NamedValue>)c.Properties)));

    private static string Text(IReadOnlyList<NamedValue> properties) => JsonValue.Object(properties.Select(p => new JsonMember(p.Name, p.Value))).ToString();
}

internal sealed record Edit(string Text, Action<Draft> Apply)
{
    public override string ToString() => Text;

    public static Draft All(Document on, IEnumerable<Edit> edits)
    {
        var draft = new Draft(on);
        foreach (var edit in edits) edit.Apply(draft);
        return draft;
    }
}
