using System.Collections.Concurrent;
using System.Globalization;

namespace PropsDb.Host.Tests;

/// <summary>
/// Two apps side by side under load, alike in the names of tiers, documents, users, devices and idempotency keys: nothing of one is ever in
/// an answer of the other. Five seconds, or as many as <c>PROPSDB_TEST_TWO_APPS_SECONDS</c> says.
/// </summary>
public sealed class TwoAppsTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const int WritersOfEach = 4, Documents = 3;
    private static readonly string[] Apps = [AccessWorld.App, AccessWorld.Other];

    private static readonly TimeSpan Lasting =
        TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("PROPSDB_TEST_TWO_APPS_SECONDS") ?? "5", CultureInfo.InvariantCulture));

    /// <summary>What one app's writers were told, and what they did.</summary>
    private sealed class Seen(string app)
    {
        public string App => app;
        public string Mark => $"of-app-{app}";
        public string Foreign => $"of-app-{Apps.Single(a => a != app)}";
        public ConcurrentDictionary<string, int> Commits { get; } = new();
        public ConcurrentBag<string> Conflicts { get; } = [];
        public ConcurrentBag<string> Positions { get; } = [];
        public ConcurrentDictionary<int, int> Statuses { get; } = new();

        public Answer Check(Answer answer)
        {
            answer.Body.ShouldNotContain(Foreign);
            answer.Body.ShouldNotContain(AccessWorld.Secret(Apps.Single(a => a != app)));
            answer.Status.ShouldBeLessThan(500, answer.ToString());
            if (answer.Header("X-Position") is { } position) Positions.Add(position);
            if (answer.Status is 409 or 412 && answer.Json.TryGetProperty("conflict_id", out var id)) Conflicts.Add(id.GetString()!);
            Statuses.AddOrUpdate(answer.Status, 1, (_, n) => n + 1);
            return answer;
        }
    }

    private Principal Member(string app, int number) => world.User($"member-{number}", app, "member");

    [Fact]
    public async Task Nothing_crosses()
    {
        var seen = Apps.Select(a => new Seen(a)).ToList();
        foreach (var app in seen)
        {
            for (var d = 0; d < Documents; d++)
            {
                var name = $"same-{d}";
                (await Member(app.App, 0).Send("POST", Path(app, name), $$"""{"collections":{"ui":{"mark":"{{app.Mark}}"} } }""")).Status.ShouldBe(201);
                app.Commits[name] = 1;
                await AccessWorld.Expect(201, world.User("administrator", app.App, "admin"), "POST", $"{Path(app, name)}/_share", $$"""{"user_id":"friend-{{app.Mark}}"}""");
            }
        }
        using var until = new CancellationTokenSource(Lasting);
        await Task.WhenAll(seen.SelectMany(app => Enumerable.Range(0, WritersOfEach).Select(n => Write(app, n, until.Token))));

        foreach (var app in seen)
        {
            app.Statuses.Where(s => s.Key is 200 or 201).Sum(s => s.Value).ShouldBeGreaterThan(20);
            await Agree(app);
        }
        seen[0].Conflicts.ShouldNotBeEmpty();
        seen[0].Positions.Intersect(seen[1].Positions).ShouldBeEmpty();
        await Refuse(seen[0], seen[1]);
        await Refuse(seen[1], seen[0]);
    }

    private static string Path(Seen app, string name) => $"/api/v1/{app.App}/board/{name}";

    private async Task Write(Seen app, int number, CancellationToken until)
    {
        var (who, random, sequence) = (Member(app.App, number), new Random(number), 0);
        for (var i = 0; !until.IsCancellationRequested; i++)
        {
            var name = $"same-{random.Next(Documents)}";
            var path = Path(app, name);
            var read = app.Check(await who.Send("GET", path));
            var version = read.Json.GetProperty("document").GetProperty("version").GetInt64();
            var written = (i % 4) switch
            {
                // The same keys in both apps, which stand for each app's own writes.
                0 => await who.Send("PUT", $"{path}/ui/by-{number}", Value(app, number, i), "application/json", ("If-Match", $"\"{version}\""), ("Idempotency-Key", $"key-{number}-{i}")),
                1 => await who.Send("POST", $"{path}/_batch?on_conflict=merge", $$"""{"document_version":{{version}},"operations":[{"op":"set","path":"/ui/by-{{number}}","value":"{{app.Mark}}-{{number}}-{{i}}"}]}"""),
                2 => await who.Send("POST", $"/api/v1/{app.App}/board/same-0/_batch?on_conflict=last_write_wins", $$"""
                    {"device":"phone","sequence":{{++sequence}},"document_version":{{app.Commits["same-0"]}},"operations":[{"op":"set","path":"/ui/phone-{{number}}","value":"{{app.Mark}}-{{i}}"}]}
                    """),
                _ => await who.Send("PUT", $"{path}/ui/all?version={Math.Max(1, version - 1)}", Value(app, number, i)),
            };
            app.Check(written);
            if (i % 4 is 2) name = "same-0";
            if (written.Status is 200 or 201) app.Commits.AddOrUpdate(name, 0, (_, n) => n + 1);
            else
            {
                written.Status.ShouldBeOneOf(409, 412);
                written.Json.GetProperty("actual").GetInt64().ShouldBeGreaterThanOrEqualTo(version > 0 ? 1 : 0);
            }
            if (i % 4 is 0 && written.Status is 200)
            {
                var again = app.Check(await who.Send("PUT", $"{path}/ui/by-{number}", Value(app, number, i), "application/json", ("If-Match", $"\"{version}\""), ("Idempotency-Key", $"key-{number}-{i}")));
                (again.Body, again.Header("Idempotency-Replayed"), again.ETag).ShouldBe((written.Body, "true", written.ETag));
            }
            var list = app.Check(await who.Send("GET", $"/api/v1/{app.App}/board?prefix=same-&include=content"));
            list.Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(Documents);
            string[] reads = ["_history?changes=true", "_events", "_conflicts", "_blame", "_diff?from=1"];
            app.Check(await who.Send("GET", $"{path}/{reads[i % reads.Length]}"));
            app.Check(await who.Send("GET", $"/api/v1/{app.App}/_conflicts?limit=500"));
        }
    }

    private static string Value(Seen app, int number, int i) => $$"""{"value":"{{app.Mark}}-{{number}}-{{i}}"}""";

    // What there is at the end is what the app's own writers were told of.
    private async Task Agree(Seen app)
    {
        var admin = world.User("administrator", app.App, "admin");
        for (var d = 0; d < Documents; d++)
        {
            var name = $"same-{d}";
            var document = app.Check(await admin.Send("GET", $"{Path(app, name)}?include=vector"));
            document.Json.GetProperty("document").GetProperty("version").GetInt32().ShouldBe(app.Commits[name]);
            app.Check(await admin.Send("GET", $"{Path(app, name)}/_permissions")).Json.GetProperty("permissions").EnumerateArray().ShouldHaveSingleItem()
                .GetProperty("user_id").GetString().ShouldBe($"friend-{app.Mark}");
            foreach (var entry in app.Check(await admin.Send("GET", $"{Path(app, name)}/_history?limit=500&changes=true")).Json.GetProperty("history").EnumerateArray())
                entry.GetRawText().ShouldContain(app.Mark);
        }
        for (var n = 0; n < WritersOfEach; n++)
        {
            var batches = (await Member(app.App, n).Send("GET", $"{Path(app, "same-0")}?include=vector")).Json;
            var done = batches.GetProperty("vector").TryGetProperty("phone", out var sequence) ? sequence.GetInt32() : 0;
            var answer = app.Check(await Member(app.App, n).Send("POST", $"{Path(app, "same-0")}/_batch", $$"""{"device":"phone","sequence":{{done + 2}},"document_version":1,"operations":[{"op":"delete","path":"/none"}]}"""));
            answer.ShouldBeProblem(409, "sequence_gap");
            answer.Json.GetProperty("expected").GetInt32().ShouldBe(done + 1);
            app.Check(await Member(app.App, n).Send("GET", $"/api/v1/{app.App}/_access?tier=board")).Json.GetProperty("allowed").GetBoolean().ShouldBeTrue();
        }
    }

    // What one app gave out is nothing to the other.
    private async Task Refuse(Seen app, Seen other)
    {
        var (member, list) = (Member(app.App, 0), $"/api/v1/{app.App}/board?limit=1");
        var cursor = (await Member(other.App, 0).Send("GET", $"/api/v1/{other.App}/board?limit=1")).Json.GetProperty("pagination").GetProperty("next_cursor").GetString();
        (await Member(other.App, 0).Send("GET", $"/api/v1/{other.App}/board?limit=1&cursor={cursor}")).Status.ShouldBe(200);
        (await member.Send("GET", $"{list}&cursor={cursor}")).ShouldBeProblem(400, "invalid_query");
        foreach (var position in other.Positions.Take(20)) (await member.Send("GET", $"{list}&min_position={position}")).ShouldBeProblem(400, "invalid_position");
        foreach (var id in other.Conflicts.Take(20))
            (await member.Send("POST", $"/api/v1/{app.App}/_conflicts/{id}/_resolve", """{"resolution":"remote"}""")).ShouldBeProblem(404, "not_found");
        app.Conflicts.Intersect(other.Conflicts).ShouldBeEmpty();
        (await member.Send("GET", $"/api/v1/{other.App}/board/same-0")).ShouldBeProblem(403, "forbidden");
        (await world.User($"friend-{other.Mark}", app.App).Send("GET", Path(app, "same-0"))).ShouldBeProblem(403, "forbidden");
    }
}
