using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PropsDb.Host.Tests.Access;

/// <summary>Keys of an app's backends, from being issued to being revoked.</summary>
public sealed class AppKeyTests : IAsyncLifetime
{
    private readonly PropsDbServer _server = new();
    private string _app = "";

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _app = await _server.NewApp();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Keys => $"/api/v1/_apps/{_app}/_keys";

    private Task<Answer> Post(string body, params (string, string)[] headers) => _server.Root().Post(Keys, body, headers);

    private async Task<(string Id, string Key)> Issue(string body = "{}", params (string, string)[] headers)
    {
        var answer = await Post(body, headers);
        answer.Status.ShouldBe(201, answer.ToString());
        return (answer.Json.GetProperty("id").GetString()!, answer.Json.GetProperty("key").GetString()!);
    }

    private Task<Answer> With(string key, HttpMethod method, string path, string? body = null) =>
        _server.Anonymous.Send(method, $"/api/v1/{_app}/{path}", body, body is null ? null : "application/json", ("X-App-Key", key));

    private Task<Answer> Get(string key, string path = "shared") => With(key, HttpMethod.Get, path);

    private async Task<JsonElement> Listed(string id) =>
        (await _server.Root().Get(Keys)).Json.GetProperty("keys").EnumerateArray().Single(k => k.GetProperty("id").GetString() == id);

    [Fact]
    public async Task A_key_has_a_prefix_an_id_256_random_bits_and_a_checksum()
    {
        var (id, key) = await Issue("""{"name":"Backend"}""");
        key.ShouldMatch($"^propsdb_{_app}_{id}_[0-9a-f]{{70}}$");
        key[^6..].ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key[..^6])))[..6]);
        (await Get(key)).Status.ShouldBe(200);
        (await Issue()).Key[..^6][^64..].ShouldNotBe(key[..^6][^64..]);
        var listed = await Listed(id);
        (listed.GetProperty("name").GetString(), listed.GetProperty("prefix").GetString(), listed.GetProperty("created_by").GetString()).ShouldBe(("Backend", $"propsdb_{_app}_{id}", "root"));
        listed.TryGetProperty("key", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_exactly_a_key_is_refused()
    {
        var (id, key) = await Issue();
        var other = await _server.NewApp();
        string Checked(string text) => text + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..6];
        foreach (var bad in new[]
        {
            "x", key[..^1], key + "0", key[..^6], key.ToUpperInvariant(), " x" + key, key[1..], Checked($"propsdb_{_app}_{id}_{new string('0', 64)}"),
            Checked($"propsdb_{_app}_0000000000000000_{key[..^6][^64..]}"), Checked(key[..^6].Replace(_app, other)), Checked(key[..^6].Replace(_app, "nowhere")), new string('k', 300), "propsdb____",
        })
        {
            (await Get(bad)).ShouldBeProblem(401, "unauthenticated");
            // Bad credentials are never read as none.
            (await Get(bad, "app")).ShouldBeProblem(401, "unauthenticated");
        }
        (await _server.Anonymous.Get($"/api/v1/{_app}/shared", ("X-App-Key", key), ("X-App-Key", key))).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_key_is_read_from_its_header_alone()
    {
        var (_, key) = await Issue();
        foreach (var query in new[] { "X-App-Key", "app_key", "key", "api_key", "access_token" })
            (await _server.Anonymous.Get($"/api/v1/{_app}/shared?{query}={key}")).ShouldBeProblem(401, "unauthenticated");
        (await _server.With(key).Get($"/api/v1/{_app}/shared")).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task No_copy_of_the_database_holds_a_key()
    {
        var (_, key) = await Issue("""{"name":"kept"}""", ("Idempotency-Key", "once"));
        (await Get(key)).Status.ShouldBe(200);
        (await With(key, HttpMethod.Post, "shared/d", "{}")).Status.ShouldBe(201);
        (await Listed(key.Split('_')[2])).GetProperty("last_used_at").GetString().ShouldNotBeNull();
        var secret = key[..^6][^64..];
        var dump = await Dump.Of(_server.ConnectionString);
        dump.ShouldContain(key.Split('_')[2]);
        foreach (var part in new[] { secret, secret[..32], secret[32..], Convert.ToHexStringLower(Encoding.ASCII.GetBytes(secret)), Convert.ToBase64String(Encoding.ASCII.GetBytes(secret)), Convert.ToBase64String(Convert.FromHexString(secret)) })
            dump.ShouldNotContain(part, Case.Insensitive);
    }

    [Fact]
    public async Task Two_keys_overlap_and_a_revoked_one_is_good_no_longer()
    {
        var (first, second) = (await Issue(), await Issue());
        (await Get(first.Key)).Status.ShouldBe(200);
        (await Get(second.Key)).Status.ShouldBe(200);
        (await _server.Root().Delete($"{Keys}/{first.Id}")).Status.ShouldBe(204);
        (await Get(first.Key)).ShouldBeProblem(401, "unauthenticated");
        (await Get(second.Key)).Status.ShouldBe(200);
        (await _server.Root().Delete($"{Keys}/{first.Id}")).ShouldBeProblem(404, "not_found");
        (await _server.Root().Get(Keys)).Body.ShouldNotContain(first.Id);
    }

    [Fact]
    public async Task A_keys_last_use_is_shown()
    {
        var (id, key) = await Issue();
        (await Listed(id)).GetProperty("last_used_at").ValueKind.ShouldBe(JsonValueKind.Null);
        await Get(key);
        (await Listed(id)).GetProperty("last_used_at").GetString().ShouldBe(Expect.Now);
        _server.Time.Advance(TimeSpan.FromMinutes(2));
        await Get(key);
        (await Listed(id)).GetProperty("last_used_at").GetString().ShouldBe("2026-11-22T12:02:00.000000Z");
    }

    [Fact]
    public async Task A_repeated_request_gets_the_same_key_again_until_it_is_revoked()
    {
        var first = await Issue("""{"name":"a"}""", ("Idempotency-Key", "k1"));
        (await Issue("""{"name":"a"}""", ("Idempotency-Key", "k1"))).ShouldBe(first);
        (await Issue("""{"name":"a"}""", ("Idempotency-Key", "k2"))).ShouldNotBe(first);
        (await Post("""{"name":"b"}""", ("Idempotency-Key", "k1"))).ShouldBeProblem(422, "idempotency_mismatch");
        (await _server.Root().Get(Keys)).Json.GetProperty("keys").GetArrayLength().ShouldBe(2);
        (await _server.Root().Delete($"{Keys}/{first.Id}")).Status.ShouldBe(204);
        (await Post("""{"name":"a"}""", ("Idempotency-Key", "k1"))).ShouldBeProblem(409, "already_exists");
        (await Get(first.Key)).ShouldBeProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task A_rehearsal_shows_no_key()
    {
        var answer = await _server.Root().Post(Keys + "?dry_run=true", "{}");
        answer.Json.TryGetProperty("key", out _).ShouldBeFalse();
        (await _server.Root().Get(Keys)).Json.GetProperty("keys").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Refused_keys_are_limited_by_where_they_come_from()
    {
        await using var server = new PropsDbServer { Settings = ["--PROPSDB:RATELIMITS:FAILEDAUTH=2"] };
        await server.InitializeAsync();
        var statuses = new List<int>();
        for (var i = 0; i < 200 && !statuses.Contains(429); i++) statuses.Add((await server.Anonymous.Get("shared", ("X-App-Key", "guessed"))).Status);
        statuses[..^1].ShouldAllBe(s => s == 401);
        statuses[^1].ShouldBe(429);
    }
}
