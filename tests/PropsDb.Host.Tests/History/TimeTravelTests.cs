using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>Documents as they were. The clock is the class's own.</summary>
public sealed class TimeTravelTests(PropsDbServer server) : IClassFixture<PropsDbServer>
{
    private const string Start = """{"ui":{"a":1.0,"b":{"x":1}},"k":{"t":"dark"}}""";

    // 1 created, 2 changed, 3 deleted, 4 restored, an hour apart.
    private async Task<(Client Alice, DateTimeOffset Begin)> Lived()
    {
        var (user, begin) = (server.New("user"), server.Time.GetUtcNow());
        await server.As(user).Holding("user/d", Start);
        var steps = new Func<Client, Task<Answer>>[]
        {
            c => c.MergePatch("user/d", """{"ui":{"a":2,"b":null,"c":[1]},"k":null,"n":{"z":0}}""", ("If-Match", "\"1\"")),
            c => c.Delete("user/d?version=2"), c => c.Post("user/d/_restore", ""),
        };
        foreach (var step in steps)
        {
            server.Time.Advance(TimeSpan.FromHours(1));
            (await step(server.As(user))).Status.ShouldBeOneOf(200, 204);
        }
        server.Time.Advance(TimeSpan.FromHours(1));
        return (server.As(user), begin);
    }

