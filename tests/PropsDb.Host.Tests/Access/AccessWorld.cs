using Npgsql;
using PropsDb.Host.Access;

namespace PropsDb.Host.Tests;

/// <summary>Someone who asks: with a token, a key, both or neither.</summary>
/// <param name="User">Whose documents are their own; null: nobody's.</param>
public sealed record Principal(Client Client, string? User, string? Key = null)
{
    public Task<Answer> Send(string method, string path, string? body = null, string mediaType = "application/json", params (string, string)[] headers) =>
        Client.Send(new HttpMethod(method), path, body, body is null ? null : mediaType, Key is null ? headers : [.. headers, ("X-App-Key", Key)]);
}

/// <summary>Two apps with the same tiers, documents and users, and everyone who could ask for something in the first of them.</summary>
public sealed class AccessWorld : IAsyncLifetime
{
    public const string App = "one", Other = "two";
    public const string Owner = "owner";
    public static readonly string[] Grantees = ["reader-by-share", "writer-by-share", "deleter-by-share"];

    private int _names;
    private NpgsqlDataSource? _database;

    public PropsDbServer Server { get; } = new() { Settings = ["--PROPSDB:APP=" + App] };
    public IReadOnlyDictionary<string, Principal> Callers { get; private set; } = new Dictionary<string, Principal>();
    public Principal Admin { get; private set; } = null!;
    public Principal ServiceAdmin { get; private set; } = null!;

    public string New(string word) => $"{word}-{Interlocked.Increment(ref _names)}";

