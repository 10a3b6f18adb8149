namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_tiers</c>: a new tier needs nothing but its PUT.</summary>
public sealed class TierTests(PropsDbServer server)
{
    private const string Notes = """{"type":"shared","description":"Notes","permissions":[{"role":"user","can_read":true,"can_write":true}]}""";

    [Fact]
    public async Task A_tier_is_usable_at_once_and_changed_by_the_same_request()
    {
        var app = await TestApp.Register(server);
        (await app.As("alice").Post("notes/d", "{}")).ShouldBeProblem(404, "not_found");
        var made = await app.Admin.Put("_tiers/notes", Notes);
        made.Status.ShouldBe(201);
        made.ShouldBeJson("""
            {"name":"notes","type":"shared","description":"Notes","permissions":[{"role":"user","can_read":true,"can_write":true,"can_delete":false}],
             "conflict_resolution_strategy":"manual","require_version":true,"granted_to":[]}
            """);
        (await app.As("alice").Post("notes/d", "{}")).ShouldBeAt(201, 1);
        (await app.As("alice").Delete("notes/d?version=1")).ShouldBeForbidden("requires_role:admin");
        (await app.Admin.Put("_tiers/notes", Notes)).Status.ShouldBe(200);
        (await app.Admin.Put("_tiers/notes", """{"type":"shared","permissions":[{"role":"vip","can_read":true}]}""")).Status.ShouldBe(200);
        (await app.As("alice").Get("notes/d")).ShouldBeForbidden("requires_role:vip");
        (await app.As("alice", "vip").Get("notes/d")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task A_tier_s_strategy_decides_and_a_version_may_be_left_out_where_it_says_so()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/loose",
            """{"type":"per_user","permissions":[{"role":"user","can_read":true,"can_write":true,"can_delete":true}],"conflict_resolution_strategy":"last_write_wins","require_version":false}""");
        var alice = await app.As("alice").Holding("loose/d", """{"ui":{"a":1}}""");
        (await alice.Put("loose/d/ui/a", """{"value":2}""")).ShouldBeAt(200, 2);
        (await alice.Put("loose/d/ui/a", """{"value":3,"version":1}""")).ShouldBeAt(200, 3);
        (await alice.Put("loose/d/ui/a?on_conflict=manual", """{"value":4,"version":1}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Delete("loose/d")).Status.ShouldBe(204);
        await app.With("_tiers/loose", """{"type":"per_user","permissions":[{"role":"user","can_read":true,"can_write":true}],"conflict_resolution_strategy":"merge"}""");
        await alice.Holding("loose/e", """{"ui":{"a":1,"b":1}}""");
        (await alice.Put("loose/e/ui/a", """{"value":2}""")).ShouldBeProblem(428, "version_required");
        (await alice.Put("loose/e/ui/a", """{"value":2,"version":1}""")).ShouldBeAt(200, 2);
        (await alice.Put("loose/e/ui/b", """{"value":2,"version":1}""")).ShouldBeAt(200, 3);
    }

    [Fact]
    public async Task A_tier_with_documents_keeps_its_type_and_stays_until_they_are_gone()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/notes", Notes);
        (await app.As("alice").Post("notes/d", "{}")).ShouldBeAt(201, 1);
        (await app.Admin.Put("_tiers/notes", """{"type":"singleton","permissions":[]}""")).ShouldBeProblem(409, "not_empty");
        (await app.Admin.Delete("_tiers/notes")).ShouldBeProblem(409, "not_empty");
        (await app.Admin.Delete("notes/d?version=1")).Status.ShouldBe(204);
        (await app.Admin.Put("_tiers/notes", """{"type":"singleton","permissions":[]}""")).Status.ShouldBe(200);
        (await app.Admin.Delete("_tiers/notes")).Status.ShouldBe(204);
        (await app.Admin.Delete("_tiers/notes")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get("notes")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task Everyone_sees_which_tiers_there_are_and_administrators_their_rules()
    {
        var app = await (await TestApp.Register(server)).With("_tiers/premium", """{"type":"shared","permissions":[{"role":"vip","can_read":true}]}""");
        (await app.As("alice").Get("_tiers")).ShouldBeJson("""
            {"tiers":[{"name":"app","type":"singleton","accessible":true,"description":"*"},{"name":"premium","type":"shared","accessible":false,"reason":"requires_role:vip"},
             {"name":"shared","type":"shared","accessible":true,"description":"*"},{"name":"user","type":"per_user","accessible":true,"description":"*"}]}
            """);
        (await app.Admin.Get("_tiers")).Json.GetProperty("tiers")[1].ShouldBeJson("""
            {"name":"premium","type":"shared","accessible":true,"permissions":[{"role":"vip","can_read":true,"can_write":false,"can_delete":false}],
             "conflict_resolution_strategy":"manual","require_version":true,"granted_to":[]}
            """);
        (await app.Anonymous.Get("_tiers")).ShouldBeProblem(401, "unauthenticated");
    }

    [Theory]
    [InlineData("""{"permissions":[]}""", "invalid_value", "/type")]
    [InlineData("""{"type":"mine","permissions":[]}""", "invalid_value", "/type")]
    [InlineData("""{"type":"shared"}""", "invalid_value", "/permissions")]
    [InlineData("""{"type":"shared","permissions":{}}""", "invalid_value", "/permissions")]
    [InlineData("""{"type":"shared","permissions":["user"]}""", "invalid_value", "/permissions/0")]
    [InlineData("""{"type":"shared","permissions":[{"can_read":true}]}""", "invalid_value", "/permissions/0/role")]
    [InlineData("""{"type":"shared","permissions":[{"role":"a b"}]}""", "invalid_name", "/permissions/0/role")]
    [InlineData("""{"type":"shared","permissions":[{"role":"a","can_read":"yes"}]}""", "invalid_value", "/permissions/0/can_read")]
    [InlineData("""{"type":"shared","permissions":[{"role":"a"},{"role":"a"}]}""", "invalid_value", "/permissions")]
    [InlineData("""{"type":"shared","permissions":[],"conflict_resolution_strategy":"mine"}""", "invalid_value", "/conflict_resolution_strategy")]
    [InlineData("""{"type":"shared","permissions":[],"require_version":1}""", "invalid_value", "/require_version")]
    [InlineData("""{"type":"shared","permissions":[],"description":[]}""", "invalid_value", "/description")]
    [InlineData("""7""", "invalid_value", "")]
    public async Task A_definition_that_is_wrong_is_refused_with_its_place(string body, string error, string pointer)
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_tiers/notes", body)).ShouldPointTo(error, pointer);
        (await app.Admin.Get("_tiers")).Body.ShouldNotContain("notes");
    }

    [Theory]
    [InlineData("Notes")]
    [InlineData("role:editor")]
    [InlineData("9lives")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy")]
    public async Task A_name_that_no_tier_can_have_is_refused(string name) =>
        (await (await TestApp.Register(server)).Admin.Put($"_tiers/{name}", Notes)).ShouldBeProblem(400, "invalid_name");

    [Fact]
    public async Task Callers_of_another_app_read_a_granted_tier_and_no_longer_once_it_is_taken_back()
    {
        var (app, other) = (await TestApp.Register(server), await TestApp.Register(server));
        await app.As("alice").Holding("shared/d", """{"ui":{"a":1}}""");
        var reader = new Client(server.Address, Jwt.Hs256($$"""{"sub":"bob","app_id":"{{other.Id}}","exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}"""), "bob", $"/api/v1/{app.Id}/");
        (await reader.Get("shared/d")).ShouldBeForbidden($"requires_app:{app.Id}");

        var granted = await app.Admin.Put($"_tiers/shared/_grants/{other.Id}", "");
        granted.Status.ShouldBe(201, granted.ToString());
        granted.ShouldBeJson($$"""{"tier":"shared","app":"{{other.Id}}"}""");
        (await app.Admin.Put($"_tiers/shared/_grants/{other.Id}", "")).Status.ShouldBe(200);
        (await reader.Get("shared/d")).ShouldBeAt(200, 1);
        (await reader.Get("shared")).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(1);
        (await reader.Put("shared/d/ui/a", """{"value":2,"version":1}""")).ShouldBeForbidden($"requires_app:{app.Id}");
        (await reader.Delete("shared/d?version=1")).ShouldBeForbidden($"requires_app:{app.Id}");
        (await reader.Get("app")).ShouldBeForbidden($"requires_app:{app.Id}");
        (await reader.Get("_tiers")).ShouldBeForbidden($"requires_app:{app.Id}");

        (await app.Admin.Delete($"_tiers/shared/_grants/{other.Id}")).Status.ShouldBe(204);
        (await reader.Get("shared/d")).ShouldBeForbidden($"requires_app:{app.Id}");
        (await app.Admin.Delete($"_tiers/shared/_grants/{other.Id}")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task What_cannot_be_granted_is_refused()
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_tiers/user/_grants/pear", "")).ShouldBeProblem(400, "invalid_value");
        (await app.Admin.Put($"_tiers/shared/_grants/{app.Id}", "")).ShouldBeProblem(400, "invalid_value");
        (await app.Admin.Put("_tiers/shared/_grants/Pear", "")).ShouldBeProblem(400, "invalid_name");
        (await app.Admin.Put("_tiers/absent/_grants/pear", "")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Put("_tiers/shared/_grants/pear", "")).Status.ShouldBe(201);
        (await app.Admin.Put("_tiers/shared", """{"type":"per_user","permissions":[]}""")).ShouldBeProblem(409, "not_empty");
    }
}
