namespace PropsDb.Host.Ops.OpenApi;

/// <summary>What the table of routes does not say of a route: what goes in, what comes out, and what can go wrong.</summary>
/// <param name="Answer">The schema of the answer's body; null: it has none.</param>
/// <param name="Body">The schema of the request's body, for each of the route's media types in turn.</param>
public sealed record Contract(string? Answer, params string[] Body)
{
    public string[] Query { get; init; } = [];
    public string[] Headers { get; init; } = [];
    public int[] Statuses { get; init; } = [200];
    public string[] Problems { get; init; } = [];

    private static readonly string[] Anyones = ["unauthenticated", "forbidden", "not_found", "invalid_name", "invalid_header", "invalid_query", "rate_limited", "internal", "unavailable"];
    private static readonly string[] Bodies = ["too_large", "unsupported_media_type", "request_timeout", "invalid_json", "invalid_value"];

    private static readonly string[] Writers =
        ["invalid_version", "version_ambiguous", "version_required", "version_conflict", "already_exists", "outcome_unknown"];

    /// <summary>A resource with a version, as it is read.</summary>
    private static Contract Read(string answer) => new(answer)
    {
        Query = ["shape"],
        Headers = ["Accept", "If-None-Match"],
        Statuses = [200, 304],
        Problems = ["not_acceptable"],
    };

    /// <summary>What can also be read as it was.</summary>
    private static Contract Past(string answer)
    {
        var read = Read(answer);
        return read with { Query = [.. read.Query, "version", "at"], Problems = [.. read.Problems, "version_not_found", "invalid_version"] };
    }

    private static Contract History { get; } = new("HistoryAnswer") { Query = ["limit", "before", "changes"], Problems = ["invalid_version"] };

    private static Contract RollBack { get; } = Write("DocumentAnswer", "RollbackBody").And("version_not_found");

    private static Contract Write(string? answer, params string[] body) => new(answer, body)
    {
        Query = ["version", "on_conflict", "dry_run", "shape"],
        Headers = ["If-Match", "If-None-Match", "Prefer", "X-Change-Message", "Idempotency-Key"],
        Statuses = [200, 204],
        Problems = [.. Writers, "idempotency_mismatch", "idempotency_in_progress", .. body.Length > 0 ? Bodies : []],
    };

    private static readonly Dictionary<string, Contract> Table = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/{app}/{tier}"] = new("DocumentList")
        {
            Query = ["prefix", "sort", "order", "limit", "offset", "cursor", "include", "deleted", "shape", "min_position"],
            Headers = ["Accept"],
            Problems = ["invalid_position", "not_acceptable"],
        },
        ["GET /api/v1/{app}/{tier}/{document}"] = Past("DocumentAnswer") with { Query = ["collections", "shape", "version", "at", "include"] },
        ["POST /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "ContentBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "ContentBody") with { Statuses = [200, 201, 204] },
        ["PATCH /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "MergePatch", "JsonPatch").And("test_failed", "patch_failed"),
        ["DELETE /api/v1/{app}/{tier}/{document}"] = Write(null) with { Statuses = [204] },
        ["POST /api/v1/{app}/{tier}/{document}/_copy"] = Write("DocumentAnswer", "CopyBody") with { Statuses = [201] },
        ["GET /api/v1/{app}/{tier}/{document}/{collection}"] = Past("CollectionAnswer"),
        ["POST /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [200, 201, 204] },
        ["PATCH /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "MergePatch"),
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}"] = Write("VersionAnswer"),
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Past("PropertyAnswer"),
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("PropertyAnswer", "ValueBody") with { Statuses = [200, 201, 204] },
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("VersionAnswer"),
        ["PUT /api/v1/{app}/{tier}/{document}/_settings"] = Write("SettingsAnswer", "SettingsBody"),
        ["GET /api/v1/{app}/{tier}/{document}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/{property}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/_diff"] = new("DiffAnswer") { Query = ["from", "to"], Problems = ["version_not_found", "invalid_version"] },
        ["GET /api/v1/{app}/{tier}/{document}/_blame"] = Past("BlameAnswer"),
        ["GET /api/v1/{app}/{tier}/{document}/_events"] = new("Event") { Query = ["after_version"], Problems = ["invalid_version"] },
        ["POST /api/v1/{app}/{tier}/{document}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/{collection}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/{collection}/{property}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/_undo"] = Write("DocumentAnswer", "UndoBody").And("version_not_found"),
        ["POST /api/v1/{app}/{tier}/{document}/_restore"] = Write("DocumentAnswer", "RestoreBody"),
        ["POST /api/v1/{app}/{tier}/{document}/_batch"] = (Write("BatchAnswer", "BatchBody") with { Statuses = [200, 201, 204] }).And("test_failed", "sequence_gap"),
        ["GET /api/v1/{app}/{tier}/{document}/_conflicts"] = new("ConflictsAnswer") { Query = ["resolved", "limit"] },
        ["POST /api/v1/{app}/_batch"] = (Write("MultiBatchAnswer", "MultiBatchBody") with { Query = ["on_conflict", "dry_run", "shape"] }).And("test_failed"),
        ["POST /api/v1/{app}/_undo"] = new("UndoReport", "UndoByUserBody") { Query = ["dry_run"], Headers = ["X-Change-Message"], Problems = Bodies },
        ["GET /api/v1/{app}/_conflicts"] = new("ConflictsAnswer") { Query = ["resolved", "limit", "tier_filter", "document_filter"] },
        ["POST /api/v1/{app}/_conflicts/{id}/_resolve"] = Write("ResolveAnswer", "ResolveBody").And("test_failed"),
    };

    /// <summary>The routes that are described; a test holds them against the table of routes.</summary>
    public static IReadOnlyCollection<string> Routes => Table.Keys;

    public static Contract Of(string method, string pattern, IEnumerable<string> mediaTypes) =>
        (Table.TryGetValue($"{method} {pattern}", out var contract) ? contract : new Contract("Any", [.. mediaTypes.Select(_ => "Any")])).And(Anyones);

    private Contract And(params string[] problems) => this with { Problems = [.. Problems, .. problems] };
}
