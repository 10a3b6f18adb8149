namespace PropsDb.Host.Tests;

/// <summary>One cell of the table as a request: this operation, on this document or thing, by this caller.</summary>
/// <param name="Name">The document that is meant.</param>
/// <param name="It">What was prepared, where the operation is not on a document.</param>
/// <param name="App">The app that is meant.</param>
public sealed record AccessCell(AccessRow Row, AccessOperation Operation, Principal Caller, string Name, string? It, string App)
{
    public bool IsWrite => Row.Method is not "GET" && Operation.Writes;

    public bool IsLegacy => Row.Pattern.StartsWith("/api/data/", StringComparison.Ordinal);

    private static bool IsInTier(AccessRow row) => row.Pattern.Contains("/{tier}", StringComparison.Ordinal) && !row.Pattern.Contains("/_tiers/", StringComparison.Ordinal);

    /// <summary>Of one document: its tier stands in the path, or in the body.</summary>
    public static bool IsOnDocument(AccessRow row) =>
        IsInTier(row) || row.Pattern is "/api/v1/{app}/_batch" || row.Pattern.Contains("/_conflicts", StringComparison.Ordinal);

    public static string TierOf(string target) => target switch
    {
        "board" or "site" or "open" or "nowhere" => target,
        "new-board" => "board",
        "public" => "app",
        "own-user" => "user",
        "unscoped" => "shared",
        _ => "notes",
    };

    public static string? OwnerOf(AccessRow row, Principal caller) => row.Target switch
    {
        "own" or "new-own" or "own-user" => caller.User ?? AccessWorld.Owner,
        _ => TierOf(row.Target) is "notes" ? AccessWorld.Owner : null,
    };

    private bool NamesOwner => Row.Target is not ("own" or "new-own" or "own-user") && OwnerOf(Row, Caller) is not null && (Row.Pattern.Contains("{document}", StringComparison.Ordinal) || Row.Target is "notes-of-owner");

    public Task<Answer> Send(AccessWorld world, string? method = null)
    {
        var body = Operation.Body?.Replace("{new}", world.New("new")).Replace("{it}", It).Replace("{tier}", TierOf(Row.Target)).Replace("{document}", Name)
            .Replace("{owner}", Row.Target is "notes" ? $"\"{AccessWorld.Owner}\"" : "null");
        return Caller.Send(method ?? Row.Method, Path(), body, Operation.MediaType, [.. Headers(world)]);
    }

    public string? Needle => Row.Target is "owner" ? null : Operation.Needle?.Replace("{listed}", TierOf(Row.Target) is "notes" ? $"\"owner\":\"{AccessWorld.Owner}\"" : $"\"{Name}\"").Replace("{it}", It).Replace("{secret}", AccessWorld.Secret(App));

    private string Path()
    {
        var path = Row.Pattern.Replace("/api/{**path}", "/api/metrics").Replace("{app}", App).Replace("{document}", Name).Replace("{collection}", Operation.Collection).Replace("{property}", Operation.Property)
            .Replace("{code}", "not-found").Replace("{provider}", "generic").Replace("{**path}", $"{App}/_unknown").Replace("{documentName?}", "").Replace("_share/{user}", "_share/" + Revoked);
        if (IsInTier(Row)) path = path.Replace("{tier}", TierOf(Row.Target));
        // What was prepared is what the last segment names.
        if (It is not null && path.LastIndexOf('{') is >= 0 and var from) path = path[..from] + It + path[(path.IndexOf('}', from) + 1)..];
        path = path.Replace("{user}", "user").Replace("{tier}", "board");
        var query = new[] { NamesOwner ? "owner=" + AccessWorld.Owner : "", Operation.Query, Row.Target is "gone" ? "deleted=true" : "", Row.Target is "owner" ? "user=owner" : "" };
        return path + "?" + string.Join('&', query.Where(q => q.Length > 0));
    }

    // One's own share to leave, else another's.
    private string Revoked => Row.Target is "leave" ? Caller.User ?? "nobody" : AccessWorld.Grantees.First(g => g != Caller.User);

    private IEnumerable<(string, string)> Headers(AccessWorld world)
    {
        yield return ("X-Request-Id", "the-same");
        if (!IsWrite) yield break;
        yield return ("Idempotency-Key", world.New("key"));
        if (!Row.Pattern.Contains("{document}", StringComparison.Ordinal) || Row.Pattern.EndsWith("_copy", StringComparison.Ordinal) || Row.Pattern.Contains("_share", StringComparison.Ordinal)) yield break;
        if (Row.Target is "new" or "new-own" or "new-board") yield return ("If-None-Match", "*");
        else if (Row.Target is not "gone") yield return ("If-Match", "\"3\"");
    }
}
