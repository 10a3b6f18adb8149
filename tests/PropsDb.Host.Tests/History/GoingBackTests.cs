namespace PropsDb.Host.Tests;

/// <summary>Rolling back, taking one commit back, and restoring.</summary>
public sealed class GoingBackTests(PropsDbServer server)
{
    private const string First = """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"}}""";
    private const string Second = """{"n":{},"ui":{"b":{"x":2},"a":1.00,"c":3}}""";

    private async Task<Client> Changed()
    {
        var alice = await server.NewUser().Holding("user/d", First);
        (await alice.Put("user/d", $$"""{"version":1,"collections":{{Second}} }""")).ShouldBeAt(200, 2);
        return alice;
    }

    [Theory]
    [InlineData("user/d/_rollback", First)]
    [InlineData("user/d/ui/_rollback", """{"n":{},"ui":{"a":1.0,"b":{"x":1}}}""")]
    [InlineData("user/d/ui/b/_rollback", """{"n":{},"ui":{"b":{"x":1},"a":1.0,"c":3}}""")]
    [InlineData("user/d/ui/c/_rollback", """{"n":{},"ui":{"b":{"x":2},"a":1.0}}""")]
    [InlineData("user/d/k/_rollback", """{"n":{},"ui":{"b":{"x":2},"a":1.0,"c":3},"k":{"t":"dark"}}""")]
    [InlineData("user/d/k/t/_rollback", """{"n":{},"ui":{"b":{"x":2},"a":1.0,"c":3},"k":{"t":"dark"}}""")]
    [InlineData("user/d/n/_rollback", """{"ui":{"b":{"x":2},"a":1.0,"c":3}}""")]
    [InlineData("user/d/_rollback?path=/n", """{"ui":{"b":{"x":2},"a":1.0,"c":3}}""")]
    public async Task A_rollback_makes_the_part_what_it_was(string path, string content)
    {
        var alice = await Changed();
        var answer = await alice.Post(path, """{"to_version":1}""");
        answer.ShouldBeAt(200, 3);
        answer.Json.GetProperty("document").GetProperty("version").GetInt32().ShouldBe(3);
        (await alice.Content("user/d")).ShouldBe(content);
        var newest = (await alice.Get("user/d/_history?limit=1")).Json.GetProperty("history")[0];
        newest.GetProperty("rolled_back_to").GetInt32().ShouldBe(1);
        // Again there is nothing to do, and going back to before the rollback takes it back.
        var again = await alice.Post(path, """{"to_version":1}""");
        if (content.Contains("\"c\"", StringComparison.Ordinal) == content.Contains("\"n\"", StringComparison.Ordinal) || content == First || path.Contains("/ui/_", StringComparison.Ordinal)) again.ShouldBeAt(200, 3);
        // What is absent now and was absent then cannot be named.
        else again.ShouldBeProblem(404, "not_found");
        (await alice.Post("user/d/_rollback", """{"to_version":2}""")).ShouldBeAt(200, 4);
        (await alice.Content("user/d")).ShouldBe("""{"n":{},"ui":{"b":{"x":2},"a":1.0,"c":3}}""");
    }