    /// <summary>Stands in every document of an app, and in no request.</summary>
    public static string Secret(string app) => $"kept-by-app-{app}";

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        ServiceAdmin = User("operator", "*", "admin");
        foreach (var app in new[] { App, Other }) await SetUp(app);
        Admin = User("administrator", App, "admin");
        await Expect(201, Admin, "PUT", $"/api/v1/{App}/_tiers/open/_grants/{Other}");
        var revoked = await Key(App, null);
        Callers = new Dictionary<string, Principal>
        {
            ["an"] = new(Server.Anonymous, null),
            ["us"] = User("user"),
            ["re"] = User("reader", App, "reader"),
            ["wr"] = User("writer"),
            ["de"] = User("deleter"),
            ["ow"] = User(Owner, App, "member"),
            ["sr"] = User(Grantees[0]),
            ["sw"] = User(Grantees[1]),
            ["sd"] = User(Grantees[2]),
            ["ex"] = User("expired"),
            ["nb"] = new(Server.With(Jwt.Hs256($$"""{"sub":"{{Owner}}","app_id":"{{App}}","roles":["admin"],"exp":{{Unix(3600)}},"nbf":{{Unix(3000)}}}""")), Owner),
            ["ot"] = User(Owner, Other, "member", "admin"),
            ["kr"] = new(Server.Anonymous, null, (await Key(App, "\"can_read\":true")).Key),
            ["kw"] = new(Server.Anonymous, null, (await Key(App, "\"can_read\":true,\"can_write\":true")).Key),
            ["ko"] = new(Server.Anonymous, null, (await Key(Other, null)).Key),
            ["kx"] = new(Server.Anonymous, null, revoked.Key),
            ["ad"] = Admin,
            ["sa"] = ServiceAdmin,
            ["in"] = User("inactive", App, "member", "admin"),
            ["bl"] = User("blind", App, "blind"),
            ["na"] = new(Server.With(Jwt.Hs256($$"""{"sub":"narrowed","app_id":"{{App}}","roles":["admin"],"tier_access":["board"],"exp":{{Unix(3600)}} }""")), "narrowed"),
        };
        await Expect(204, Admin, "DELETE", $"/api/v1/_apps/{App}/_keys/{revoked.Id}");
        foreach (var user in Callers.Values.Select(c => c.User).OfType<string>().Distinct())
            foreach (var tier in new[] { "notes", "user" }.Where(t => (t, user) != ("notes", Owner))) await Document(App, tier, user, "common");
        Server.Time.Advance(TimeSpan.FromSeconds(2));
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        await Server.DisposeAsync();
    }

    private long Unix(int seconds) => Server.Time.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();

    public Principal User(string id, string app = App, params string[] roles) =>
        new(Server.With(Tokens.Issue(PropsDbServer.SecretBytes, id, roles, [app], Server.Time.GetUtcNow().AddHours(1))), id);

    /// <summary>A user with the roles of a token, under a name that no other test has.</summary>
    public Principal NewUser(params string[] roles) => User(New("someone"), App, roles);

    public async Task<(string Id, string Key)> Key(string app, string? rights)
    {
        var scopes = rights is null ? "[]" : $"[{string.Join(',', new[] { "notes", "board", "site", "open" }.Select(t => $$"""{"tier":"{{t}}",{{rights}}}"""))}]";
        var key = (await Expect(201, ServiceAdmin, "POST", $"/api/v1/_apps/{app}/_keys", $$"""{"scopes":{{scopes}}}""")).Json;
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    private async Task SetUp(string app)
    {
        var admin = User("administrator", app, "admin");
        if (app != App) await Expect(201, ServiceAdmin, "POST", "/api/v1/_apps", $$"""{"id":"{{app}}","name":"{{app}}"}""");
        foreach (var (tier, type) in new[] { ("notes", "per_user"), ("board", "shared"), ("site", "singleton"), ("open", "shared") })
            await Expect(201, admin, "PUT", $"/api/v1/{app}/_tiers/{tier}", $$"""
                {"type":"{{type}}","permissions":[{"role":"reader","can_read":true},{"role":"writer","can_read":true,"can_write":true},
                 {"role":"deleter","can_read":true,"can_delete":true},{"role":"member","can_read":true,"can_write":true,"can_delete":true},{"role":"blind","can_write":true}]}
                """);
        // A role comes with the token, by assignment, or with a plan.
        await Expect(201, admin, "PUT", $"/api/v1/{app}/_users/writer/_roles/writer", "{}");
        await Expect(201, admin, "PUT", $"/api/v1/{app}/_plans/gold", """{"roles":["deleter"]}""");
        await Expect(201, admin, "POST", $"/api/v1/{app}/_users/deleter/_subscriptions", """{"plan":"gold","expires_at":"2027-01-01T00:00:00Z"}""");
        await Expect(201, admin, "PUT", $"/api/v1/{app}/_users/expired/_roles/member", $$"""{"expires_at":"{{Server.Time.GetUtcNow().AddSeconds(1):O}}"}""");
        await Expect(201, admin, "PUT", $"/api/v1/{app}/_users/inactive", """{"is_active":false}""");
        foreach (var (tier, owner) in new[] { ("notes", (string?)Owner), ("board", null), ("site", null), ("open", null), ("app", null), ("shared", null) })
            await Document(app, tier, owner, "common");
        await Document(app, "notes", Owner, "gone");
        await Expect(204, admin, "DELETE", $"/api/v1/{app}/notes/gone?owner={Owner}&version=3");
    }

    /// <summary>A document of three versions; the grantees have their shares since the second.</summary>
    public async Task Document(string app, string tier, string? owner, string name)
    {
        var admin = User("administrator", app, "admin");
        var (path, of) = ($"/api/v1/{app}/{tier}/{name}", owner is null ? "" : "?owner=" + owner);
        await Expect(201, admin, "POST", path + of, $$"""{"collections":{"more":{"a":1},"ui":{"theme":"{{Secret(app)}}","kept":1} } }""");
        await Expect(200, admin, "PUT", $"{path}/ui/kept{of}", """{"version":1,"value":2}""");
        foreach (var (grantee, rights) in Grantees.Where(g => g != owner).Zip(["false,\"can_delete\":false", "true,\"can_delete\":false", "true,\"can_delete\":true"]))
            await Expect(201, admin, "POST", $"{path}/_share{of}", $$"""{"user_id":"{{grantee}}","can_read":true,"can_write":{{rights}}}""");
        await Expect(200, admin, "PUT", $"{path}/ui/kept{of}", """{"version":2,"value":3}""");
    }

    /// <summary>The id of a conflict that is in the log.</summary>
    public async Task<string> Conflict(string app, string tier, string? owner, string name)
    {
        var admin = User("administrator", app, "admin");
        var (path, of) = ($"/api/v1/{app}/{tier}/{name}", owner is null ? "" : "?owner=" + owner);
        var rejected = await Expect(409, admin, "PUT", $"{path}/ui/kept{of}", """{"version":1,"value":"lost"}""");
        var id = rejected.Json.GetProperty("conflict_id").GetString()!;
        for (var i = 0; i < 500; i++)
        {
            if ((await admin.Send("GET", $"{path}/_conflicts{of}")).Body.Contains(id)) return id;
            await Task.Delay(10);
        }
        throw new TimeoutException("The conflict was not logged.");
    }

    public static async Task<Answer> Expect(int status, Principal who, string method, string path, string? body = null)
    {
        var answer = await who.Send(method, path, body);
        answer.Status.ShouldBe(status, $"{method} {path} {answer}");
        return answer;
    }

    /// <summary>What a request can leave behind: events but those of joining and of time, receipts, conflicts, device sequences.</summary>
    public async Task<string> Traces()
    {
        await using var command = (_database ??= NpgsqlDataSource.Create(Server.ConnectionString)).CreateCommand("""
            SELECT (SELECT count(*) FROM propsdb.mt_events WHERE type NOT IN ('user_joined', 'role_expired')) || ' events, ' || (SELECT count(*) FROM propsdb.receipt) || ' receipts, ' ||
                (SELECT count(*) FROM propsdb.conflict) || ' conflicts, ' || (SELECT count(*) FROM propsdb.device_sequence) || ' sequences'
            """);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
