using Npgsql;

namespace PropsDb.Host.Tests;

/// <summary>What ends at an instant is there one millisecond before, and gone at it. The clock is the class's own.</summary>
public sealed class AtTheInstantTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Board = $"/api/v1/{AccessWorld.App}/board", Notes = $"/api/v1/{AccessWorld.App}/notes";

    private DateTimeOffset Soon => world.Server.Time.GetUtcNow().AddSeconds(1);

    private async Task<string> Given(string how, string user, DateTimeOffset until)
    {
        var users = $"/api/v1/{AccessWorld.App}/_users/{user}";
        await world.Document(AccessWorld.App, "board", null, user);
        if (how is "role") await AccessWorld.Expect(201, world.Admin, "PUT", $"{users}/_roles/member", $$"""{"expires_at":"{{until:O}}"}""");
        if (how is "plan") await AccessWorld.Expect(201, world.Admin, "POST", $"{users}/_subscriptions", $$"""{"plan":"member","expires_at":"{{until:O}}"}""");
        if (how is "share") await AccessWorld.Expect(201, world.Admin, "POST", $"{Board}/{user}/_share", $$"""{"user_id":"{{user}}","can_write":true,"expires_at":"{{until:O}}"}""");
        return $"{Board}/{user}";
    }

    [Theory]
    [InlineData("role")]
    [InlineData("plan")]
    [InlineData("share")]
    public async Task A_request_is_judged_by_the_instant_it_comes(string how)
    {
        var (user, until) = (world.New("until"), Soon);
        var (who, path) = (world.User(user), await Given(how, user, until));
        foreach (var (milliseconds, isAllowed) in new[] { (-1, true), (0, false), (1, false) })
        {
            world.Server.Time.SetUtcNow(until.AddMilliseconds(milliseconds));
            foreach (var read in new[] { "", "/ui/kept", "/_history" }) (await who.Send("GET", path + read)).Status.ShouldBe(isAllowed ? 200 : 403, $"{milliseconds} {read}");
            (await who.Send("PUT", path + "/ui/kept", """{"value":"late"}""", "application/json", ("If-Match", "*"))).Status.ShouldBe(isAllowed ? 200 : 403, $"{milliseconds}");
            (await who.Send("GET", $"/api/v1/{AccessWorld.App}/_access?tier=board&document={user}&action=write")).Json.GetProperty("allowed").GetBoolean().ShouldBe(isAllowed);
            // Another's list has one's shared documents, as long as they are shared.
            (await who.Send("GET", Board)).Status.ShouldBe(isAllowed ? 200 : 403);
        }
        (await world.Admin.Send("GET", path)).Json.GetProperty("document").GetProperty("version").GetInt32().ShouldBe(4);
    }

    [Theory]
    [InlineData("role", -1, 200)]
    [InlineData("role", 0, 403)]
    [InlineData("role", 1, 403)]
    [InlineData("plan", -1, 200)]
    [InlineData("plan", 0, 403)]
    [InlineData("share", -1, 200)]
    [InlineData("share", 0, 403)]
    public async Task A_write_that_waits_is_judged_by_the_instant_it_is_done(string how, int milliseconds, int status)
    {
        var (user, until) = (world.New("waits"), Soon);
        var (who, path) = (world.User(user), await Given(how, user, until));
        world.Server.Time.SetUtcNow(until.AddMilliseconds(-2));
        Task<Answer> ahead, waiting;
        await using (var connection = new NpgsqlConnection(world.Server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var hold = await connection.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("LOCK TABLE propsdb.mt_events IN ACCESS EXCLUSIVE MODE", connection, hold)) await command.ExecuteNonQueryAsync();
            ahead = world.Admin.Send("PUT", path + "/ui/kept", """{"value":"first"}""", "application/json", ("If-Match", "*"));
            // It takes its turn at the document first, and keeps it as long as the table is held.
            await Task.Delay(TimeSpan.FromSeconds(1));
            waiting = who.Send("PUT", path + "/ui/kept", """{"value":"second"}""", "application/json", ("If-Match", "*"));
            await Task.Delay(TimeSpan.FromSeconds(1));
            (ahead.IsCompleted, waiting.IsCompleted).ShouldBe((false, false));
            world.Server.Time.SetUtcNow(until.AddMilliseconds(milliseconds));
            await hold.CommitAsync();
        }
        (await ahead).Status.ShouldBe(200);
        (await waiting).Status.ShouldBe(status);
        var commits = (await world.Admin.Send("GET", $"{path}/_history?limit=500")).Json.GetProperty("history").EnumerateArray().Where(c => c.GetProperty("updated_by").GetString() == user).ToList();
        commits.Count.ShouldBe(status is 200 ? 1 : 0);
        commits.ShouldAllBe(c => c.GetProperty("updated_at").GetDateTimeOffset() < until);
    }

    [Fact]
    public async Task What_was_shared_leaves_the_list_at_the_instant()
    {
        var (user, until) = (world.New("listed"), Soon);
        var who = world.User(user, AccessWorld.App, "reader");
        var name = world.New("shared");
        await world.Document(AccessWorld.App, "notes", AccessWorld.Owner, name);
        await AccessWorld.Expect(201, world.Admin, "POST", $"{Notes}/{name}/_share?owner=owner", $$"""{"user_id":"{{user}}","expires_at":"{{until:O}}"}""");
        foreach (var (milliseconds, total) in new[] { (-1, 1), (0, 0), (1, 0) })
        {
            world.Server.Time.SetUtcNow(until.AddMilliseconds(milliseconds));
            (await who.Send("GET", Notes)).Json.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(total);
        }
    }
}
