namespace PropsDb.Events.Tests;

/// <summary>Short spellings of events, operations and values, and a readable text of each event.</summary>
internal static class Facts
{
    public static DocumentKey Key { get; } = new("jam-build", "user", "alice", "settings");

    public static JsonValue Json(string text) =>
        JsonValue.TryParse(Encoding.UTF8.GetBytes(text), Limits.Default with { MaxValueDepth = 80 }, out var value, out var fault)
            ? value
            : throw new ArgumentException($"{text}: {fault!.Detail}", nameof(text));

    public static JsonPointer Pointer(string text) => JsonPointer.TryParse(text, out var pointer) ? pointer : throw new ArgumentException(text, nameof(text));

    public static Commit CommitOf(long version) => new(version, DateTimeOffset.UnixEpoch.AddMinutes(version), $"writer-{version}");

    // Events. The version is the scenario's to fill in.
    public static DocumentEvent Created => new DocumentCreated(0, Key.Tier, Key.Owner, Key.Name);
    public static DocumentEvent Deleted => new DocumentDeleted(0);
    public static DocumentEvent Restored => new DocumentRestored(0);
    public static DocumentEvent CollectionIs(string name, string properties) => new CollectionSet(0, name, Named(properties));
    public static DocumentEvent CollectionGone(string name) => new CollectionDeleted(0, name, 0);
    public static DocumentEvent PropertyIs(string path, string value) => new PropertySet(0, PropertyPath.Parse(path), Json(value), 0);
    public static DocumentEvent PropertyGone(string path) => new PropertyDeleted(0, PropertyPath.Parse(path), 0);

    // Operations.
    public static Operation Create(string content = "{}") => new CreateDocument(Collections(content));
    public static Operation Replace(string content) => new ReplaceDocument(Collections(content));
    public static Operation Delete() => new DeleteDocument();
    public static Operation Restore() => new RestoreDocument();
    public static Operation Set(string path, string value) => new SetProperty(PropertyPath.Parse(path), Json(value));
    public static Operation DeleteAt(string path) => PropertyPath.Parse(path) is { Property: not null } p ? new DeleteProperty(p) : new DeleteCollection(PropertyPath.Parse(path).Collection!);
    public static Operation CreateAt(string name, string properties) => new CreateCollection(name, Named(properties));
    public static Operation ReplaceAt(string name, string properties) => new ReplaceCollection(name, Named(properties));
    public static Operation Merge(string patch) => new MergePatchDocument(Json(patch));
    public static Operation MergeAt(string name, string patch) => new PatchCollection(name, Json(patch));
    public static Operation Patch(string steps) => JsonPatch.TryParse(Json(steps), Limits.Default, out var patch) is { } no ? throw new ArgumentException(no.Detail, nameof(steps)) : new JsonPatchDocument(patch);

    /// <summary>Steps as "set /ui/a 1", "delete /ui/b", "test /ui/c null".</summary>
    public static Operation Batch(params string[] steps) => new ApplyBatch([.. steps.Select(s => s.Split(' ', 3)).Select(s => new BatchStep(s[0], Pointer(s[1]), s.Length > 2 ? Json(s[2]) : null))]);

    // Preconditions.
    public static Precondition At(long version) => Precondition.At(version);
    public static Precondition IfMatchStar { get; } = new(Demand.Present, ByHeader: true);
    public static Precondition IfNoneMatchStar { get; } = new(Demand.Absent, ByHeader: true);
    public static Precondition CollectionAt(long version) => new(Demand.CollectionVersion, version);
    public static Precondition PropertyAt(long version) => new(Demand.PropertyVersion, version);

    public static IReadOnlyList<NamedValue> Named(string properties) => [.. Json(properties).Members.Select(m => new NamedValue(m.Name, m.Value))];

    public static IReadOnlyList<NamedCollection> Collections(string content) =>
        [.. Json(content).Members.Select(c => new NamedCollection(c.Name, [.. c.Value.Members.Select(m => new NamedValue(m.Name, m.Value))]))];

    public static JsonValue AsJson(Content content) => JsonValue.Object(content.Collections.Select(c =>
        new JsonMember(c.Key, JsonValue.Object(c.Value.Properties.Select(p => new JsonMember(p.Key, p.Value.Value))))));

    public static string Show(Content content) => AsJson(content).ToString();

    public static string Show(Document document) => document.Exists ? Show(document.Content) : "absent";

    public static string Show(DocumentEvent e) => e switch
    {
        DocumentCreated => "created",
        DocumentDeleted => "deleted",
        DocumentRestored => "restored",
        DocumentRolledBack(_, var to) => $"rolled back to {to}",
        CollectionSet(_, var name, var properties) => $"/{name} = {JsonValue.Object(properties.Select(p => new JsonMember(p.Name, p.Value)))}",
        CollectionDeleted(_, var name, var previous) => $"/{name} deleted, was {previous}",
        PropertySet(_, var path, var value, var previous) => $"{path} = {value}, was {previous}",
        PropertyDeleted(_, var path, var previous) => $"{path} deleted, was {previous}",
        CollectionsOrdered(_, var names) => $"order {string.Join(' ', names)}",
        PropertiesOrdered(_, var name, var names) => $"/{name} order {string.Join(' ', names)}",
        DocumentShared share => $"shared with {share.User}{(share.CanWrite ? " to write" : "")}{(share.CanDelete ? " to delete" : "")}{(share.ExpiresAt is { } until ? $" until {until:O}" : "")}",
        ShareRevoked(_, var user) => $"share of {user} revoked",
        ShareExpired(_, var user) => $"share of {user} expired",
        SharesEnded => "shares ended",
        SharesReturned => "shares returned",
        DocumentSettingsChanged(_, var strategy) => $"strategy {strategy ?? "the tier's"}",
        ValueErased(_, var path, var number) => $"{path} of {number} erased",
        _ => throw new ArgumentException(e.GetType().Name, nameof(e)),
    };

    public static string Show(Conflict conflict) =>
        $"{conflict.Path}: base {conflict.Base?.ToString() ?? "-"}, remote {conflict.Remote?.ToString() ?? "-"}, local {conflict.Local?.ToString() ?? "-"}";

    public static Document Fold(Document state, IEnumerable<DocumentEvent> events) =>
        events.Aggregate(state, (document, e) => Document.Evolve(document, e, CommitOf(e.Version)));
}