    private static string At(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task A_time_means_the_last_commit_until_then_inclusive()
    {
        var (alice, begin) = await Lived();
        foreach (var (hours, version) in new[] { (0.0, 1), (0.5, 1), (1, 2), (1.99, 2), (3, 4), (4, 4), (999999, 4) })
        {
            var then = await alice.Get($"user/d?at={At(begin.AddHours(hours))}");
            then.Status.ShouldBe(200, then.ToString());
            then.ETag.ShouldBe($"\"{version}\"");
            then.Body.ShouldBe((await alice.Get($"user/d?version={version}")).Body);
        }
        foreach (var absent in new[] { begin.AddTicks(-1), begin.AddHours(2), begin.AddHours(2.5), begin.AddHours(3).AddTicks(-1) })
            (await alice.Get($"user/d?at={At(absent)}")).ShouldBeProblem(404, "version_not_found");
        foreach (var absent in new[] { 0, 3, 5, long.MaxValue }) (await alice.Get($"user/d?version={absent}")).ShouldBeProblem(404, "version_not_found");
        (await alice.Get("user/d?version=1&at=" + At(begin))).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task Parts_are_seen_as_they_were_too()
    {
        var (alice, begin) = await Lived();
        (await alice.Get("user/d?version=1&shape=object")).Json.GetProperty("document").GetProperty("collections").GetRawText().ShouldBe(Start);
        var value = await alice.Get($"user/d/ui/a?at={At(begin)}");
        value.ETag.ShouldBe("\"1\"");
        value.Json.GetProperty("property").GetProperty("value").GetRawText().ShouldBe("1.0");
        (await alice.Get("user/d/k?version=1")).ETag.ShouldBe("\"1\"");
        (await alice.Get("user/d/k?version=2")).Status.ShouldBe(404);
        (await alice.Get("user/d/ui/c?version=1")).Status.ShouldBe(404);
        (await alice.Get("user/d/ui/c?version=3")).ShouldBeProblem(404, "version_not_found");
        (await alice.Get("user/d?version=1", ("If-None-Match", "\"1\""))).Status.ShouldBe(304);
        (await alice.Get("user/d?version=1", ("If-None-Match", "\"4\""))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("2026-02-30T00:00:00Z", false)]
    [InlineData("2025-02-29T00:00:00Z", false)]
    [InlineData("2026-13-01T00:00:00Z", false)]
    [InlineData("2026-11-22T24:00:00Z", false)]
    [InlineData("2026-11-22T12:60:00Z", false)]
    [InlineData("2026-11-22T12:00:61Z", false)]
    [InlineData("0000-01-01T00:00:00Z", false)]
    [InlineData("10000-01-01T00:00:00Z", false)]
    [InlineData("2026-11-22", false)]
    [InlineData("2026-11-22T12:00:00", false)]
    [InlineData("2026-11-22 12:00:00Z", false)]
    [InlineData("2026-11-22T12:00Z", false)]
    [InlineData("2026-11-22T12:00:00.Z", false)]
    [InlineData("2026-11-22T12:00:00+25:00", false)]
    [InlineData("2026-11-22T12:00:00+0100", false)]
    [InlineData("2026-11-22T12:00:00 01:00", false)]
    [InlineData("1795348800", false)]
    [InlineData("now", false)]
    [InlineData("", false)]
    [InlineData("-2026-11-22T12:00:00Z", false)]
    [InlineData("２０２６-11-22T12:00:00Z", false)]
    [InlineData("9999-12-31T23:59:59.9999999Z", true)]
    [InlineData("9999-12-31T23:59:59+00:00", true)]
    [InlineData("2099-11-22t12:00:00z", true)]
    [InlineData("2099-11-22T12:00:00.123456789012Z", true)]
    [InlineData("2099-11-22T12:00:00-14:00", true)]
    [InlineData("2096-02-29T12:00:00+05:30", true)]
    public async Task A_time_is_RFC_3339_with_an_offset(string at, bool isGood)
    {
        var alice = await server.As(server.New("user")).Holding("user/d", "{}");
        var answer = await alice.Get("user/d?at=" + Uri.EscapeDataString(at));
        if (isGood) answer.ShouldBeAt(200, 1);
        else answer.ShouldBeProblem(400, "invalid_query");
        if (!isGood) (await alice.Get($"user/d?at={Uri.EscapeDataString("2099-11-22T12:00:00Z")}&at=2099")).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task A_leap_second_and_offsets_mean_the_instant()
    {
        var (alice, begin) = await Lived();
        var local = begin.AddHours(1).ToOffset(TimeSpan.FromHours(5.5)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        (await alice.Get("user/d?at=" + Uri.EscapeDataString(local))).ETag.ShouldBe("\"2\"");
        // :60 is allowed by RFC 3339; a service without leap seconds may take it for the next second or refuse it, but not fail.
        (await alice.Get("user/d?at=2099-12-31T23:59:60Z")).Status.ShouldBeOneOf(200, 400);
    }

    [Fact]
    public async Task A_difference_is_also_a_patch_that_makes_it()
    {
        var (alice, _) = await Lived();
        var diff = (await alice.Get("user/d/_diff?from=1&to=2")).Json;
        string Sorted(JsonElement list) => string.Join('\n', list.EnumerateArray().Select(c => c.GetRawText()).Order(StringComparer.Ordinal));
        Sorted(diff.GetProperty("changes")).ShouldBe("""
            {"path":"/k","from":{"t":"dark"}}
            {"path":"/n","to":{"z":0}}
            {"path":"/ui/a","from":1.0,"to":2}
            {"path":"/ui/b","from":{"x":1}}
            {"path":"/ui/c","to":[1]}
            """.ReplaceLineEndings("\n"));
        await alice.Holding("user/copy", Start);
        (await alice.JsonPatch("user/copy?version=1", diff.GetProperty("patch").GetRawText())).ShouldBeAt(200, 2);
        (await alice.Content("user/copy")).ShouldBe(await alice.Content("user/d"));
        (await alice.Get("user/d/_diff?from=2&to=2")).ShouldBeJson("""{"from":2,"to":2,"changes":[],"patch":[]}""");
        (await alice.Get("user/d/_diff?from=2")).ShouldBeJson("""{"from":2,"to":4,"changes":[],"patch":[]}""");
        (await alice.Get("user/d/_diff?from=1&to=3")).ShouldBeProblem(404, "version_not_found");
    }

    [Fact]
    public async Task Blame_names_the_commit_of_each_property()
    {
        var (alice, begin) = await Lived();
        (await alice.Put("user/d/ui/a", """{"version":4,"value":3}""", ("X-Change-Message", "hm"))).ShouldBeAt(200, 5);
        var second = begin.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        (await alice.Get("user/d/_blame")).ShouldBeJson($$"""
            {"blame":[{"path":"/ui/a","version":5,"at":"*","by":"{{alice.User}}","message":"hm"},{"path":"/ui/c","version":2,"at":"{{second}}","by":"{{alice.User}}"},
                      {"path":"/n/z","version":2,"at":"{{second}}","by":"{{alice.User}}"}]}
            """);
    }

    [Fact]
    public async Task Events_are_lines_in_order()
    {
        var (alice, _) = await Lived();
        var answer = await alice.Get("user/d/_events");
        answer.Header("Content-Type").ShouldBe("application/x-ndjson");
        var lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        lines.Select(l => l.GetProperty("version").GetInt64()).ShouldBe(lines.Select(l => l.GetProperty("version").GetInt64()).Order());
        lines.Select(l => l.GetProperty("type").GetString()).ShouldBe(
            ["document_created", "collection_set", "collection_set", "property_set", "property_deleted", "property_set", "collection_deleted", "collection_set", "document_deleted", "document_restored"], ignoreOrder: true);
        lines.Select(l => l.GetProperty("position").GetString()).Distinct().Count().ShouldBe(lines.Count);
        foreach (var line in lines) (line.GetProperty("by").GetString(), line.TryGetProperty("data", out _), line.TryGetProperty("at", out _)).ShouldBe((alice.User, true, true));
        for (var after = 0; after <= 5; after++)
        {
            var rest = (await alice.Get($"user/d/_events?after_version={after}")).Body;
            rest.ShouldBe(string.Concat(lines.Where(l => l.GetProperty("version").GetInt64() > after).Select(l => l.GetRawText() + "\n")));
        }
    }
}
