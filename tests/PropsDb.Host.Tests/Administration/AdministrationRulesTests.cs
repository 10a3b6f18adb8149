namespace PropsDb.Host.Tests.Administration;

/// <summary>What only administrators may, and what a rehearsal or a repetition of it does. One row for each write, in an order in which all of them are accepted.</summary>
public sealed class AdministrationRulesTests(PropsDbServer server)
{
    private static readonly (string Method, string Path, string? Body)[] s_writes =
    [
        ("PUT", "_tiers/notes", """{"type":"shared","permissions":[]}"""),
        ("PUT", "_tiers/notes/_grants/pear", null),
        ("DELETE", "_tiers/notes/_grants/pear", null),
        ("DELETE", "_tiers/notes", null),
        ("PUT", "_roles/editor", """{"description":"Edits"}"""),
        ("DELETE", "_roles/editor", null),
        ("PUT", "_plans/gold", """{"roles":["vip"]}"""),
        ("DELETE", "_plans/gold", null),
        ("PUT", "_users/alice", """{"is_active":false}"""),
        ("PUT", "_users/alice/_roles/editor", "{}"),
        ("DELETE", "_users/alice/_roles/editor", null),
        ("POST", "_users/alice/_subscriptions", """{"plan":"gold","expires_at":"9999-01-01T00:00:00Z"}"""),
    ];

    private static readonly string[] s_reads = ["_roles", "_roles/editor", "_plans", "_users/alice", "_users/alice/_roles", "_users/alice/_subscriptions"];

    private static Task<Answer> Send(Client client, (string Method, string Path, string? Body) write, string query = "", params (string, string)[] headers) =>
        client.Send(new HttpMethod(write.Method), write.Path + query, write.Body, write.Body is null ? null : "application/json", headers);

    [Fact]
    public async Task Whoever_is_no_administrator_is_refused_before_anything_else()
    {
        var (app, other) = (await TestApp.Register(server), await TestApp.Register(server));
        foreach (var write in s_writes.Concat(s_reads.Select(r => ("GET", r, (string?)null))).Select(w => (w.Item1, w.Item2, w.Item3 is null ? null : "{")))
        {
            (await Send(app.Anonymous, write)).ShouldBeProblem(401, "unauthenticated");
            (await Send(app.As("alice", "editor"), write)).ShouldBeForbidden("requires_role:admin");
            (await Send(other.Admin, write with { Item2 = $"/api/v1/{app.Id}/{write.Item2}" })).ShouldBeForbidden($"requires_app:{app.Id}");
            (await Send(app.Admin, write with { Item2 = $"/api/v1/absent/{write.Item2}" })).ShouldBeForbidden("requires_app:absent");
        }
    }

    [Fact]
    public async Task A_rehearsal_answers_as_the_write_would_and_changes_nothing()
    {
        var app = await TestApp.Register(server);
        foreach (var write in s_writes)
        {
            var rehearsed = await Send(app.Admin, write, "?dry_run=true");
            var made = await Send(app.Admin, write);
            rehearsed.Status.ShouldBe(made.Status == 204 ? 200 : made.Status, $"{write}: {rehearsed} {made}");
            rehearsed.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
            rehearsed.Json.GetProperty("changes").GetArrayLength().ShouldBe(0);
            foreach (var header in new[] { "ETag", "X-Position", "Location" }) rehearsed.Header(header).ShouldBeNull(write.Path);
            if (write.Method is "POST" || made.Status == 204) continue;
            foreach (var member in made.Json.EnumerateObject()) rehearsed.Json.GetProperty(member.Name).GetRawText().ShouldBe(member.Value.GetRawText(), write.Path);
        }
        var fresh = await TestApp.Register(server);
        foreach (var write in s_writes.Where(w => w.Method is not "DELETE")) await Send(fresh.Admin, write, "?dry_run=true");
        (await fresh.Admin.Get("_roles")).ShouldBeJson("""{"roles":[]}""");
        (await fresh.Admin.Get("_plans")).ShouldBeJson("""{"plans":[]}""");
        (await fresh.Admin.Get("_users/alice")).ShouldBeProblem(404, "not_found");
        (await fresh.Admin.Get("_tiers")).Body.ShouldNotContain("notes");
        (await fresh.Admin.Put("_users/alice/_roles/x?dry_run=true", """{"expires_at":"2000-01-01T00:00:00Z"}""")).ShouldBeProblem(400, "invalid_value");
    }

    [Fact]
    public async Task A_repetition_is_answered_as_the_first_time_and_changes_nothing()
    {
        var app = await TestApp.Register(server);
        foreach (var (write, i) in s_writes.Select((w, i) => (w, i)))
        {
            (string, string) key = ("Idempotency-Key", $"key-{i}");
            var first = await Send(app.Admin, write, "", key);
            first.Header("Idempotency-Replayed").ShouldBeNull();
            var again = await Send(app.Admin, write, "", key);
            (again.Status, again.Body, again.Header("Idempotency-Replayed"), again.Header("Location")).ShouldBe((first.Status, first.Body, "true", first.Header("Location")), $"{write}");
            (await Send(app.Admin, write with { Body = write.Body + " " }, "?x", key)).ShouldBeProblem(422, "idempotency_mismatch");
        }
        (await app.Admin.Get("_users/alice/_subscriptions")).Json.GetProperty("subscriptions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_registration_is_repeated_as_it_was()
    {
        var (ops, id) = (TestApp.Service(server), server.New("app"));
        var first = await ops.Post("_apps", $$"""{"id":"{{id}}"}""", ("Idempotency-Key", id));
        first.Status.ShouldBe(201);
        var again = await ops.Post("_apps", $$"""{"id":"{{id}}"}""", ("Idempotency-Key", id));
        (again.Status, again.Body, again.Header("Idempotency-Replayed"), again.Header("Location")).ShouldBe((201, first.Body, "true", first.Header("Location")));
        (await ops.Post("_apps", $$"""{"id":"{{id}}x"}""", ("Idempotency-Key", id))).ShouldBeProblem(422, "idempotency_mismatch");
        (await ops.Post("_apps?dry_run=true", $$"""{"id":"{{id}}y"}""")).Status.ShouldBe(201);
        (await ops.Delete($"_apps/{id}y")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_token_narrowed_to_tiers_administers_nothing()
    {
        var app = await TestApp.Register(server);
        var narrowed = server.With(Jwt.Hs256($$"""{"sub":"root","app_id":"{{app.Id}}","roles":["admin"],"tier_access":["user"],"exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}"""));
        (await narrowed.Put($"/api/v1/{app.Id}/_roles/x", "{}")).ShouldBeForbidden("requires_tier_access");
    }
}
