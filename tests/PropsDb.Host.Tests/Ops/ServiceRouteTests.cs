using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests.Ops;

public sealed class ServiceRouteTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    [Fact]
    public async Task The_root_says_what_runs_here_and_the_limits_in_force()
    {
        var answer = await server.Anonymous.Get("/");
        answer.Status.ShouldBe(200, answer.ToString());
        answer.Json.GetProperty("product").GetString().ShouldBe("PropsDB");
        answer.Json.GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
        answer.Json.GetProperty("limits").GetProperty("request_bytes").GetInt32().ShouldBe(5 * 1024 * 1024);
        foreach (var link in answer.Json.GetProperty("links").EnumerateObject().Where(l => l.Name != "api"))
            (await server.Anonymous.Get(link.Value.GetString()!)).Status.ShouldBe(200, link.Name);
    }

    [Fact]
    public async Task Every_error_code_has_a_page_and_advice()
    {
        foreach (var (code, (status, _)) in Problem.Codes)
        {
            var answer = await server.Anonymous.Get(Problem.TypeOf(code));
            answer.Status.ShouldBe(200, code);
            answer.Body.ShouldContain($"{code} ({status})");
            ProblemPages.Advice(code).ShouldNotBeEmpty(code);
        }
        (await server.Anonymous.Get("/problems/version_conflict")).Status.ShouldBe(404);
        (await server.Anonymous.Get("/problems/nothing-such")).Error.ShouldBe("not_found");
    }

    [Fact]
    public async Task The_type_of_a_problem_leads_to_its_page()
    {
        var problem = await server.As("alice").Get("user/absent");
        (await server.Anonymous.Get(problem.Json.GetProperty("type").GetString()!)).Body.ShouldContain("not_found");
    }

    [Fact]
    public async Task Alive_and_ready_are_told_to_anyone_without_details()
    {
        (await server.Anonymous.Get("/health/live")).Body.ShouldBe("""{"status":"live"}""");
        (await server.Anonymous.Get("/health/ready")).Body.ShouldBe("""{"status":"ready"}""");
    }

    [Theory]
    [InlineData("/"), InlineData("/health/live"), InlineData("/openapi/v1.json")]
    public async Task What_is_read_only_refuses_other_methods_and_knows_HEAD(string path)
    {
        var refused = await server.Anonymous.Delete(path);
        refused.Error.ShouldBe("method_not_allowed");
        refused.Raw.Content.Headers.Allow.ShouldBe(["GET", "HEAD"]);
        var head = await server.Anonymous.Send(HttpMethod.Head, path, null, null);
        head.Status.ShouldBe(200);
        head.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_an_administrator_of_the_service_sees_metrics_on_the_public_port()
    {
        (await server.Anonymous.Get("/metrics")).Status.ShouldBe(401);
        (await server.As("alice", "admin").Get("/metrics")).Error.ShouldBe("forbidden");
        var operators = new Client(server.Address, Tokens.Issue(PropsDbServer.SecretBytes, "root", ["admin"], ["*"], server.Time.GetUtcNow().AddHours(1)));
        var alice = server.As("alice");
        (await alice.Post("user/measured", """{"collections":{"ui":{"theme":"dark"}}}""")).Status.ShouldBe(201);
        (await alice.Put("user/measured", """{"version":7,"collections":{}}""")).Status.ShouldBe(409);

        var metrics = await operators.Get("/metrics");
        metrics.Status.ShouldBe(200, metrics.ToString());
        metrics.Raw.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        foreach (var name in new[] { "propsdb_commits_total", "propsdb_events_total", "propsdb_conflicts_total", "propsdb_commit_duration_seconds_bucket", "propsdb_commit_group_size_bucket",
            "propsdb_commit_queue", "http_server_request_duration_seconds_bucket", "kestrel_active_connections", "dotnet_gc_collections_total", "db_client_connection_count" })
            metrics.Body.ShouldContain("\n" + name, customMessage: metrics.Body);
        metrics.Body.ShouldContain("""code="version_conflict""");
        metrics.Body.ShouldContain("""http_route="/api/v1/{app}/{tier}/{document}""");
        metrics.Body.ShouldNotContain("measured");
        metrics.Body.ShouldNotContain("Password", Case.Insensitive);
    }

    [Fact]
    public async Task An_answer_over_plain_HTTP_sets_no_HSTS_whatever_a_stranger_says_of_its_scheme()
    {
        var answer = await server.Anonymous.Get("/", ("X-Forwarded-Proto", "https"));
        answer.Header("Strict-Transport-Security").ShouldBeNull();
    }
}
