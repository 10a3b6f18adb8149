namespace PropsDb.Host.Tests;

/// <summary>Ways to more than one was given, each of which must lead nowhere.</summary>
public sealed class EscalationTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Notes = $"/api/v1/{AccessWorld.App}/notes", Board = $"/api/v1/{AccessWorld.App}/board", One = $"/api/v1/{AccessWorld.App}", Two = $"/api/v1/{AccessWorld.Other}";

    private const string Claims = """
        "id":"00000000-0000-0000-0000-000000000000","owner":"owner","app":"two","tier":"board","name":"other","created_at":"2000-01-01T00:00:00Z","created_by":"administrator",
        "last_modified_by":"administrator","roles":["admin"],"shares":[{"user_id":"reader","can_read":true}],"permissions":[{"user_id":"reader","can_read":true}]
        """;

    private static async Task<string> Roles(Principal who) => string.Join(' ', (await who.Send("GET", $"{One}/_access")).Json.GetProperty("roles").EnumerateArray().Select(r => r.GetProperty("name").GetString()));

    [Theory]
    [InlineData("POST", "", "{\"collections\":{\"ui\":{\"a\":1}},CLAIMS}")]
    [InlineData("PUT", "", "{\"collections\":{\"ui\":{\"a\":1}},\"document_version\":0,CLAIMS}")]
    [InlineData("PUT", "/ui", "{\"properties\":{\"a\":1},\"document_version\":0,CLAIMS}")]
    [InlineData("PUT", "/ui/a", "{\"value\":1,\"document_version\":0,CLAIMS}")]
    [InlineData("POST", "/_batch", "{\"operations\":[{\"op\":\"set\",\"path\":\"/ui\",\"value\":{\"a\":1}}],\"document_version\":0,CLAIMS}")]
    public async Task A_body_says_nothing_of_whose_and_where_a_document_is(string method, string below, string body)
    {
        var (who, name) = (world.NewUser("member"), world.New("claims"));
        (await who.Send(method, $"{Notes}/{name}{below}", body.Replace("CLAIMS", Claims))).Status.ShouldBe(201);
        var document = (await who.Send("GET", $"{Notes}/{name}")).Json.GetProperty("document");
        document.ShouldBeJson($$"""
            {"id":"*","name":"{{name}}","version":1,"tier":"notes","owner":"{{who.User}}","collections":[{"name":"ui","properties":[{"name":"a","value":1}]}],
             "created_at":"2026-11-22T12:00:02.000000Z","created_by":"{{who.User}}","updated_at":"2026-11-22T12:00:02.000000Z","last_modified_by":"{{who.User}}"}
            """);
        document.GetProperty("id").GetString().ShouldNotBe(Guid.Empty.ToString());
        (await who.Send("GET", $"{Notes}/{name}/_permissions")).Json.GetProperty("permissions").GetArrayLength().ShouldBe(0);
        (await Roles(who)).ShouldBe("member user");
        (await world.Callers["ow"].Send("GET", $"{Notes}/{name}")).Status.ShouldBe(404);
        foreach (var elsewhere in new[] { $"{Board}/{name}", $"{Board}/other", $"{Two}/board/{name}", $"{Two}/notes/{name}?owner={who.User}" })
            (await world.ServiceAdmin.Send("GET", elsewhere)).Status.ShouldBe(404, elsewhere);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("public")]
    [InlineData("user")]
    [InlineData("role:admin")]
    [InlineData("key:0000000000000000")]
    [InlineData("administrator")]
    [InlineData("owner")]
    public async Task A_name_of_power_is_a_name(string name)
    {
        var (who, other) = (world.NewUser("member"), world.NewUser("reader"));
        (await who.Send("POST", $"{Notes}/{Uri.EscapeDataString(name)}", """{"collections":{"admin":{"roles":["admin"]}}}""")).Status.ShouldBe(201);
        (await Roles(who)).ShouldBe("member user");
        // Nor does a user's own id give them anything.
        var named = world.User(name);
        (await named.Send("GET", $"{Notes}/{Uri.EscapeDataString(name)}?owner={who.User}")).Status.ShouldBe(name.StartsWith("key:", StringComparison.Ordinal) ? 401 : 403);
        (await named.Send("GET", $"{One}/_roles")).Status.ShouldBe(name.StartsWith("key:", StringComparison.Ordinal) ? 401 : 403);
        (await other.Send("GET", $"{Notes}/{Uri.EscapeDataString(name)}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_tier_of_a_role_is_made_by_its_holders_alone()
    {
        var who = world.NewUser("member");
        foreach (var tier in new[] { "role:admin", "role:owner", "role:Admin" }) (await who.Send("POST", $"{One}/{tier}/d", "{}")).ShouldBeProblem(403, "forbidden");
        foreach (var tier in new[] { "role:public", "role:", "admin" }) (await who.Send("POST", $"{One}/{tier}/d", "{}")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("sr")]
    [InlineData("sw")]
    [InlineData("sd")]
    public async Task A_grantee_passes_nothing_on_and_makes_nothing_more_of_it(string who)
    {
        var (grantee, name) = (world.Callers[who], world.New("granted"));
        await world.Document(AccessWorld.App, "notes", AccessWorld.Owner, name);
        var share = $"{Notes}/{name}/_share?owner={AccessWorld.Owner}";
        var shares = (await world.Admin.Send("GET", $"{Notes}/{name}/_permissions?owner={AccessWorld.Owner}")).Body;
        foreach (var to in new[] { grantee.User!, "anyone", "reader-by-share", AccessWorld.Owner })
            foreach (var more in new[] { "\"can_write\":true,\"can_delete\":true", "\"expires_at\":\"2099-01-01T00:00:00Z\"", "\"can_read\":true", "\"granted_by\":\"owner\"" })
                (await grantee.Send("POST", share, $$"""{"user_id":"{{to}}",{{more}}}""")).ShouldBeProblem(403, "forbidden");
        (await world.Admin.Send("GET", $"{Notes}/{name}/_permissions?owner={AccessWorld.Owner}")).Body.ShouldBe(shares);
        // A grantee learns of no other.
        var seen = (await grantee.Send("GET", $"{Notes}/{name}/_permissions?owner={AccessWorld.Owner}")).Json.GetProperty("permissions");
        seen.EnumerateArray().ShouldHaveSingleItem().GetProperty("user_id").GetString().ShouldBe(grantee.User);
    }

    [Fact]
    public async Task A_share_that_was_taken_back_stays_so_and_a_new_one_begins_anew()
    {
        var (owner, grantee, name) = (world.Callers["ow"], world.Callers["sd"], world.New("revoked"));
        await world.Document(AccessWorld.App, "notes", AccessWorld.Owner, name);
        var (at, of) = ($"{Notes}/{name}", $"?owner={AccessWorld.Owner}");
        (await grantee.Send("GET", $"{at}{of}&version=2")).Status.ShouldBe(200);
        (await owner.Send("DELETE", $"{at}/_share/{grantee.User}")).Status.ShouldBe(204);
        foreach (var (method, path, body) in new[] { ("GET", "", null), ("GET", "/_history", null), ("GET", "/_permissions", null), ("PUT", "/ui/kept", """{"value":1,"version":3}"""), ("DELETE", $"/_share/{grantee.User}", null) })
            (await grantee.Send(method, at + path + of, body)).ShouldBeProblem(403, "forbidden");
        (await owner.Send("POST", $"{at}/_share", $$"""{"user_id":"{{grantee.User}}"}""")).Status.ShouldBe(201);
        (await grantee.Send("GET", at + of)).Status.ShouldBe(200);
        (await grantee.Send("GET", $"{at}{of}&version=2")).ShouldBeProblem(404, "version_not_found");
        (await grantee.Send("GET", $"{at}/_history{of}")).Json.GetProperty("history").GetArrayLength().ShouldBe(0);
        (await grantee.Send("PUT", $"{at}/ui/kept{of}", """{"value":1,"version":3}""")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task Nobody_gives_what_they_have_not()
    {
        var reader = world.NewUser("reader");
        await world.Document(AccessWorld.App, "notes", reader.User, "own");
        (await reader.Send("POST", $"{Notes}/own/_share", """{"user_id":"friend","can_write":true}""")).ShouldBeProblem(403, "forbidden");
        (await reader.Send("POST", $"{Notes}/own/_share", """{"user_id":"friend","can_delete":true}""")).ShouldBeProblem(403, "forbidden");
        (await reader.Send("POST", $"{Notes}/own/_share", """{"user_id":"friend"}""")).Status.ShouldBe(201);
        (await reader.Send("POST", $"{Notes}/own/_share", $$"""{"user_id":"{{reader.User}}","can_write":true}""")).Status.ShouldBeOneOf(400, 403);
    }

    [Fact]
    public async Task A_document_made_again_under_the_name_has_nothing_of_the_old_ones_shares()
    {
        var (first, second, grantee, name) = (world.NewUser("member"), world.NewUser("member"), world.Callers["sd"], world.New("again"));
        await world.Document(AccessWorld.App, "board", null, name);
        (await first.Send("DELETE", $"{Board}/{name}?version=3")).Status.ShouldBe(204);
        foreach (var path in new[] { "", "/_history", "/_events", "?version=3" }) (await grantee.Send("GET", $"{Board}/{name}{path}")).ShouldBeProblem(403, "forbidden");
        (await grantee.Send("POST", $"{Board}/{name}/_restore")).ShouldBeProblem(403, "forbidden");
        (await second.Send("POST", $"{Board}/{name}", """{"collections":{"new":{}}}""")).Status.ShouldBe(201);
        (await grantee.Send("GET", $"{Board}/{name}")).ShouldBeProblem(403, "forbidden");
        (await world.Admin.Send("GET", $"{Board}/{name}/_permissions")).Json.GetProperty("permissions").GetArrayLength().ShouldBe(0);
        // The second life's deletion and return bring back none of the first's shares.
        (await second.Send("DELETE", $"{Board}/{name}?version=5")).Status.ShouldBe(204);
        (await second.Send("POST", $"{Board}/{name}/_restore")).Status.ShouldBe(200);
        (await grantee.Send("GET", $"{Board}/{name}")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_copy_has_the_rights_of_where_it_stands()
    {
        var (owner, grantee, name, copy) = (world.Callers["ow"], world.Callers["sd"], world.New("source"), world.New("copy"));
        await world.Document(AccessWorld.App, "notes", AccessWorld.Owner, name);
        (await owner.Send("POST", $"{Notes}/{name}/_copy", $$"""{"to":{"document":"{{copy}}","app":"two","owner":"reader"} }""")).Status.ShouldBe(201);
        (await owner.Send("GET", $"{Notes}/{copy}")).Status.ShouldBe(200);
        (await grantee.Send("GET", $"{Notes}/{copy}?owner={AccessWorld.Owner}")).ShouldBeProblem(403, "forbidden");
        (await world.Callers["re"].Send("GET", $"{Notes}/{copy}")).ShouldBeProblem(404, "not_found");
        (await world.ServiceAdmin.Send("GET", $"{Two}/notes/{copy}?owner=owner")).ShouldBeProblem(404, "not_found");
        foreach (var tier in new[] { "app", "role:editor" }) (await owner.Send("POST", $"{Notes}/{name}/_copy", $$"""{"to":{"tier":"{{tier}}","document":"{{copy}}"} }""")).ShouldBeProblem(403, "forbidden");
    }
}
