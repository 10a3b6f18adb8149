using System.Diagnostics;

namespace PropsDb.Host.Tests;

/// <summary>Whether a hidden document is there is told by no answer: not by what it says, not by what comes with it, and not by how long it takes.</summary>
public sealed class ExistenceTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Notes = $"/api/v1/{AccessWorld.App}/notes", Of = "owner=" + AccessWorld.Owner;
    private const string Json = "application/json";

    // Rights on the tier, but not on another's document.
    public static TheoryData<string, string, string, string?, string, string?, string?> Requests { get; } = new()
    {
        { "re", "GET", "", null, "", "If-None-Match", "\"3\"" },
        { "re", "GET", "", null, "", "If-None-Match", "*" },
        { "re", "GET", "?version=2", null, "", null, null },
        { "re", "GET", "?version=x", null, "", null, null },
        { "re", "GET", "?shape=tree", null, "", null, null },
        { "re", "GET", "?at=2026-11-22T12:00:00Z", null, "", null, null },
        { "re", "GET", "", null, "", "Accept", "text/html" },
        { "re", "GET", "/_diff?from=9&to=1", null, "", null, null },
        { "re", "GET", "/ui/theme", null, "", "Accept", "application/vnd.propsdb.value+json" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, "If-Match", "\"3\"" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, "If-Match", "\"2\"" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, "If-Match", "*" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, "If-Match", "W/\"3\"" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, "If-None-Match", "*" },
        { "wr", "PUT", "", """{"collections":{}}""", Json, null, null },
        { "wr", "PUT", "", "broken", Json, null, null },
        { "wr", "PUT", "", "{}", "text/plain", null, null },
        { "wr", "PUT", "", "TOO LARGE", Json, null, null },
        { "wr", "PUT", "?dry_run=true", """{"collections":{},"version":3}""", Json, null, null },
        { "wr", "PUT", "", """{"collections":{},"version":3}""", Json, "Idempotency-Key", "key" },
        { "wr", "PUT", "", """{"collections":{},"version":3}""", Json, "Idempotency-Key", "" },
        { "wr", "POST", "", "{}", Json, null, null },
        { "wr", "POST", "/ui", """{"properties":{}}""", Json, null, null },
        { "wr", "POST", "/ui/theme", "{}", Json, null, null },
        { "wr", "PATCH", "", """[{"op":"test","path":"/ui/theme","value":1}]""", "application/json-patch+json", "If-Match", "\"3\"" },
        { "wr", "PATCH", "", """[{"op":"remove","path":"/none"}]""", "application/json-patch+json", "If-Match", "\"3\"" },
        { "wr", "POST", "/_batch", """{"device":"d","sequence":1,"operations":[{"op":"test","path":"/ui/theme","value":1}],"document_version":3}""", Json, null, null },
        { "wr", "POST", "/_batch", """{"device":"d","sequence":9,"operations":[],"document_version":3}""", Json, null, null },
        { "wr", "POST", "/_undo", """{"commit":3}""", Json, null, null },
        { "wr", "POST", "/_undo", """{"commit":99}""", Json, null, null },
        { "wr", "POST", "/_rollback", """{"to_version":99}""", Json, null, null },
        { "wr", "POST", "/_restore", null, "", null, null },
        { "wr", "PUT", "/_settings", """{"conflict_resolution_strategy":"merge"}""", Json, null, null },
        { "wr", "GET", "/_conflicts", null, "", null, null },
        { "wr", "POST", "/_copy", """{"to":{"document":"mine"}}""", Json, null, null },
        { "wr", "POST", "/_share", """{"user_id":"writer","can_write":true}""", Json, null, null },
        { "wr", "DELETE", "/_share/reader-by-share", null, "", null, null },
        { "wr", "DELETE", "/_share/nobody", null, "", null, null },
        { "de", "DELETE", "?version=3", null, "", null, null },
        { "de", "DELETE", "?version=2", null, "", null, null },
        { "de", "DELETE", "", null, "", null, null },
        { "de", "DELETE", "/ui/theme?version=3", null, "", null, null },
        { "de", "DELETE", "/none?version=3", null, "", null, null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_hidden_document_answers_as_one_that_is_not_there(string who, string method, string below, string? body, string mediaType, string? header, string? value)
    {
        async Task<string> Ask(string document)
        {
            var path = $"{Notes}/{document}{below}{(below.Contains('?') ? '&' : '?')}{Of}";
            (string, string)[] headers = header is null ? [("X-Request-Id", "same")] : [("X-Request-Id", "same"), (header, value!)];
            var answer = await world.Callers[who].Send(method, path, body is "TOO LARGE" ? new string(' ', 6 << 20) : body, mediaType, headers);
            answer.Status.ShouldBe(404, answer.ToString());
            answer.Error.ShouldBe("not_found");
            foreach (var tells in new[] { "ETag", "Last-Modified", "X-Position", "Location", "Link", "Allow", "Accept-Patch" }) answer.Header(tells).ShouldBeNull();
            return string.Join('\n', answer.Raw.Headers.Concat(answer.Raw.Content.Headers).Where(h => h.Key is not "Date").Select(h => $"{h.Key}: {string.Join(',', h.Value)}").Order(StringComparer.Ordinal)) + answer.Body;
        }
        var absent = await Ask(world.New("absent"));
        (await Ask("common")).ShouldBe(absent);
        (await Ask("gone")).ShouldBe(absent);
    }

    [Fact]
    public async Task Everyone_has_a_document_of_a_name_of_their_own()
    {
        var (one, other, name) = (world.NewUser("member"), world.NewUser("member"), world.New("mine"));
        var first = await one.Send("POST", $"{Notes}/{name}", "{}");
        var second = await other.Send("POST", $"{Notes}/{name}", "{}");
        (first.Status, second.Status).ShouldBe((201, 201));
        second.Json.GetProperty("document").GetProperty("id").GetString().ShouldNotBe(first.Json.GetProperty("document").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Lists_count_and_page_what_the_caller_may_read_alone()
    {
        var (one, other) = (world.NewUser("member"), world.NewUser("member"));
        for (var i = 0; i < 5; i++) (await one.Send("POST", $"{Notes}/{world.New("page")}", "{}")).Status.ShouldBe(201);
        await other.Send("POST", $"{Notes}/own", "{}");
        foreach (var query in new[] { "limit=1", "limit=1&prefix=page", "limit=1&sort=updated_at&order=desc", "limit=1&deleted=true", "limit=1&include=content", "limit=1&offset=1" })
        {
            var answer = await other.Send("GET", $"{Notes}?{query}");
            answer.Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBeLessThanOrEqualTo(1, query);
            answer.Json.GetProperty("pagination").GetProperty("next_cursor").GetString().ShouldBeNull();
            answer.Header("Link").ShouldBeNull();
            answer.Body.ShouldNotContain(one.User!);
        }
        // Another's cursor is good for that other's list only.
        var cursor = (await one.Send("GET", $"{Notes}?limit=1")).Json.GetProperty("pagination").GetProperty("next_cursor").GetString();
        (await other.Send("GET", $"{Notes}?limit=1&cursor={cursor}")).ShouldBeProblem(400, "invalid_query");
    }

    [Fact]
    public async Task Sharing_tells_nothing_of_whether_there_is_a_user()
    {
        var (owner, name) = (world.Callers["ow"], world.New("lookup"));
        await world.Document(AccessWorld.App, "notes", AccessWorld.Owner, name);
        var share = $"{Notes}/{name}/_share";
        string Of(Answer answer, string user) => $"{answer.Status} {answer.Body.Replace(user, "USER")}";
        string[] users = ["reader", "inactive", "administrator", "nobody-at-all"];
        var given = new List<string>();
        foreach (var user in users) given.Add(Of(await owner.Send("POST", share, $$"""{"user_id":"{{user}}"}"""), user));
        given.Distinct().ShouldHaveSingleItem().ShouldStartWith("201");
        var taken = new List<string>();
        foreach (var user in users) taken.Add(Of(await owner.Send("DELETE", $"{share}/{user}"), user));
        taken.Distinct().ShouldHaveSingleItem().ShouldStartWith("204");
        var again = new List<string>();
        foreach (var user in users.Append("never-shared")) again.Add(Of(await owner.Send("DELETE", $"{share}/{user}", null, "", ("X-Request-Id", "same")), user));
        again.Distinct().ShouldHaveSingleItem().ShouldStartWith("404");
    }

    [Fact]
    public async Task Ids_that_stand_for_something_cannot_be_guessed()
    {
        var keys = new List<string>();
        for (var i = 0; i < 20; i++) keys.Add((await world.Key(AccessWorld.App, null)).Key);
        keys.Select(k => k.Split('_')[3]).ShouldAllBe(secret => secret.Length == 70);
        keys.Select(k => k.Split('_')[3][..8]).ShouldBeUnique();
        keys.Select(k => k.Split('_')[2]).ShouldBeUnique();
        var conflicts = new List<string>();
        for (var i = 0; i < 20; i++) conflicts.Add(await world.Conflict(AccessWorld.App, "board", null, "common"));
        conflicts.Select(c => c[..8]).ShouldBeUnique();
        conflicts.SequenceEqual(conflicts.Order(StringComparer.Ordinal)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_position_tells_no_app_what_others_do()
    {
        var (here, there) = (world.Admin, world.User("administrator", AccessWorld.Other, "admin"));
        var (positions, foreign) = (new List<string>(), new List<string>());
        for (var i = 0; i < 10; i++)
        {
            positions.Add((await here.Send("POST", $"/api/v1/one/board/{world.New("p")}", "{}")).Header("X-Position")!);
            foreign.Add((await there.Send("POST", $"/api/v1/two/board/{world.New("p")}", "{}")).Header("X-Position")!);
        }
        positions.Concat(foreign).ShouldAllBe(p => p.Length == 22);
        positions.Select(p => p[..4]).Concat(foreign.Select(p => p[..4])).ShouldBeUnique();
        positions.SequenceEqual(positions.Order(StringComparer.Ordinal)).ShouldBeFalse();
        (await here.Send("GET", $"/api/v1/one/board?min_position={positions[0]}")).Status.ShouldBe(200);
        (await here.Send("GET", $"/api/v1/one/board?min_position={foreign[0]}")).ShouldBeProblem(400, "invalid_position");
    }

    // Hidden and absent take turns, so that whatever else the machine does meets both; and one loud moment does not decide.
    [Fact]
    public async Task It_takes_as_long_to_hide_a_document_as_to_find_none()
    {
        var (reader, path) = (world.Callers["re"], $"{Notes}/{{0}}?{Of}");
        string[] names = ["common", "absent"];
        for (var i = 0; i < 200; i++) await reader.Send("GET", string.Format(path, names[i % 2]));
        var results = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            var times = new[] { new double[1_000], new double[1_000] };
            for (var i = 0; i < 1_000; i++)
            {
                for (var turn = 0; turn < 2; turn++)
                {
                    var which = (i + turn) % 2;
                    var start = Stopwatch.GetTimestamp();
                    (await reader.Send("GET", string.Format(path, names[which]))).Status.ShouldBe(404);
                    times[which][i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                }
            }
            var (difference, p) = (Median([.. times.Select(t => Blocks(t)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x / y)])]) - 1, MannWhitney(times[0], times[1]));
            if (Math.Abs(difference) < 0.05 && p > 0.01) return;
            results.Add($"medians differ by {difference:P1}, p = {p:F4}");
        }
        throw new ShouldAssertException(string.Join("; ", results));
    }

    private static double[] Blocks(double[] times) => [.. times.Chunk(50).Select(Median)];

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    /// <summary>How likely two samples of one kind differ as these do, by the normal approximation of the rank sum.</summary>
    private static double MannWhitney(double[] a, double[] b)
    {
        var ranked = a.Select(t => (Time: t, IsA: true)).Concat(b.Select(t => (Time: t, IsA: false))).OrderBy(t => t.Time).ToList();
        var rankSum = ranked.Select((t, i) => t.IsA ? i + 1.0 : 0).Sum();
        var u = rankSum - (a.Length * (a.Length + 1) / 2.0);
        var z = Math.Abs(u - (a.Length * (double)b.Length / 2)) / Math.Sqrt(a.Length * (double)b.Length * (a.Length + b.Length + 1) / 12);
        // Abramowitz and Stegun 7.1.26: two-sided tail of the normal distribution, to 1e-7.
        var t = 1 / (1 + (0.3275911 * z / Math.Sqrt(2)));
        return t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-z * z / 2);
    }
}
