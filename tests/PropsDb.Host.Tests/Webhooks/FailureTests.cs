using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>Receivers fail: what they missed comes later, in order, and nothing else waits for it.</summary>
public sealed class FailureTests
{
    private static JsonElement[] Failures(JsonElement state) => [.. state.GetProperty("failures").EnumerateArray()];

    [Fact]
    public async Task A_document_that_fails_holds_up_its_own_changes_and_no_others()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        var isBroken = true;
        app.Receiver.Answer = (r, _) => Task.FromResult(r.Document == "bad" && isBroken ? 500 : 200);
        await app.Set("bad", 1);
        await app.Set("good", 1);
        await app.Set("bad", 2);
        await app.Set("good", 2);
        await app.Receiver.Until(() => app.Receiver.What.Contains("good 2") && app.Receiver.What.Contains("bad 1"), "good 2 and an attempt of bad 1");
        await app.Until(s => Failures(s).Length == 1, "the failure is on record");

        var state = await app.State();
        (state.GetProperty("state").GetString(), state.GetProperty("waiting").GetInt32(), state.GetProperty("dead").GetInt32()).ShouldBe(("failing", 2, 0));
        var failure = Failures(state)[0];
        failure.ShouldBeJson($$"""
            {"delivery":"{{app.Receiver.All.First(r => r.What == "bad 1").Id}}","position":"*","replay_from":"*","tier":"user","owner":"alice","document":"bad","version":1,
             "state":"retrying","attempts":1,"reason":"status_500","failed_at":"*","next_attempt_at":"*"}
            """);
        app.Receiver.What.ShouldNotContain("bad 2");
        isBroken = false;
        app.Server.Time.Advance(TimeSpan.FromSeconds(1));
        await app.Receiver.Until(() => app.Receiver.What.Contains("bad 2"), "bad 2");