    [Theory]
    [InlineData("_rollback", """{"to_version":2}""", 200, null)]
    [InlineData("_rollback", """{"to_version":0}""", 404, "version_not_found")]
    [InlineData("_rollback", """{"to_version":3}""", 404, "version_not_found")]
    [InlineData("_rollback", """{"to_version":9223372036854775807}""", 404, "version_not_found")]
    [InlineData("_rollback", """{"to_version":9223372036854775808}""", 400, "invalid_value")]
    [InlineData("_rollback", """{"to_version":-1}""", 400, "invalid_value")]
    [InlineData("_rollback", """{"to_version":"1"}""", 400, "invalid_value")]
    [InlineData("_rollback", """{"to_version":1.5}""", 400, "invalid_value")]
    [InlineData("_rollback", "{}", 400, "invalid_value")]
    [InlineData("_rollback", "[]", 400, "invalid_value")]
    [InlineData("_rollback", """{"to_version":1,"version":1}""", 409, "version_conflict")]
    [InlineData("_rollback?version=9", """{"to_version":1}""", 409, "version_conflict")]
    [InlineData("_rollback?version=2", """{"to_version":1,"version":1}""", 400, "version_ambiguous")]
    [InlineData("_rollback?version=2", """{"to_version":1}""", 200, null)]
    [InlineData("none/_rollback", """{"to_version":1}""", 404, "not_found")]
    [InlineData("ui/none/_rollback", """{"to_version":1}""", 404, "not_found")]
    [InlineData("_undo", """{"commit":0}""", 404, "version_not_found")]
    [InlineData("_undo", """{"commit":3}""", 404, "version_not_found")]
    [InlineData("_undo", """{"commit":"2"}""", 400, "invalid_value")]
    [InlineData("_undo", "{}", 400, "invalid_value")]
    [InlineData("_undo", """{"commit":2,"version":1}""", 409, "version_conflict")]
    [InlineData("_undo?version=2", """{"commit":2}""", 200, null)]
    [InlineData("_restore", "", 409, "already_exists")]
    [InlineData("_restore?version=2", "", 409, "already_exists")]
    public async Task What_cannot_be_gone_back_to_is_refused(string operation, string body, int status, string? error)
    {
        var alice = await Changed();
        var answer = await alice.Post("user/d/" + operation, body);
        if (error is null) answer.Status.ShouldBe(status, answer.ToString());
        else
        {
            answer.ShouldBeProblem(status, error);
            (await alice.Get("user/d")).ShouldBeAt(200, 2);
        }
        (await alice.Post("user/never/" + operation, body)).Status.ShouldBeOneOf(400, 404);
    }

    [Fact]
    public async Task A_rollback_goes_across_a_deletion_but_not_to_one()
    {
        var alice = await Changed();
        (await alice.Delete("user/d?version=2")).ShouldBeAt(204, 3);
        (await alice.Post("user/d/_rollback", """{"to_version":1}""")).ShouldBeProblem(404, "not_found");
        (await alice.Post("user/d", "{}")).ShouldBeAt(201, 4);
        (await alice.Post("user/d/_rollback", """{"to_version":3}""")).ShouldBeProblem(404, "version_not_found");
        (await alice.Post("user/d/ui/_rollback", """{"to_version":2}""")).ShouldBeAt(200, 5);
        (await alice.Post("user/d/_rollback", """{"to_version":1}""")).ShouldBeAt(200, 6);
        (await alice.Content("user/d")).ShouldBe(First);
    }

