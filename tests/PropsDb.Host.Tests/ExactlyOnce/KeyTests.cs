namespace PropsDb.Host.Tests;

/// <summary>What an idempotency key stands for: one request of one caller in one app, once it was accepted.</summary>
public sealed class KeyTests(PropsDbServer server)
{
    private static readonly (string, string) Key = ("Idempotency-Key", "key");

    [Theory]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":3}""", "application/json", null, null)]
    [InlineData("PUT", "user/d/ui/b", """{"version":1,"value":2}""", "application/json", null, null)]
    [InlineData("PUT", "user/e/ui/a", """{"version":1,"value":2}""", "application/json", null, null)]
    [InlineData("PUT", "user/d/ui/a", """{"version":1, "value":2}""", "application/json", null, null)]
    [InlineData("PATCH", "user/d/ui/a", """{"version":1,"value":2}""", "application/json", null, null)]
    [InlineData("POST", "user/d/ui/a", """{"version":1,"value":2}""", "application/json", null, null)]
    [InlineData("DELETE", "user/d/ui/a", null, null, null, null)]
    [InlineData("PUT", "user/d/ui/a?on_conflict=merge", """{"version":1,"value":2}""", "application/json", null, null)]
    [InlineData("PUT", "user/d/ui/a?", """{"version":1,"value":2}""", "application/json", "If-Match", "\"1\"")]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":2}""", "application/json", "If-Match", "\"1\"")]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":2}""", "application/json", "If-None-Match", "*")]
    [InlineData("PUT", "user/d/ui/a", """{"version":1,"value":2}""", "application/json; charset=utf-8", null, null)]
    [InlineData("POST", "_batch", "{}", "application/json", null, null)]
    public async Task The_key_with_another_request_is_a_mismatch(string method, string path, string? body, string? mediaType, string? header, string? value)
    {
        var alice = await server.NewUser().Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""", Key)).ShouldBeAt(200, 2);
        (string, string)[] headers = header is null ? [Key] : [Key, (header, value!)];
        (await alice.Send(new HttpMethod(method), path, body, mediaType, headers)).ShouldBeProblem(422, "idempotency_mismatch");
        (await alice.Put("user/d/ui/a", """{"version":1,"value":2}""", Key)).ShouldBeAt(200, 2);
        (await alice.Get("user/d")).ShouldBeAt(200, 2);
    }

    [Fact]
    public async Task The_same_key_of_two_users_stands_for_two_requests()
    {
        var (alice, bob) = (server.NewUser(), server.NewUser());
        foreach (var user in new[] { alice, bob })
        {
            var answer = await user.Post("user/d", "{}", Key);
            answer.ShouldBeAt(201, 1);
            answer.Header("Idempotency-Replayed").ShouldBeNull();
        }
        (await bob.Put("user/x/ui/a", """{"version":0,"value":1}""", Key)).ShouldBeProblem(422, "idempotency_mismatch");
    }

    [Fact]
    public async Task A_refused_write_is_decided_again()
    {
        var alice = server.NewUser();
        const string body = """{"version":1,"value":2}""";
        (await alice.Put("user/d/ui/a", body, Key)).ShouldBeProblem(409, "version_conflict");
        (await alice.Put("user/d/ui/a", "{", Key)).ShouldBeProblem(400, "invalid_json");
        (await alice.Delete("user/d", Key)).ShouldBeProblem(404, "not_found");
        await alice.Holding("user/d", """{"ui":{"a":1}}""");
        (await alice.Put("user/d/ui/a", """{"value":2}""", Key)).ShouldBeProblem(428, "version_required");
        var done = await alice.Put("user/d/ui/a", body, Key);
        done.ShouldBeAt(200, 2);
        done.Header("Idempotency-Replayed").ShouldBeNull();
        (await alice.Put("user/d/ui/a", body, Key)).Header("Idempotency-Replayed").ShouldBe("true");
    }

    [Fact]
    public async Task Of_twenty_at_once_one_is_done()
    {
        for (var round = 0; round < 5; round++)
        {
            var alice = await server.NewUser().Holding("user/d", """{"ui":{"l":[]}}""");
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
                alice.Post("user/d/_batch?on_conflict=last_write_wins", """{"version":1,"operations":[{"op":"set","path":"/ui/l/-","value":1}]}""", Key)));
            var first = answers.Where(a => a.Status == 200 && a.Header("Idempotency-Replayed") is null).ShouldHaveSingleItem();
            foreach (var answer in answers.Where(a => a != first))
            {
                if (answer.Status == 200) (answer.Body, answer.ETag).ShouldBe((first.Body, first.ETag));
                else
                {
                    answer.ShouldBeProblem(409, "idempotency_in_progress");
                    int.Parse(answer.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 10);
                }
            }
            (await alice.Get("user/d")).ShouldBeAt(200, 2);
            (await alice.Content("user/d")).ShouldBe("""{"ui":{"l":[1]}}""");
        }
    }

    [Fact]
    public async Task A_repetition_needs_no_right_but_to_the_app()
    {
        var (name, user) = (server.New("d"), server.New("user"));
        var admin = server.As(user, "admin");
        var first = await admin.Post($"app/{name}", "{}", Key);
        first.ShouldBeAt(201, 1);
        var demoted = server.As(user);
        (await demoted.Post($"app/{name}", "{}")).ShouldBeProblem(403, "forbidden");
        var again = await demoted.Post($"app/{name}", "{}", Key);
        again.ShouldBeAt(201, 1);
        (again.Body, again.Header("Idempotency-Replayed")).ShouldBe((first.Body, "true"));

        (await server.Anonymous.Post($"app/{name}", "{}", Key)).ShouldBeProblem(401, "unauthenticated");
        (await server.With("bad").Post($"app/{name}", "{}", Key)).ShouldBeProblem(401, "unauthenticated");
        var elsewhere = server.With(PropsDb.Host.Access.Tokens.Issue(PropsDbServer.SecretBytes, user, ["admin"], ["other"], server.Time.GetUtcNow().AddHours(1)));
        (await elsewhere.Post($"app/{name}", "{}", Key)).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task The_key_of_a_read_means_nothing()
    {
        var alice = await server.NewUser().Holding("user/d", "{}");
        (await alice.Get("user/d", Key)).ShouldBeAt(200, 1);
        (await alice.Put("user/d/ui/a", """{"version":1,"value":1}""")).ShouldBeAt(200, 2);
        (await alice.Get("user/d", Key)).ShouldBeAt(200, 2);
    }
}
