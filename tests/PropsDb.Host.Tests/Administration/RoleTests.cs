namespace PropsDb.Host.Tests.Administration;

/// <summary><c>_roles</c> and <c>_plans</c>.</summary>
public sealed class RoleTests(PropsDbServer server)
{
    [Fact]
    public async Task A_role_is_described_read_listed_and_removed()
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Get("_roles")).ShouldBeJson("""{"roles":[]}""");
        var made = await app.Admin.Put("_roles/editor", """{"description":"Edits"}""");
        made.Status.ShouldBe(201);
        made.ShouldBeJson("""{"name":"editor","description":"Edits"}""");
        (await app.Admin.Put("_roles/editor", "{}")).Status.ShouldBe(200);
        (await app.Admin.Get("_roles/editor")).ShouldBeJson("""{"name":"editor","description":null}""");
        (await app.Admin.Put("_roles/Author", "{}")).Status.ShouldBe(201);
        (await app.Admin.Get("_roles")).ShouldBeJson("""{"roles":[{"name":"Author","description":null},{"name":"editor","description":null}]}""");
        (await app.Admin.Delete("_roles/editor")).Status.ShouldBe(204);
        (await app.Admin.Delete("_roles/editor")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Get("_roles/editor")).ShouldBeProblem(404, "not_found");
        (await app.Admin.Put("_roles/a%20b", "{}")).ShouldBeProblem(400, "invalid_name");
        (await app.Admin.Put("_roles/editor", """{"description":7}""")).ShouldPointTo("invalid_value", "/description");
        (await app.Admin.Put("_roles/editor", "[]")).ShouldPointTo("invalid_value", "");
        (await app.Admin.Put("_roles/editor", "{")).ShouldBeProblem(400, "invalid_json");
        (await app.Admin.Send(HttpMethod.Put, "_roles/editor", "{}", "text/plain")).ShouldBeProblem(415, "unsupported_media_type");
        (await app.Admin.Post("_roles/editor", "{}")).ShouldBeProblem(405, "method_not_allowed");
    }

    [Fact]
    public async Task A_plan_names_its_roles_and_is_removed()
    {
        var app = await TestApp.Register(server);
        var made = await app.Admin.Put("_plans/gold", """{"roles":["vip","editor","vip"]}""");
        made.Status.ShouldBe(201);
        made.ShouldBeJson("""{"name":"gold","roles":["vip","editor"]}""");
        (await app.Admin.Put("_plans/gold", """{"roles":[]}""")).Status.ShouldBe(200);
        (await app.Admin.Get("_plans")).ShouldBeJson("""{"plans":[{"name":"gold","roles":[]}]}""");
        (await app.Admin.Delete("_plans/gold")).Status.ShouldBe(204);
        (await app.Admin.Delete("_plans/gold")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("gold", "{}", "invalid_value", "/roles")]
    [InlineData("gold", """{"roles":"vip"}""", "invalid_value", "/roles")]
    [InlineData("gold", """{"roles":[7]}""", "invalid_value", "/roles")]
    [InlineData("gold", """{"roles":["a b"]}""", "invalid_name", "/roles/0")]
    [InlineData("gold", """{"roles":["vip","admin"]}""", "invalid_value", "/roles/1")]
    public async Task A_plan_that_is_wrong_is_refused_with_the_place(string plan, string body, string error, string pointer) =>
        (await (await TestApp.Register(server)).Admin.Put($"_plans/{plan}", body)).ShouldPointTo(error, pointer);

    [Theory]
    [InlineData("admin")]
    [InlineData("user")]
    [InlineData("a.b")]
    public async Task A_plan_has_a_role_s_name_and_none_that_every_app_has(string plan) =>
        (await (await TestApp.Register(server)).Admin.Put($"_plans/{plan}", """{"roles":[]}""")).ShouldBeProblem(400, "invalid_name");
}
