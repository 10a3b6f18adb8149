using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PropsDb.Host.Access;
using PropsDb.Host.Ops;
using PropsDb.Projections;
using PropsDb.Testing;

namespace PropsDb.Host.Tests;

/// <summary>The real service in this process: Kestrel on a free port, a database of its own, and a clock that tests can move.</summary>
public sealed class PropsDbServer : IAsyncLifetime
{
    public const string Secret = "a secret of the tests, long enough for HS256";
    public static readonly byte[] SecretBytes = Encoding.UTF8.GetBytes(Secret);

    private WebApplication? _app;
    private int _users;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-22T12:00:00Z"));
    public Uri Address { get; private set; } = new("http://127.0.0.1");
    public IServiceProvider Services => _app!.Services;
    public string ConnectionString { get; private set; } = "";

    /// <summary>The database of a service that has stopped, or that shares it as a node of a cluster; null: a new one.</summary>
    public string? Database { get; init; }

    /// <summary>Settings beside the defaults, as on the command line: <c>--PROPSDB:LIMITS:PROPERTIES=3</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public async ValueTask InitializeAsync()
    {
        ConnectionString = Database ?? await (await TestPostgres.Shared(CancellationToken.None)).CreatePrepared("host", Prepare, CancellationToken.None);
        // Away from the test's own threads: what works in the background must not come to run on them.
        var starting = Task.Run(() => Service.Start(
        [
            "--urls=http://127.0.0.1:0",
            $"--PROPSDB:CONNECTIONSTRING={ConnectionString}",
            $"--PROPSDB:AUTH:JWTSECRET={Secret}",
            "--Logging:LogLevel:Default=Error",
            .. Settings,
        ], Time));
        // Whoever takes over a database may have to wait for its lock, by a clock that moves only here.
        while (Database is not null && await Task.WhenAny(starting, Task.Delay(20)) != starting) Time.Advance(TimeSpan.FromMilliseconds(20));
        _app = await starting;
        Address = new Uri(_app.Urls.First());
    }

    private static async Task Prepare(string database)
    {
        await using var owner = NpgsqlDataSource.Create(database);
        await StoreSetup.Migrate(owner, TimeProvider.System, CancellationToken.None);
        await Messaging.Migrate(owner, runtimeRole: null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        // As at a service's end: background work is told to stop before what it works with is gone.
        await Task.Run(async () =>
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        });
    }

    public string Token(string user, params string[] roles) =>
        Tokens.Issue(SecretBytes, user, roles, ["default"], Time.GetUtcNow().AddHours(1));

    /// <summary>A client of one user; paths are relative to <c>/api/v1/default/</c>.</summary>
    public Client As(string user, params string[] roles) => new(Address, Token(user, roles), user);

    /// <summary>A client of a user who has nothing yet.</summary>
    public Client NewUser(params string[] roles) => As(New("user"), roles);

    /// <summary>A name that no other test has.</summary>
    public string New(string word) => $"{word}-{Interlocked.Increment(ref _users)}";

    public Client Anonymous => new(Address, null);

    public Client With(string? token) => new(Address, token);

    /// <summary>A token for another app than the default one.</summary>
    public string AppToken(string app, string user, params string[] roles) => Tokens.Issue(SecretBytes, user, roles, [app], Time.GetUtcNow().AddHours(1));

    /// <summary>The service's administrator.</summary>
    public Client Root() => With(AppToken("*", "root", "admin"));
}

/// <summary>One answer, read whole.</summary>
public sealed record Answer(HttpStatusCode Code, HttpResponseMessage Raw, string Body)
{
    public int Status => (int)Code;
    public string? ETag => Raw.Headers.ETag?.ToString();
    public JsonElement Json => JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;
    public string? Error => Json.GetProperty("error").GetString();
    public string? Header(string name) => Raw.Headers.TryGetValues(name, out var values) || Raw.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
    public override string ToString() => $"{Status} {Body}";
}

/// <param name="root">What paths are relative to.</param>
public sealed class Client(Uri address, string? token, string? user = null, string root = "/api/v1/default/")
{
    public string User => user!;

    public string? Token => token;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public Task<Answer> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, null, headers);
    public Task<Answer> Head(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Head, path, null, null, headers);
    public Task<Answer> Post(string path, string json, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, json, "application/json", headers);
    public Task<Answer> Put(string path, string json, params (string Name, string Value)[] headers) => Send(HttpMethod.Put, path, json, "application/json", headers);
    public Task<Answer> Delete(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Delete, path, null, null, headers);
    public Task<Answer> MergePatch(string path, string json, params (string Name, string Value)[] headers) => Send(HttpMethod.Patch, path, json, "application/merge-patch+json", headers);
    public Task<Answer> JsonPatch(string path, string json, params (string Name, string Value)[] headers) => Send(HttpMethod.Patch, path, json, "application/json-patch+json", headers);

    /// <param name="path">Relative to the root, or absolute from <c>/</c>.</param>
    public async Task<Answer> Send(HttpMethod method, string path, string? body, string? mediaType, params (string Name, string Value)[] headers)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var target = address.ToString().TrimEnd('/') + (path.StartsWith('/') ? path : root + path);
        using var request = new HttpRequestMessage(method, new Uri(target, options));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (mediaType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request);
        return new Answer(response.StatusCode, response, await response.Content.ReadAsStringAsync());
    }
}
