using System.Globalization;

namespace PropsDb.Host.Tests;

/// <summary>What of a document goes on and what begins anew, over time.</summary>
public sealed class LifeTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    [Fact]
    public async Task A_document_that_is_made_again_goes_on_in_versions_under_the_same_id()
    {
        var (alice, name) = (server.NewUser("admin"), server.New("d"));
        var first = Document(await alice.Post($"app/{name}", """{"collections":{"ui":{"a":1}}}"""));
        server.Time.Advance(TimeSpan.FromHours(1));
        (await alice.Delete($"app/{name}?version=1")).ShouldBeAt(204, 2);
        server.Time.Advance(TimeSpan.FromHours(1));
        var bob = server.NewUser("admin");
        var second = Document(await bob.Put($"app/{name}", """{"version":0,"collections":{"ui":{"b":1}}}"""));

        second.Version.ShouldBe(3);
        second.Id.ShouldBe(first.Id);
        (second.CreatedBy, first.CreatedBy).ShouldBe((bob.User, alice.User));
        (second.CreatedAt - first.CreatedAt).ShouldBe(TimeSpan.FromHours(2));
        (await bob.Content($"app/{name}")).ShouldBe("""{"ui":{"b":1}}""");
        (await bob.Get($"app/{name}/ui/b")).Json.GetProperty("property").GetProperty("version").GetInt64().ShouldBe(3);
    }

    [Theory]
    [InlineData("POST", "", "{}")]
    [InlineData("PUT", "", """{"version":0,"collections":{}}""")]
    [InlineData("PUT", "/ui/a", """{"version":0,"value":1}""")]
    public async Task Every_way_to_create_a_document_makes_a_deleted_one_again(string method, string below, string body)
    {
        var alice = await server.NewUser().Holding("user/d", """{"old":{"a":1}}""");
        (await alice.Delete("user/d", ("If-Match", "\"1\""))).ShouldBeAt(204, 2);
        (await alice.Send(new HttpMethod(method), "user/d" + below, body, "application/json")).ShouldBeAt(201, 3);
        (await alice.Content("user/d")).ShouldNotContain("old");
        (await alice.Delete("user/d?version=3")).ShouldBeAt(204, 4);
        (await alice.Delete("user/d?version=4")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_part_keeps_the_time_and_writer_of_its_own_last_change()
    {
        var (alice, name) = (server.NewUser(), server.New("d"));
        var created = Document(await alice.Post($"shared/{name}", """{"collections":{"ui":{"a":1,"b":1},"other":{}}}"""));
        server.Time.Advance(TimeSpan.FromMinutes(5));
        var bob = server.NewUser();
        (await bob.Put($"shared/{name}/ui/a", """{"version":1,"value":2}""")).ShouldBeAt(200, 2);

        var document = await bob.Get($"shared/{name}");
        var now = Document(document);
        (now.CreatedAt, now.CreatedBy, now.UpdatedBy).ShouldBe((created.CreatedAt, alice.User, bob.User));
        (now.UpdatedAt - now.CreatedAt).ShouldBe(TimeSpan.FromMinutes(5));
        DateTimeOffset.Parse(document.Header("Last-Modified")!, CultureInfo.InvariantCulture).ShouldBe(now.UpdatedAt);
        foreach (var (path, member, version, by) in new[] { ("ui/a", "property", 2, bob.User), ("ui/b", "property", 1, alice.User), ("ui", "collection", 2, bob.User), ("other", "collection", 1, alice.User) })
        {
            var part = (await bob.Get($"shared/{name}/{path}")).Json.GetProperty(member);
            part.GetProperty("version").GetInt32().ShouldBe(version, path);
            part.GetProperty("last_modified_by").GetString().ShouldBe(by, path);
            part.GetProperty("updated_at").GetDateTimeOffset().ShouldBe(version == 1 ? now.CreatedAt : now.UpdatedAt, path);
        }
    }

    [Fact]
    public async Task Each_commit_has_a_position_of_its_own()
    {
        var alice = server.NewUser();
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++) seen.Add((await alice.Put("user/d/c/p", $$"""{"version":{{i}},"value":{{i}}}""")).Header("X-Position")!).ShouldBeTrue();
        (await alice.Get("user/d")).Header("X-Position").ShouldBe(seen.Last());
    }

    private sealed record Life(string Id, long Version, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt, string UpdatedBy);

    private static Life Document(Answer answer)
    {
        var d = answer.Json.GetProperty("document");
        return new Life(d.GetProperty("id").GetString()!, d.GetProperty("version").GetInt64(), d.GetProperty("created_at").GetDateTimeOffset(),
            d.GetProperty("created_by").GetString()!, d.GetProperty("updated_at").GetDateTimeOffset(), d.GetProperty("last_modified_by").GetString()!);
    }
}
