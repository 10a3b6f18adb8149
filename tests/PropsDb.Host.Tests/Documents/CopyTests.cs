namespace PropsDb.Host.Tests;

public sealed class CopyTests(PropsDbServer server)
{
    private const string Content = """{"z":{"b":1.10,"a":[]},"a":{}}""";
    private const string AsLists = """[{"name":"z","properties":[{"name":"b","value":1.10},{"name":"a","value":[]}]},{"name":"a","properties":[]}]""";

    [Fact]
    public async Task A_copy_is_a_new_document_with_the_same_content()
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        (await alice.Put("user/d/a/x", """{"version":1,"value":1}""")).ShouldBeAt(200, 2);
        (await alice.Delete("user/d/a/x?version=2")).ShouldBeAt(200, 3);
        var answer = await alice.Post("user/d/_copy", """{"to":{"document":"e"}}""");
        answer.ShouldBeAt(201, 1);
        answer.Header("Location").ShouldBe($"/api/v1/default/user/e?owner={alice.User}");
        answer.ShouldBeJson($$"""{"document":{{Expect.Document("e", 1, alice.User, AsLists)}}}""");
        (await alice.Content("user/e")).ShouldBe(Content);
        (await alice.Get("user/d")).ShouldBeAt(200, 3);
    }

    [Fact]
    public async Task A_copy_may_stand_in_another_tier()
    {
        var (alice, name) = (await server.NewUser().Holding("user/d", Content), server.New("copy"));
        var answer = await alice.Post("user/d/_copy", $$"""{"to":{"tier":"shared","document":"{{name}}"} }""");
        answer.ShouldBeAt(201, 1);
        answer.ShouldBeJson($$"""{"document":{{Expect.Document(name, 1, alice.User, AsLists, "shared")}}}""");
        answer.Header("Location").ShouldBe($"/api/v1/default/shared/{name}");
    }

    [Fact]
    public async Task What_may_be_read_may_be_copied_to_where_the_caller_may_write()
    {
        var (admin, name) = (server.NewUser("admin"), server.New("copy"));
        (await admin.Post($"app/{name}", $$"""{"collections":{{Content}}}""")).Status.ShouldBe(201);
        var bob = server.NewUser();
        (await bob.Post($"app/{name}/_copy", """{"to":{"tier":"user","document":"mine"}}""")).ShouldBeAt(201, 1);
        (await bob.Content("user/mine")).ShouldBe(Content);
    }

    [Theory]
    [InlineData("user/d", """{"to":{"document":"e"}}""", 409, "already_exists")]
    [InlineData("user/d", """{"to":{"document":"d"}}""", 409, "already_exists")]
    [InlineData("user/nothing", """{"to":{"document":"new"}}""", 404, "not_found")]
    [InlineData("user/d", """{"to":{"tier":"app","document":"new"}}""", 403, "forbidden")]
    [InlineData("user/nothing", """{"to":{"tier":"app","document":"new"}}""", 403, "forbidden")]
    [InlineData("user/d", """{"to":{"tier":"nowhere","document":"new"}}""", 404, "not_found")]
    [InlineData("user/d", """{"to":{"tier":"role:editor","document":"new"}}""", 403, "forbidden")]
    [InlineData("user/d", """{"to":{"document":"_new"}}""", 400, "invalid_name")]
    [InlineData("user/d", """{"to":{}}""", 400, "invalid_value")]
    [InlineData("user/d", """{"to":"e"}""", 400, "invalid_value")]
    [InlineData("user/d", """{"to":{"document":5}}""", 400, "invalid_value")]
    [InlineData("user/d", """{"to":{"tier":5,"document":"e"}}""", 400, "invalid_value")]
    [InlineData("user/d", "{}", 400, "invalid_value")]
    public async Task A_copy_that_cannot_be_made_is_refused(string from, string body, int status, string error)
    {
        var alice = await (await server.NewUser().Holding("user/d", Content)).Holding("user/e", "{}");
        (await alice.Post(from + "/_copy", body)).ShouldBeProblem(status, error);
        (await alice.Get("user/new")).Status.ShouldBe(404);
        (await alice.Get("user/e")).ShouldBeAt(200, 1);
    }

    [Fact]
    public async Task A_copy_over_a_deleted_document_begins_it_anew()
    {
        var alice = await (await server.NewUser().Holding("user/d", Content)).Holding("user/e", "{}");
        (await alice.Delete("user/e?version=1")).ShouldBeAt(204, 2);
        (await alice.Post("user/d/_copy", """{"to":{"document":"e"}}""")).ShouldBeAt(201, 3);
    }

    [Fact]
    public async Task Nobody_copies_what_they_may_not_read()
    {
        var alice = await server.NewUser().Holding("user/d", Content);
        var bob = server.NewUser();
        (await bob.Post($"user/d/_copy?owner={alice.User}", """{"to":{"document":"mine"}}""")).ShouldBeProblem(404, "not_found");
        (await server.Anonymous.Post("user/d/_copy", """{"to":{"document":"mine"} }""")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_reader_who_may_not_sign_in_copies_nothing_anywhere()
    {
        var (admin, name) = (server.NewUser("admin"), server.New("copy"));
        (await admin.Post($"app/{name}", "{}")).Status.ShouldBe(201);
        foreach (var tier in new[] { "app", "user", "shared" })
            (await server.Anonymous.Post($"app/{name}/_copy", $$"""{"to":{"tier":"{{tier}}","document":"mine"} }""")).ShouldBeProblem(401, "unauthenticated");
    }
}
