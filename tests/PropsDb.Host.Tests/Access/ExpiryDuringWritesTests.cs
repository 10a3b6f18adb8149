using System.Globalization;

namespace PropsDb.Host.Tests;

/// <summary>A role that ends while its holder writes: by the service's clock, no commit of theirs is at or after the instant.</summary>
public sealed class ExpiryDuringWritesTests
{
    [Fact]
    public async Task The_last_accepted_write_is_before_the_instant()
    {
        await using var server = new PropsDbServer();
        await server.InitializeAsync();
        var admin = server.As("root", "admin");
        (await admin.Put("_tiers/premium", """{"type":"shared","permissions":[{"role":"premium_user","can_read":true,"can_write":true}]}""")).Status.ShouldBe(201);
        var instant = server.Time.GetUtcNow().AddSeconds(2);
        (await admin.Put("_users/paul/_roles/premium_user", $$"""{"expires_at":"{{instant:O}}"}""")).Status.ShouldBe(201);

        // Four at a time, so that some wait for their turn on the document when the instant comes.
        var paul = server.As("paul");
        (await paul.Put("premium/d/c/p", """{"value":-1,"version":0}""")).Status.ShouldBe(201);
        var writers = Enumerable.Range(0, 4).Select(async w =>
        {
            var accepted = 0;
            for (var i = 0; ; i++)
            {
                var answer = await paul.Put("premium/d/c/p", $$"""{"value":{{(i * 4) + w}}}""", ("If-Match", "*"));
                if (answer.Status == 403)
                {
                    answer.Error.ShouldBe("forbidden");
                    return accepted;
                }
                answer.Status.ShouldBe(200, answer.ToString());
                accepted++;
            }
        }).ToList();
        while (!writers.TrueForAll(w => w.IsCompleted))
        {
            await Task.Delay(2);
            server.Time.Advance(TimeSpan.FromMilliseconds(5));
        }
        var counts = await Task.WhenAll(writers);

        counts.ShouldAllBe(c => c > 0);
        var history = (await admin.Get("premium/d/_history?limit=500")).Json.GetProperty("history");
        var last = DateTimeOffset.Parse(history[0].GetProperty("updated_at").GetString()!, CultureInfo.InvariantCulture);
        last.ShouldBeLessThan(instant);
        last.ShouldBeGreaterThan(instant.AddSeconds(-1));
        history[0].GetProperty("version").GetInt64().ShouldBe(1 + counts.Sum());
        (await paul.Get("premium/d")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_role_tier_is_made_by_its_first_write()
    {
        await using var server = new PropsDbServer();
        await server.InitializeAsync();
        var (admin, editor) = (server.As("root", "admin"), server.As("ed", "editor"));
        async Task<bool> IsListed() => (await admin.Get("_tiers")).Json.GetProperty("tiers").EnumerateArray().Any(t => t.GetProperty("name").GetString() == "role:editor");

        (await editor.Get("role:editor/d")).ShouldBeProblem(404, "not_found");
        (await IsListed()).ShouldBeFalse();
        (await editor.Post("role:editor/d", """{"collections":{}}""")).Status.ShouldBe(201);
        (await IsListed()).ShouldBeTrue();
        (await editor.Get("role:editor/d")).Status.ShouldBe(200);
        (await server.As("bob").Get("role:editor/d")).ShouldBeProblem(403, "forbidden");
    }
}
