namespace PropsDb.Host.Tests;

/// <summary>A request of an operation that nothing but access could refuse.</summary>
/// <param name="Body">With <c>{it}</c> for what was prepared, <c>{new}</c> for a name that is free, and what the target is: <c>{tier}</c>, <c>{owner}</c>, <c>{document}</c>.</param>
public sealed record AccessOperation(string? Body = null)
{
    public string MediaType { get; init; } = "application/json";
    public string Query { get; init; } = "";
    public string Collection { get; init; } = "ui";
    public string Property { get; init; } = "theme";

    /// <summary>Accepted, it leaves an event behind.</summary>
    public bool Writes { get; init; } = true;

    /// <summary>What the answer holds if what is meant is in it.</summary>
    public string? Needle { get; init; }

    /// <summary>Makes what the operation is done to, and tells its id, which stands in the path's last variable segment.</summary>
    public Func<AccessWorld, Task<string>>? Prepare { get; init; }

    private const string Merge = "application/merge-patch+json";
    private const string Document = "/api/v1/{app}/{tier}/{document}";

    private static AccessOperation To(string made, string path, string body, string? query = null) => new(made)
    {
        Query = query ?? "",
        Prepare = async world =>
        {
            var it = world.New("it");
            await AccessWorld.Expect(201, world.Admin, "PUT", $"/api/v1/{AccessWorld.App}/{path.Replace("{it}", it)}", body);
            return it;
        },
    };

    private static AccessOperation Without(AccessOperation operation) => operation with { Body = null };

    private static readonly AccessOperation Tier = To("""{"type":"shared","permissions":[{"role":"user","can_read":true}]}""", "_tiers/{it}", """{"type":"shared","permissions":[]}""");
    private static readonly AccessOperation Role = To("""{"description":"new"}""", "_roles/{it}", "{}");
    private static readonly AccessOperation Plan = To("""{"roles":["other"]}""", "_plans/{it}", """{"roles":["reader"]}""");
    private static readonly AccessOperation Member = To("""{"is_active":false}""", "_users/{it}", "{}");
    private static readonly AccessOperation MembersRole = To("""{"expires_at":"2027-01-01T00:00:00Z"}""", "_users/user/_roles/{it}", "{}");

    // Of nothing that there is, so that none of them has anything to do.
    private static readonly AccessOperation Webhook = To("""{"url":"https://example.com/other","tier":"site","document":"none"}""", "_webhooks/{it}", """{"url":"https://example.com/","tier":"site","document":"none"}""");

    private static readonly AccessOperation CommonWebhook = new()
    {
        Prepare = async world =>
        {
            var made = await world.Admin.Send("PUT", $"/api/v1/{AccessWorld.App}/_webhooks/common", """{"url":"https://example.com/","tier":"site","document":"none"}""");
            made.Status.ShouldBeOneOf(200, 201);
            return "common";
        },
    };

    private static readonly AccessOperation Subscription = new()
    {
        Prepare = async world => (await AccessWorld.Expect(201, world.Admin, "POST", $"/api/v1/{AccessWorld.App}/_users/user/_subscriptions", """{"plan":"silver","expires_at":"2027-01-01T00:00:00Z"}"""))
            .Json.GetProperty("id").GetString()!,
    };

    private static readonly AccessOperation Grant = new()
    {
        Prepare = async world =>
        {
            var app = world.New("app");
            await AccessWorld.Expect(201, world.ServiceAdmin, "POST", "/api/v1/_apps", $$"""{"id":"{{app}}"}""");
            return app;
        },
    };

    // A tier has few of them, so that all cells share one.
    private static readonly AccessOperation Index = new("""{"path":"/{new}"}""")
    {
        Prepare = async world =>
        {
            (await world.Admin.Send("PUT", $"/api/v1/{AccessWorld.App}/board/_indexes/shared", $$"""{"path":"/{{world.New("path")}}"}""")).Status.ShouldBeInRange(200, 201);
            return "shared";
        },
    };

