using Route = PropsDb.Host.Documents.Route;

namespace PropsDb.Host.Ops.OpenApi;

/// <summary>What the table of routes does not say of a route: what goes in, what comes out, and what can go wrong.</summary>
/// <param name="Answer">The schema of the answer's body; null: it has none.</param>
/// <param name="Body">The schema of the request's body, for each of the route's media types in turn.</param>
public sealed record Contract(string? Answer, params string[] Body)
{
    public string MediaType { get; init; } = Route.Json;
    public string[] Query { get; init; } = [];
    public string[] Headers { get; init; } = [];
    public int[] Statuses { get; init; } = [200];
    public string[] Problems { get; init; } = [];

    private static readonly string[] Anyones = ["unauthenticated", "forbidden", "not_found", "invalid_name", "invalid_header", "invalid_query", "rate_limited", "internal", "unavailable"];
    private static readonly string[] Bodies = ["too_large", "unsupported_media_type", "request_timeout", "invalid_json", "invalid_value"];

    private static readonly string[] Writers =
        ["invalid_version", "version_ambiguous", "version_required", "version_conflict", "already_exists", "idempotency_in_progress", "idempotency_mismatch", "outcome_unknown"];

    /// <summary>A resource with a version, as it is read.</summary>
    private static Contract Read(string answer) => new(answer)
    {
        Query = ["shape", "at_version", "at"],
        Headers = ["Accept", "If-None-Match"],
        Statuses = [200, 304],
        Problems = ["not_acceptable", "invalid_version", "version_not_found"],
    };

    private static Contract Write(string? answer, params string[] body) => new(answer, body)
    {
        Query = ["version", "on_conflict", "dry_run", "shape"],
        Headers = ["If-Match", "If-None-Match", "Idempotency-Key", "Prefer", "X-Change-Message"],
        Statuses = [200, 204],
        Problems = [.. Writers, .. body.Length > 0 ? Bodies : []],
    };

    private static Contract History => new("History") { Query = ["history_limit", "before", "changes"], Problems = ["invalid_version"] };

    private static Contract RollBack => Write("DocumentAnswer", "RollBackBody").And("version_not_found");

    private static readonly Dictionary<string, Contract> Table = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/{app}/{tier}"] = new("DocumentList")
        {
            Query = ["prefix", "sort", "order", "limit", "offset", "cursor", "include", "deleted", "shape", "min_position"],
            Headers = ["Accept"],
            Problems = ["invalid_position", "not_acceptable"],
        },
        ["GET /api/v1/{app}/{tier}/{document}"] = Read("DocumentAnswer") with { Query = ["collections", "shape", "at_version", "at", "include_vector"] },
        ["POST /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "ContentBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "ContentBody") with { Statuses = [200, 201, 204] },
        ["PATCH /api/v1/{app}/{tier}/{document}"] = Write("DocumentAnswer", "MergePatch", "JsonPatch").And("test_failed", "patch_failed"),
        ["DELETE /api/v1/{app}/{tier}/{document}"] = Write(null) with { Statuses = [204] },
        ["POST /api/v1/{app}/{tier}/{document}/_copy"] = Write("DocumentAnswer", "CopyBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}/_settings"] = Write("SettingsAnswer", "SettingsBody"),
        ["GET /api/v1/{app}/{tier}/{document}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/{property}/_history"] = History,
        ["GET /api/v1/{app}/{tier}/{document}/_diff"] = new("Diff") { Query = ["from", "to"], Problems = ["invalid_version", "version_not_found"] },
        ["GET /api/v1/{app}/{tier}/{document}/_blame"] = Read("Blame") with { Query = ["at_version", "at"], Headers = ["If-None-Match"] },
        ["GET /api/v1/{app}/{tier}/{document}/_events"] = new("Event") { Query = ["after_version"], Problems = ["invalid_version"], MediaType = "application/x-ndjson" },
        ["POST /api/v1/{app}/{tier}/{document}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/{collection}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/{collection}/{property}/_rollback"] = RollBack,
        ["POST /api/v1/{app}/{tier}/{document}/_undo"] = Write("DocumentAnswer", "UndoBody").And("version_not_found"),
        ["POST /api/v1/{app}/{tier}/{document}/_restore"] = Write("DocumentAnswer", "VersionBody"),
        ["POST /api/v1/{app}/{tier}/{document}/_batch"] = Write("BatchAnswer", "BatchBody").And("test_failed", "sequence_gap") with { Statuses = [200, 201, 204] },
        ["GET /api/v1/{app}/{tier}/{document}/_conflicts"] = new("ConflictLog") { Query = ["resolved", "limit"] },
        ["GET /api/v1/{app}/_conflicts"] = new("ConflictLog") { Query = ["resolved", "tier_of", "document_of", "limit"] },
        ["POST /api/v1/{app}/_conflicts/{id}/_resolve"] = Write("ResolveAnswer", "ResolveBody").And("test_failed"),
        ["GET /api/v1/{app}/_audit"] = new("AuditEntry") { Query = ["from_time", "to_time", "user", "tier_of", "document_of"], MediaType = "application/x-ndjson" },
        ["GET /api/v1/{app}/_audit/_head"] = new("AuditHead"),
        ["POST /api/v1/{app}/_audit/_verify"] = new("AuditFinding", "AuditVerifyBody") { Problems = Bodies },
        ["POST /api/v1/{app}/_batch"] = Write("MultiBatchAnswer", "MultiBatchBody").And("test_failed") with { Statuses = [200], Query = ["on_conflict", "dry_run"], Headers = ["Idempotency-Key", "X-Change-Message"] },
        ["POST /api/v1/{app}/_undo"] = new("UndoReport", "UndoByUserBody") { Query = ["dry_run"], Headers = ["X-Change-Message"], Problems = [.. Bodies, "outcome_unknown"] },
        ["GET /api/v1/{app}/{tier}/{document}/{collection}"] = Read("CollectionAnswer"),
        ["POST /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [200, 201, 204] },
        ["PATCH /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "MergePatch"),
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}"] = Write("VersionAnswer"),
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Read("PropertyAnswer"),
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("PropertyAnswer", "ValueBody") with { Statuses = [200, 201, 204] },
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("VersionAnswer"),
    };

    /// <summary>The routes that are described; a test holds them against the table of routes.</summary>
    public static IReadOnlyCollection<string> Routes => Table.Keys;

    public static Contract Of(string method, string pattern, IReadOnlyCollection<string> mediaTypes) =>
        (Table.TryGetValue($"{method} {pattern}", out var contract) ? contract : new Contract("Any", [.. mediaTypes.Select(_ => "Any")])).And(Anyones);

    private Contract And(params string[] problems) => this with { Problems = [.. Problems, .. problems] };
}
