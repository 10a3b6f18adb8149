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

    /// <summary>What only a whole app's state decides on, so that no version is named.</summary>
    private static Contract Administer(string? answer, params string[] body) => new(answer, body)
    {
        Query = ["dry_run"],
        Headers = ["Idempotency-Key", "X-Change-Message"],
        Statuses = answer is null ? [204] : [200, 201],
        Problems = ["idempotency_in_progress", "idempotency_mismatch", "outcome_unknown", .. body.Length > 0 ? Bodies : []],
    };

    private static Contract Ask(string answer, params string[] body) => new(answer, body) { Headers = ["Accept"], Problems = ["invalid_position", "not_acceptable", "query_timeout"] };

    private static Contract Changes => new("ChangePage") { Query = ["since", "changes_limit", "wait"], Headers = ["Accept", "Last-Event-ID"], Problems = ["invalid_position", "position_gone", "not_acceptable"] };

    private static Contract AdministrationHistory => new("AdministrationHistory") { Query = ["history_limit", "before_number"] };

    private static Contract RollBack => Write("DocumentAnswer", "RollBackBody").And("version_not_found");

    private static readonly Dictionary<string, Contract> Table = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/{app}/{tier}"] = new("DocumentList")
        {
            Query = ["prefix", "sort", "order", "limit", "offset", "cursor", "include", "deleted", "shape", "min_position"],
            Headers = ["Accept"],
            Problems = ["invalid_position", "not_acceptable"],
        },
        ["GET /api/v1/{app}/_changes"] = Changes with { Query = ["since", "changes_limit", "wait", "owner_of"] },
        ["GET /api/v1/{app}/{tier}/_search"] = Ask("SearchPage") with { Query = ["q", "search_collection", "limit", "cursor", "min_position"] },
        ["POST /api/v1/{app}/{tier}/_query"] = Ask("QueryPage", "QueryBody").And(Bodies) with { Query = ["shape", "min_position"] },
        ["POST /api/v1/{app}/{tier}/_aggregate"] = Ask("AggregateAnswer", "AggregateBody").And(Bodies) with { Query = ["min_position"] },
        ["GET /api/v1/{app}/{tier}/_indexes"] = new("IndexList"),
        ["GET /api/v1/{app}/{tier}/_indexes/{index}"] = new("Index"),
        ["PUT /api/v1/{app}/{tier}/_indexes/{index}"] = Administer("Index", "IndexBody"),
        ["DELETE /api/v1/{app}/{tier}/_indexes/{index}"] = Administer(null),
        ["GET /api/v1/{app}/{tier}/_changes"] = Changes,
        ["GET /api/v1/{app}/{tier}/{document}/_changes"] = Changes,
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
        ["GET /api/v1/{app}/_audit"] = new("AuditEntry") { Query = ["from_time", "to_time", "user_of", "tier_of", "document_of"], MediaType = "application/x-ndjson" },
        ["GET /api/v1/{app}/_audit/_head"] = new("AuditHead"),
        ["POST /api/v1/{app}/_audit/_verify"] = new("AuditFinding", "AuditVerifyBody") { Problems = Bodies },
        ["POST /api/v1/{app}/_batch"] = Write("MultiBatchAnswer", "MultiBatchBody").And("test_failed") with { Statuses = [200], Query = ["on_conflict", "dry_run"], Headers = ["Idempotency-Key", "X-Change-Message"] },
        ["POST /api/v1/{app}/_payments/{provider}"] = new("PaymentAnswer", "PaymentMessage")
        {
            Headers = ["Stripe-Signature", "X-PropsDb-Signature"],
            Problems = ["too_large", "request_timeout", "invalid_json", "invalid_value", "already_exists", "outcome_unknown"],
        },
        ["POST /api/v1/{app}/_undo"] = new("UndoReport", "UndoByUserBody") { Query = ["dry_run"], Headers = ["X-Change-Message"], Problems = [.. Bodies, "outcome_unknown"] },
        ["GET /api/v1/{app}/{tier}/{document}/{collection}"] = Read("CollectionAnswer"),
        ["POST /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [201] },
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "PropertiesBody") with { Statuses = [200, 201, 204] },
        ["PATCH /api/v1/{app}/{tier}/{document}/{collection}"] = Write("CollectionAnswer", "MergePatch"),
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}"] = Write("VersionAnswer"),
        ["GET /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Read("PropertyAnswer"),
        ["PUT /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("PropertyAnswer", "ValueBody") with { Statuses = [200, 201, 204] },
        ["DELETE /api/v1/{app}/{tier}/{document}/{collection}/{property}"] = Write("VersionAnswer"),
        ["GET /api/v1/_apps"] = new("AppList"),
        ["POST /api/v1/_apps"] = Administer("App", "AppBody").And("already_exists") with { Statuses = [201] },
        ["PATCH /api/v1/_apps/{app}"] = Administer("App", "AppPatch", "AppPatch") with { Statuses = [200] },
        ["DELETE /api/v1/_apps/{app}"] = Administer(null),
        ["GET /api/v1/_apps/{app}/_keys"] = new("KeyList"),
        ["POST /api/v1/_apps/{app}/_keys"] = Administer("KeyIssued", "KeyBody").And("already_exists") with { Statuses = [201] },
        ["DELETE /api/v1/_apps/{app}/_keys/{id}"] = Administer(null),
        ["GET /api/v1/{app}/_webhooks"] = new("WebhookList"),
        ["PUT /api/v1/{app}/_webhooks/{webhook}"] = Administer("WebhookSecretShown", "WebhookBody").And("invalid_position", "position_gone"),
        ["GET /api/v1/{app}/_webhooks/{webhook}"] = new("WebhookState"),
        ["DELETE /api/v1/{app}/_webhooks/{webhook}"] = Administer(null),
        ["POST /api/v1/{app}/_webhooks/{webhook}/_replay"] = Administer("WebhookReplay", "WebhookReplayBody").And("invalid_position", "position_gone") with { Statuses = [200] },
        ["POST /api/v1/{app}/_webhooks/{webhook}/_rotate"] = Administer("WebhookSecretShown", "WebhookRotateBody") with { Statuses = [200] },
        ["GET /api/v1/{app}/_tiers"] = new("TierList"),
        ["PUT /api/v1/{app}/_tiers/{tier}"] = Administer("Tier", "TierBody").And("not_empty"),
        ["DELETE /api/v1/{app}/_tiers/{tier}"] = Administer(null).And("not_empty"),
        ["PUT /api/v1/{app}/_tiers/{tier}/_grants/{other}"] = Administer("TierGrant").And("invalid_value"),
        ["DELETE /api/v1/{app}/_tiers/{tier}/_grants/{other}"] = Administer(null),
        ["GET /api/v1/{app}/_roles"] = new("RoleList"),
        ["PUT /api/v1/{app}/_roles/{role}"] = Administer("Role", "RoleBody"),
        ["GET /api/v1/{app}/_roles/{role}"] = new("Role"),
        ["DELETE /api/v1/{app}/_roles/{role}"] = Administer(null),
        ["GET /api/v1/{app}/_plans"] = new("PlanList"),
        ["PUT /api/v1/{app}/_plans/{plan}"] = Administer("Plan", "PlanBody"),
        ["DELETE /api/v1/{app}/_plans/{plan}"] = Administer(null),
        ["GET /api/v1/{app}/_history"] = AdministrationHistory,
        ["GET /api/v1/{app}/_users/{user}/_history"] = AdministrationHistory,
        ["PUT /api/v1/{app}/_users/{user}"] = Administer("User", "UserBody"),
        ["GET /api/v1/{app}/_users/{user}"] = new("User"),
        ["GET /api/v1/{app}/_users/{user}/_roles"] = new("UserRoles"),
        ["PUT /api/v1/{app}/_users/{user}/_roles/{role}"] = Administer("AssignedRole", "AssignBody"),
        ["DELETE /api/v1/{app}/_users/{user}/_roles/{role}"] = Administer(null),
        ["GET /api/v1/{app}/_users/{user}/_subscriptions"] = new("SubscriptionList"),
        ["POST /api/v1/{app}/_users/{user}/_subscriptions"] = Administer("Subscription", "SubscribeBody") with { Statuses = [201] },
        ["DELETE /api/v1/{app}/_users/{user}/_subscriptions/{id}"] = Administer(null),
        ["GET /api/v1/{app}/_access"] = new("AccessAnswer") { Query = ["user_asked", "tier_asked", "document_asked", "owner", "action_asked", "at_asked"] },
        ["GET /api/v1/{app}/{tier}/{document}/_permissions"] = new("Permissions"),
        ["POST /api/v1/{app}/{tier}/{document}/_share"] = Write("Share", "ShareBody") with { Statuses = [200, 201, 204] },
        ["DELETE /api/v1/{app}/{tier}/{document}/_share/{user}"] = Write(null) with { Statuses = [204] },
    };

    /// <summary>The routes that are described; a test holds them against the table of routes.</summary>
    public static IReadOnlyCollection<string> Routes => Table.Keys;

    public static Contract Of(string method, string pattern, IReadOnlyCollection<string> mediaTypes) =>
        (Table.TryGetValue($"{method} {pattern}", out var contract) ? contract : new Contract("Any", [.. mediaTypes.Select(_ => "Any")])).And(Anyones);

    private Contract And(params string[] problems) => this with { Problems = [.. Problems, .. problems] };
}
