using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Tests;

/// <summary>How far back the feed is told, and that nobody is left to believe it was told all.</summary>
public sealed class RetentionTests : IAsyncDisposable
{
    private readonly PropsDbServer _server = new() { Settings = ["--PROPSDB:FEED:RETENTION=7d"] };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> Write(string document, int version)
    {
        var answer = await _server.As("alice").Put($"user/{document}/c/p", $$"""{"version":{{version - 1}},"value":{{version}}}""");
        answer.Status.ShouldBe(version == 1 ? 201 : 200, answer.ToString());
        return answer.Header("X-Position")!;
    }

    private Task<Answer> Page(string position) => _server.As("alice").Get($"user/_changes?since={position}");

    [Fact]
    public async Task A_position_is_too_old_when_the_first_commit_after_it_is()
    {
        await _server.InitializeAsync();
        var first = await Write("d", 1);
        var second = await Write("d", 2);
        _server.Time.Advance(TimeSpan.FromDays(7));
        (await Page(first)).Status.ShouldBe(200);
        (await Page("")).Status.ShouldBe(200);
        _server.Time.Advance(TimeSpan.FromMilliseconds(1));

        foreach (var position in new[] { "", first })
        {
            (await Page(position)).ShouldBeProblem(410, "position_gone");
            (await _server.As("alice").Get($"user/d/_changes?since={position}")).ShouldBeProblem(410, "position_gone");
            (await _server.As("alice").Get($"_changes?since={position}")).ShouldBeProblem(410, "position_gone");
        }
        // Who is at the head has missed nothing, however long nothing happens.
        (await Page(second)).Json.GetProperty("changes").GetArrayLength().ShouldBe(0);
        _server.Time.Advance(TimeSpan.FromDays(1_000));
        (await Page(second)).Status.ShouldBe(200);
        await Write("d", 3);
        (await Page(second)).Json.GetProperty("changes").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Another_app_s_commits_make_nobody_too_late()
    {
        await _server.InitializeAsync();
        var last = await Write("d", 1);
        (await _server.Root().Post("/api/v1/_apps", """{"id":"other"}""")).Status.ShouldBe(201);
        var other = _server.With(_server.AppToken("other", "bob"));
        (await other.Post("/api/v1/other/user/d", """{"collections":{}}""")).Status.ShouldBe(201);
        _server.Time.Advance(TimeSpan.FromDays(30));

        (await Page(last)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_stream_from_a_position_too_old_is_told_to_begin_anew_and_one_from_now_is_not()
    {
        await _server.InitializeAsync();
        var first = await Write("d", 1);
        var second = await Write("d", 2);
        _server.Time.Advance(TimeSpan.FromDays(8));
        using var http = new HttpClient();
        async Task<string?> Open(string? lastId)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "/api/v1/default/user/_changes"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token("alice"));
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            if (lastId == first) return await reader.ReadToEndAsync();
            string? line;
            do line = await reader.ReadLineAsync();
            while (line?.StartsWith("data: ") == false);
            return line;
        }
        (await Open(first)).ShouldBe("""data: {"type":"resync"}""" + "\n\n");
        (await Open(second))!.ShouldContain("progress");
        (await Open(null))!.ShouldContain("ready");
    }

    [Fact]
    public async Task On_the_hub_a_position_too_old_is_answered_by_resync()
    {
        await _server.InitializeAsync();
        var first = await Write("d", 1);
        var second = await Write("d", 2);
        _server.Time.Advance(TimeSpan.FromDays(8));
        await using var connection = new HubConnectionBuilder().WithUrl(new Uri(_server.Address, "/api/v1/_live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(_server.Token("alice"))).Build();
        await connection.StartAsync();
        async Task<string[]> Follow(string from, int count)
        {
            var told = new List<string>();
            await foreach (var message in connection.StreamAsync<JsonElement>("Changes", new { app = "default", tier = "user", from }))
            {
                told.Add(message.GetProperty("type").GetString()!);
                if (told.Count == count) break;
            }
            return [.. told];
        }
        (await Follow(first, 2)).ShouldBe(["resync"]);
        (await Follow(second, 2)).ShouldBe(["progress", "ready"]);
    }

    [Fact]
    public async Task A_webhook_cannot_begin_there_and_one_that_is_late_is_told_all()
    {
        await using var app = await Webhooks.HookedApp.Start("--PROPSDB:FEED:RETENTION=1h", "--PROPSDB:WEBHOOKS:GIVEUPAFTER=30d");
        await app.Set("d", 1);
        await app.Hook(""","from":"" """);
        await app.Receiver.Until(1);
        await app.Receiver.Close();
        await app.Set("d", 2);
        await app.Until(s => s.GetProperty("failures").GetArrayLength() == 1, "it failed");
        await app.Receiver.Open();
        app.Server.Time.Advance(TimeSpan.FromDays(3));
        (await app.Admin.Put("_webhooks/late", $$"""{"url":"{{app.Receiver.Url}}","from":""}""")).ShouldBeProblem(410, "position_gone");
        (await app.Admin.Post("_webhooks/hook/_replay", """{"from":""}""")).ShouldBeProblem(410, "position_gone");
        await app.Receiver.Until(() => app.Receiver.What.Contains("d 2"), "d 2, although it is late");
    }

    [Theory]
    [InlineData("7d", 7 * 24 * 60 * 60)]
    [InlineData("12h", 12 * 60 * 60)]
    [InlineData("30m", 30 * 60)]
    [InlineData("1s", 1)]
    public void A_duration_is_a_number_and_a_unit(string text, int seconds) => Durations.Parse(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("7")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("1.5d")]
    [InlineData(" 7d")]
    [InlineData("7 d")]
    [InlineData("7w")]
    [InlineData("7.00:00:00")]
    [InlineData("99999999999d")]
    [InlineData("40000d")]
    public async Task Anything_else_keeps_the_service_from_starting(string text)
    {
        Durations.Parse(text).ShouldBeNull();
        (await Service.Run([$"--PROPSDB:FEED:RETENTION={text}", "--PROPSDB:CONNECTIONSTRING=Host=127.0.0.1;Port=1", "--urls=http://127.0.0.1:0"])).ShouldBe(ExitCodes.BadSettings);
    }
}
