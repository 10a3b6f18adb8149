namespace PropsDb.Host.Tests;

public sealed class DocumentWriteTests(PropsDbServer server)
{
    private const string Lists = """[{"name":"ui","properties":[{"name":"theme","value":"dark"}]},{"name":"empty","properties":[]}]""";
    private const string Objects = """{"ui":{"theme":"dark"},"empty":{}}""";

    [Theory]
    [InlineData(Lists)]
    [InlineData(Objects)]
    public async Task POST_creates_a_document_from_either_shape(string collections)
    {
        var alice = server.NewUser();
        var answer = await alice.Post("user/d", $$"""{"collections":{{collections}},"unknown":1,"id":"mine","created_by":"me"}""");
        answer.ShouldBeAt(201, 1);
        answer.Header("Location").ShouldBe($"/api/v1/default/user/d?owner={alice.User}");
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", 1, alice.User, Lists)}}}""");
        (await alice.Get(answer.Header("Location")!)).ShouldBeAt(200, 1);
    }

    [Theory]
    [InlineData("app")]
    [InlineData("shared")]
    public async Task A_document_outside_per_user_tiers_has_no_owner(string tier)
    {
        var admin = server.NewUser("admin");
        var name = server.New("d");
        var answer = await admin.Post($"{tier}/{name}", """{"collections":{}}""");
        answer.ShouldBeAt(201, 1);
        answer.Header("Location").ShouldBe($"/api/v1/default/{tier}/{name}");
        answer.ShouldBeJson($$"""{"document":{{Expect.Document(name, 1, admin.User, "[]", tier)}}}""");
    }

    [Fact]
    public async Task POST_needs_no_content_and_no_version()
    {
        var alice = server.NewUser();
        (await alice.Post("user/d", "{}")).ShouldBeJson($$"""{"document":{{Expect.Document("d", 1, alice.User, "[]")}}}""");
    }

    [Fact]
    public async Task POST_of_what_is_there_is_409_and_412_under_If_None_Match()
    {
        var alice = await server.NewUser().Holding("user/d", Objects);
        (await alice.Post("user/d", "{}")).ShouldBeProblem(409, "already_exists");
        (await alice.Post("user/d", "{}", ("If-None-Match", "*"))).ShouldBeProblem(412, "already_exists");
        (await alice.Get("user/d")).ShouldBeAt(200, 1);
    }

    [Theory]
    [InlineData(Lists)]
    [InlineData(Objects)]
    public async Task PUT_replaces_all_and_keeps_the_order_given(string collections)
    {
        var alice = await server.NewUser().Holding("user/d", """{"empty":{"x":1},"old":{"y":2}}""");
        var answer = await alice.Put("user/d", $$"""{"version":1,"collections":{{collections}}}""");
        answer.ShouldBeAt(200, 2);
        answer.Header("Location").ShouldBeNull();
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", 2, alice.User, Lists)}}}""");
        (await alice.Get("user/d")).ShouldBeJson($$"""{"document":{{Expect.Document("d", 2, alice.User, Lists)}}}""");
    }

    [Fact]
    public async Task PUT_creates_with_201_and_a_location()
    {
        var alice = server.NewUser();
        var answer = await alice.Put("user/d?shape=object", $$"""{"version":0,"collections":{{Lists}}}""");
        answer.ShouldBeAt(201, 1);
        answer.Header("Location").ShouldBe($"/api/v1/default/user/d?owner={alice.User}");
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", 1, alice.User, Objects)}}}""");
    }

    [Theory]
    [InlineData("""{"ui":{"theme":"dark","old":null,"deep":{"a":1}},"gone":null,"new":{"n":1}}""", """{"ui":{"deep":{"a":1,"b":2},"theme":"dark"},"new":{"n":1}}""")]
    [InlineData("{}", """{"ui":{"old":1,"deep":{"b":2}},"gone":{}}""")]
    public async Task A_merge_patch_changes_the_collections_object(string patch, string result)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"old":1,"deep":{"b":2}},"gone":{}}""");
        var answer = await alice.MergePatch("user/d?shape=object", patch, ("If-Match", "\"1\""));
        var version = patch == "{}" ? 1 : 2;
        answer.ShouldBeAt(200, version);
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", version, alice.User, result)}}}""");
    }

    [Theory]
    [InlineData("add", """{"op":"add","path":"/ui/l/1","value":9}""", """{"ui":{"l":[1,9,2],"o":{"a":1}}}""")]
    [InlineData("append", """{"op":"add","path":"/ui/l/-","value":9}""", """{"ui":{"l":[1,2,9],"o":{"a":1}}}""")]
    [InlineData("replace", """{"op":"replace","path":"/ui/o/a","value":2}""", """{"ui":{"l":[1,2],"o":{"a":2}}}""")]
    [InlineData("remove", """{"op":"remove","path":"/ui/l"}""", """{"ui":{"o":{"a":1}}}""")]
    [InlineData("move", """{"op":"move","from":"/ui/o","path":"/ui/p"}""", """{"ui":{"l":[1,2],"p":{"a":1}}}""")]
    [InlineData("copy", """{"op":"copy","from":"/ui","path":"/vi"}""", """{"ui":{"l":[1,2],"o":{"a":1}},"vi":{"l":[1,2],"o":{"a":1}}}""")]
    [InlineData("test", """{"op":"test","path":"/ui/o","value":{"a":1.0}},{"op":"remove","path":"/ui/o"}""", """{"ui":{"l":[1,2]}}""")]
    public async Task A_JSON_patch_does_each_of_its_operations(string what, string steps, string result)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"l":[1,2],"o":{"a":1}}}""");
        var answer = await alice.JsonPatch("user/d?shape=object&version=1", $"[{steps}]");
        answer.ShouldBeAt(200, 2);
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("d", 2, alice.User, result)}}}""");
        what.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"op":"test","path":"/ui/a","value":2}""", 409, "test_failed")]
    [InlineData("""{"op":"test","path":"/ui/nowhere","value":2}""", 409, "test_failed")]
    [InlineData("""{"op":"remove","path":"/ui/nowhere"}""", 422, "patch_failed")]
    [InlineData("""{"op":"replace","path":"/ui/nowhere","value":1}""", 422, "patch_failed")]
    [InlineData("""{"op":"add","path":"/nowhere/x","value":1}""", 422, "patch_failed")]
    [InlineData("""{"op":"copy","from":"/nowhere","path":"/x"}""", 422, "patch_failed")]
    [InlineData("""{"op":"move","from":"/ui","path":"/ui/a"}""", 422, "patch_failed")]
    [InlineData("""{"op":"add","path":"/ui","value":1}""", 400, "invalid_value")]
    [InlineData("""{"op":"add","path":"","value":[]}""", 400, "invalid_value")]
    [InlineData("""{"op":"add","path":"/__version","value":{}}""", 400, "invalid_name")]
    [InlineData("""{"op":"add","path":"/ui/x","value":1,"by":"me"}""", 400, "invalid_value")]
    [InlineData("""{"op":"increment","path":"/ui/a"}""", 400, "invalid_value")]
    [InlineData("""{"op":"add","path":"/ui/x"}""", 400, "invalid_value")]
    [InlineData("""{"op":"add","path":"ui/x","value":1}""", 400, "invalid_value")]
    [InlineData("""{"op":"move","path":"/ui/x"}""", 400, "invalid_value")]
    public async Task A_JSON_patch_that_does_not_fit_changes_nothing(string step, int status, string error)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.JsonPatch("user/d", $$"""[{"op":"add","path":"/ui/first","value":1},{{step}}]""", ("If-Match", "\"1\""))).ShouldBeProblem(status, error);
        (await alice.Content("user/d")).ShouldBe("""{"ui":{"a":1}}""");
    }

    [Theory]
    [InlineData("user/d?version=1")]
    [InlineData("user/d?document_version=1")]
    public async Task DELETE_is_204_with_the_tag_of_the_deletion(string path)
    {
        var alice = await server.NewUser().Holding("user/d", Objects);
        var answer = await alice.Delete(path);
        answer.ShouldBeAt(204, 2);
        answer.Body.ShouldBeEmpty();
        (await alice.Get("user/d")).ShouldBeProblem(404, "not_found");
    }
}