        app.Receiver.What.Where(w => w.StartsWith("bad")).ShouldBe(["bad 1", "bad 1", "bad 2"]);
        app.Receiver.All.Where(r => r.What == "bad 1").Select(r => r.Id).Distinct().Count().ShouldBe(1);
        app.Receiver.All.Where(r => r.What == "bad 1").Select(r => r.Headers["X-PropsDb-Attempt"]).ShouldBe(["1", "2"]);
        await app.Until(s => s.GetProperty("state").GetString() == "ok" && s.GetProperty("waiting").GetInt32() == 0, "all is well");
    }

    [Fact]
    public async Task Pauses_grow_by_the_service_s_clock_up_to_a_half_shorter_by_chance()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        app.Receiver.Answer = (_, _) => Task.FromResult(503);
        await app.Set("d", 1);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await app.Until(s => Failures(s) is [var f] && f.GetProperty("attempts").GetInt32() == attempt
                && f.GetProperty("next_attempt_at").GetDateTimeOffset() > app.Server.Time.GetUtcNow(), $"attempt {attempt} has failed");
            var next = Failures(await app.State())[0].GetProperty("next_attempt_at").GetDateTimeOffset() - app.Server.Time.GetUtcNow();
            var longest = TimeSpan.FromSeconds(Math.Pow(2, attempt - 1));
            next.ShouldBeInRange(longest / 2 - TimeSpan.FromMilliseconds(1), longest);
            // The machine's clock alone brings no attempt.
            if (attempt == 1) await Task.Delay(TimeSpan.FromSeconds(2.5));
            app.Receiver.All.Count.ShouldBe(attempt);
            app.Server.Time.Advance(next);
        }
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_told_when_it_is_back()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        await app.Receiver.Close();
        await app.Set("d", 1);
        await app.Set("d", 2);
        await app.Until(s => Failures(s) is [var f] && f.GetProperty("reason").GetString() == "connection_failed", "the connection was refused");
        await app.Receiver.Open();
        app.Server.Time.Advance(TimeSpan.FromSeconds(1));
        await app.Receiver.Until(2);

        app.Receiver.What.ShouldBe(["d 1", "d 2"]);
    }

    [Fact]
    public async Task A_receiver_that_hangs_is_left_after_a_time_and_holds_up_nothing_else()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        var hanging = new TaskCompletionSource<int>();
        app.Receiver.Answer = (r, _) => r.Document == "slow" && r.Headers["X-PropsDb-Attempt"] == "1" ? hanging.Task : Task.FromResult(200);
        await app.Set("slow", 1);
        await app.Receiver.Until(1);
        await app.Set("d", 1);
        await app.Receiver.Until(2);
        await app.Until(s => Failures(s) is [var f] && f.GetProperty("reason").GetString() == "timeout", "the time was over");
        hanging.SetResult(200);
        app.Server.Time.Advance(TimeSpan.FromSeconds(1));
        await app.Receiver.Until(3);

        app.Receiver.What.ShouldBe(["slow 1", "d 1", "slow 1"]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await Receiver.Start();
        await using var app = await HookedApp.Start();
        await app.Hook();
        app.Receiver.Answer = (_, http) =>
        {
            http.Response.Headers.Location = elsewhere.Url;
            return Task.FromResult(307);
        };
        await app.Set("d", 1);
        await app.Until(s => Failures(s) is [var f] && f.GetProperty("reason").GetString() == "status_307", "the redirect is a failure");
        elsewhere.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_answer_is_not_read_to_its_end()
    {
        await using var app = await HookedApp.Start();
        await app.Hook();
        var (written, isLeft) = (0L, false);
        app.Receiver.Answer = async (_, http) =>
        {
            http.RequestAborted.Register(() => isLeft = true);
            var chunk = new byte[64 * 1024];
            // With pauses: what is written after the end of the connection goes nowhere, and very fast.
            for (; written < 1L << 30 && !http.RequestAborted.IsCancellationRequested; written += chunk.Length)
            {
                await http.Response.Body.WriteAsync(chunk);
                await Task.Delay(5);
            }
            return 200;
        };
        await app.Set("d", 1);
        await app.Until(s => s.GetProperty("waiting").GetInt32() == 0 && s.GetProperty("last_delivered_at").ValueKind == JsonValueKind.String, "it is delivered");
        await app.Receiver.Until(() => isLeft, "the connection is closed");
        written.ShouldBeLessThan(16L << 20);
    }

    [Fact]
    public async Task What_is_given_up_is_shown_lets_the_rest_go_on_and_can_be_replayed()
    {
        await using var app = await HookedApp.Start();
        await app.Set("before", 1);
        await app.Hook();
        app.Receiver.Answer = (r, _) => Task.FromResult(r.Version == 1 ? 500 : 200);
        await app.Set("d", 1);
        await app.Set("d", 2);
        await app.Until(s => Failures(s).Length == 1, "it failed");
        app.Server.Time.Advance(TimeSpan.FromHours(1));
        await app.Until(s => s.GetProperty("dead").GetInt32() == 1, "it was given up");
        await app.Receiver.Until(() => app.Receiver.What.Contains("d 2"), "d 2");

        var dead = Failures(await app.State()).ShouldHaveSingleItem();
        (dead.GetProperty("state").GetString(), dead.GetProperty("attempts").GetInt32(), dead.GetProperty("next_attempt_at").ValueKind).ShouldBe(("dead", 2, JsonValueKind.Null));
        (await app.Admin.Get("_webhooks")).Json.GetProperty("webhooks")[0].GetProperty("dead").GetInt32().ShouldBe(1);
        app.Receiver.What.ShouldBe(["d 1", "d 1", "d 2"]);
        var id = app.Receiver.All[0].Id;

        app.Receiver.Answer = (_, _) => Task.FromResult(200);
        var replayed = await app.Admin.Post("_webhooks/hook/_replay", $$"""{"from":"{{dead.GetProperty("replay_from").GetString()}}"}""");
        replayed.Status.ShouldBe(200, replayed.ToString());
        await app.Receiver.Until(5);
        app.Receiver.What.Skip(3).ShouldBe(["d 1", "d 2"]);
        app.Receiver.All[3].Id.ShouldBe(id);
        await app.Until(s => s.GetProperty("dead").GetInt32() == 0 && s.GetProperty("waiting").GetInt32() == 0, "nothing is left");
        (await app.Admin.Post("_webhooks/hook/_replay", """{"from":""}""")).Status.ShouldBe(200);
        await app.Receiver.Until(8);
        app.Receiver.What.Skip(5).Order().ShouldBe(["before 1", "d 1", "d 2"]);
    }
}