    /// <summary>A second commit on <c>First</c>, an unrelated third on another collection, and what undoing the second leaves.</summary>
    [Theory]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":2}""", """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"},"later":{"z":1}}""")]
    [InlineData("DELETE", "user/d/ui/b?version=1", null, """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"},"later":{"z":1}}""")]
    [InlineData("PUT", "user/d/ui/n", """{"version":1,"value":2}""", """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"},"later":{"z":1}}""")]
    [InlineData("POST", "user/d/new", """{"properties":{"p":1}}""", """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"},"later":{"z":1}}""")]
    [InlineData("PUT", "user/d/k", """{"version":1,"properties":{"t":"light","u":1}}""", """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"},"later":{"z":1}}""")]
    public async Task One_commit_alone_is_taken_back(string method, string path, string? body, string content)
    {
        var alice = await server.NewUser().Holding("user/d", First);
        (await alice.Send(new HttpMethod(method), path, body, body is null ? null : "application/json")).Status.ShouldBeOneOf(200, 201);
        (await alice.Post("user/d/later", """{"properties":{"z":1}}""")).ShouldBeAt(201, 3);
        var answer = await alice.Post("user/d/_undo", """{"commit":2}""");
        answer.ShouldBeAt(200, 4);
        (await alice.Content("user/d")).ShouldBe(content);
        // What was taken back cannot be taken back once more, but the taking back can.
        (await alice.Post("user/d/_undo", """{"commit":2}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/d/_undo", """{"commit":4}""")).ShouldBeAt(200, 5);
        (await alice.Post("user/d/_undo", """{"commit":3}""")).ShouldBeAt(200, 6);
    }

    [Fact]
    public async Task A_deleted_collection_comes_back_by_undo()
    {
        var alice = await server.NewUser().Holding("user/d", First);
        (await alice.Delete("user/d/ui?version=1")).ShouldBeAt(200, 2);
        (await alice.Put("user/d/k/t", """{"version":2,"value":"light"}""")).ShouldBeAt(200, 3);
        (await alice.Post("user/d/_undo", """{"commit":2}""")).ShouldBeAt(200, 4);
        (await alice.Get("user/d/ui?shape=object")).Json.GetProperty("collection").GetProperty("properties").GetRawText().ShouldBe("""{"a":1.0,"b":{"x":1}}""");
        (await alice.Content("user/d")).ShouldContain("light");
    }

    [Fact]
    public async Task What_was_touched_since_refuses_the_undo_with_its_paths()
    {
        var alice = await server.NewUser().Holding("user/d", First);
        (await alice.MergePatch("user/d", """{"ui":{"a":2,"b":{"y":1}},"k":{"t":"light"}}""", ("If-Match", "\"1\""))).ShouldBeAt(200, 2);
        (await alice.Put("user/d/ui/a", """{"version":2,"value":3}""")).ShouldBeAt(200, 3);
        (await alice.Put("user/d/k/t", """{"version":3,"value":"x"}""")).ShouldBeAt(200, 4);
        (await alice.Put("user/d/k/t", """{"version":4,"value":"light"}""")).ShouldBeAt(200, 5);
        var answer = await alice.Post("user/d/_undo", """{"commit":2}""");
        answer.ShouldBeProblem(409, "version_conflict");
        answer.Json.GetProperty("conflicts").EnumerateArray().Select(c => c.GetProperty("path").GetString()).ShouldBe(["/ui/a", "/k/t"], ignoreOrder: true);
        (await alice.Get("user/d")).ShouldBeAt(200, 5);
    }

    [Fact]
    public async Task The_undo_of_a_creation_deletes_and_that_of_a_deletion_restores()
    {
        var alice = await server.NewUser().Holding("user/d", First);
        var deleted = await alice.Post("user/d/_undo", """{"commit":1}""");
        deleted.Status.ShouldBeOneOf(200, 204);
        deleted.ETag.ShouldBe("\"2\"");
        (await alice.Get("user/d")).ShouldBeProblem(404, "not_found");
        (await alice.Post("user/d/_undo", """{"commit":2}""")).ShouldBeAt(200, 3);
        (await alice.Content("user/d")).ShouldBe(First);
        (await alice.Put("user/d/ui/a", """{"version":3,"value":2}""")).ShouldBeAt(200, 4);
        (await alice.Post("user/d/_undo", """{"commit":1}""")).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/d/_undo", """{"commit":2}""")).ShouldBeProblem(409, "version_conflict");
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("", "{}", null)]
    [InlineData("?version=2", "", null)]
    [InlineData("", """{"version":2}""", null)]
    [InlineData("", "", "\"2\"")]
    public async Task A_restored_document_is_as_it_was_with_its_settings(string query, string body, string? ifMatch)
    {
        var alice = await server.NewUser().Holding("user/d", First);
        (await alice.Put("user/d/_settings", """{"conflict_resolution_strategy":"last_write_wins"}""")).ShouldBeAt(200, 1);
        (await alice.Delete("user/d?version=1")).ShouldBeAt(204, 2);
        (await alice.Post("user/d/_restore?version=1", "")).ShouldBeProblem(409, "version_conflict");
        (await alice.Post("user/d/_restore", "", ("If-Match", "\"1\""))).ShouldBeProblem(412, "version_conflict");
        var answer = await alice.Post("user/d/_restore" + query, body, ifMatch is null ? [] : [("If-Match", ifMatch)]);
        answer.ShouldBeAt(200, 3);
        answer.Json.GetProperty("document").GetProperty("created_by").GetString().ShouldBe(alice.User);
        (await alice.Content("user/d")).ShouldBe(First);
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 4);
    }
}