    public static IReadOnlyDictionary<string, AccessOperation> All { get; } = new Dictionary<string, AccessOperation>
    {
        ["GET " + Document] = new() { Needle = "{secret}" },
        ["GET " + Document + "/{collection}"] = new() { Needle = "{secret}" },
        ["GET " + Document + "/{collection}/{property}"] = new() { Needle = "{secret}" },
        ["GET /api/v1/{app}/{tier}"] = new() { Needle = "{listed}" },
        ["GET /api/v1/{app}/{tier}/_search"] = new() { Query = "q=theme:*&limit=500", Needle = "{listed}" },
        ["POST /api/v1/{app}/{tier}/_query"] = new("""{"limit":500,"filter":{"path":"/ui/theme","exists":true}}""") { Writes = false, Needle = "{listed}" },
        ["POST /api/v1/{app}/{tier}/_aggregate"] = new("""{"group_by":"/ui/theme"}""") { Writes = false },
        ["PUT /api/v1/{app}/{tier}/_indexes/{index}"] = Index,
        ["GET /api/v1/{app}/{tier}/_indexes/{index}"] = Without(Index),
        ["DELETE /api/v1/{app}/{tier}/_indexes/{index}"] = Without(Index),
        ["POST " + Document] = new("""{"collections":{"ui":{"theme":"new"}}}"""),
        ["PUT " + Document] = new("""{"collections":{"ui":{"theme":"new"}}}"""),
        ["PATCH " + Document] = new("""{"ui":{"theme":"new"}}""") { MediaType = Merge },
        ["POST " + Document + "/{collection}"] = new("""{"properties":{"a":1}}""") { Collection = "added" },
        ["PUT " + Document + "/{collection}"] = new("""{"properties":{"a":1}}"""),
        ["PATCH " + Document + "/{collection}"] = new("""{"theme":"new"}""") { MediaType = Merge },
        ["PUT " + Document + "/{collection}/{property}"] = new("""{"value":"new"}"""),
        ["PUT " + Document + "/_settings"] = new("""{"conflict_resolution_strategy":"merge"}"""),
        ["POST " + Document + "/_batch"] = new("""{"device":"phone","sequence":1,"operations":[{"op":"set","path":"/ui/theme","value":"new"}]}"""),
        ["POST " + Document + "/_undo"] = new("""{"commit":3}"""),
        ["POST " + Document + "/_rollback"] = new("""{"to_version":2}"""),
        ["POST " + Document + "/{collection}/_rollback"] = new("""{"to_version":2}"""),
        ["POST " + Document + "/{collection}/{property}/_rollback"] = new("""{"to_version":2}""") { Property = "kept" },
        ["POST " + Document + "/_restore"] = new("{}"),
        ["POST " + Document + "/_copy"] = new("""{"to":{"document":"{new}"}}"""),
        ["POST " + Document + "/_share"] = new("""{"user_id":"{new}","can_read":true}"""),
        ["GET " + Document + "/_diff"] = new() { Query = "from=2&to=3" },
        ["GET " + Document + "/_conflicts"] = new() { Query = "limit=100" },
        ["POST /api/v1/{app}/_batch"] = new("""{"documents":[{"tier":"{tier}","owner":{owner},"document":"{document}","document_version":3,"operations":[{"op":"set","path":"/ui/theme","value":"new"}]}]}"""),
        ["POST /api/v1/{app}/_undo"] = new("""{"user":"{it}","since":"2026-11-22T00:00:00Z"}""")
        {
            Prepare = async world =>
            {
                var user = world.New("undone");
                await AccessWorld.Expect(201, world.User(user, AccessWorld.App, "member"), "POST", $"/api/v1/{AccessWorld.App}/board/{user}", "{}");
                return user;
            },
        },
        ["GET /api/v1/{app}/_conflicts"] = new() { Query = "limit=500", Needle = "\"{it}\"" },
        ["POST /api/v1/{app}/_conflicts/{id}/_resolve"] = new("""{"resolution":"local","document_version":3}"""),
        ["POST /api/v1/{app}/_payments/{provider}"] = new("""{"id":"{new}"}"""),
        ["GET /api/v1/{app}/_audit"] = new() { Query = "tier=board&document=common", Needle = "\"by\":\"administrator\"" },
        ["POST /api/v1/{app}/_audit/_verify"] = new() { Writes = false },
        ["GET /api/v1/{app}/_changes"] = new() { Query = "limit=500", Needle = "{listed}" },
        ["PUT /api/v1/{app}/_webhooks/{webhook}"] = Webhook,
        ["GET /api/v1/{app}/_webhooks/{webhook}"] = CommonWebhook,
        ["DELETE /api/v1/{app}/_webhooks/{webhook}"] = Without(Webhook),
        ["POST /api/v1/{app}/_webhooks/{webhook}/_replay"] = CommonWebhook with { Body = """{"from":""}""" },
        ["POST /api/v1/{app}/_webhooks/{webhook}/_rotate"] = CommonWebhook with { Body = "{}" },
        ["GET /api/v1/{app}/{tier}/_changes"] = new() { Query = "limit=500", Needle = "{listed}" },
        ["GET " + Document + "/_changes"] = new() { Needle = "\"position\"" },
        ["POST /api/v1/_live/negotiate"] = new() { Query = "negotiateVersion=1", Writes = false },
        ["GET /api/data/{tier}"] = new() { Needle = "{secret}" },
        ["GET /api/data/{tier}/{document}"] = new() { Needle = "{secret}" },
        ["GET /api/data/{tier}/{document}/{collection}"] = new() { Needle = "{secret}" },
        ["POST /api/data/{tier}/{document}"] = new("""{"version":"3","collections":{"collection":"ui","properties":{"theme":"new"}}}"""),
        ["DELETE /api/data/{tier}/{document}"] = new("""{"version":"3","deleteDocument":true}"""),
        ["DELETE /api/data/{tier}/{document}/{collection}"] = new("""{"version":"3"}"""),
        ["PUT /api/v1/{app}/_tiers/{tier}"] = Tier,
        ["DELETE /api/v1/{app}/_tiers/{tier}"] = Without(Tier),
        ["PUT /api/v1/{app}/_tiers/{tier}/_grants/{other}"] = Grant,
        ["DELETE /api/v1/{app}/_tiers/{tier}/_grants/{other}"] = Grant with
        {
            Prepare = async world =>
            {
                var other = await Grant.Prepare!(world);
                await AccessWorld.Expect(201, world.Admin, "PUT", $"/api/v1/{AccessWorld.App}/_tiers/board/_grants/{other}");
                return other;
            },
        },
        ["PUT /api/v1/{app}/_roles/{role}"] = Role,
        ["GET /api/v1/{app}/_roles/{role}"] = Without(Role),
        ["DELETE /api/v1/{app}/_roles/{role}"] = Without(Role),
        ["PUT /api/v1/{app}/_plans/{plan}"] = Plan,
        ["DELETE /api/v1/{app}/_plans/{plan}"] = Without(Plan),
        ["PUT /api/v1/{app}/_users/{user}"] = Member,
        ["GET /api/v1/{app}/_users/{user}"] = Without(Member),
        ["PUT /api/v1/{app}/_users/{user}/_roles/{role}"] = MembersRole,
        ["DELETE /api/v1/{app}/_users/{user}/_roles/{role}"] = Without(MembersRole),
        ["POST /api/v1/{app}/_users/{user}/_subscriptions"] = new("""{"plan":"silver","expires_at":"2027-01-01T00:00:00Z"}"""),
        ["DELETE /api/v1/{app}/_users/{user}/_subscriptions/{id}"] = Subscription,
        ["GET /api/v1/_apps"] = new() { Needle = "\"id\":\"one\"" },
        ["POST /api/v1/_apps"] = new("""{"id":"{new}"}"""),
        ["PATCH /api/v1/_apps/{app}"] = new("""{"name":"{new}"}"""),
        ["POST /api/v1/_apps/{app}/_keys"] = new("""{"name":"another"}"""),
        ["DELETE /api/v1/_apps/{app}/_keys/{id}"] = new() { Prepare = async world => (await world.Key(AccessWorld.App, null)).Id },
    };
}
