using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace PropsDb.Host.Tests.Access;

/// <summary>Somebody else's service that publishes keys, counts who asks, and can be made to fail.</summary>
public sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _web = WebApplication.CreateSlimBuilder().Build();
    private int _fetched, _others;

    public IDictionary<string, AsymmetricAlgorithm> Keys { get; } = new Dictionary<string, AsymmetricAlgorithm>(StringComparer.Ordinal);

    /// <summary>How the keys are answered for, where it is not with the keys.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>What the discovery document says of where the keys are.</summary>
    public string? KeysUrl { get; set; }

    public int Fetched => _fetched;
    public int OtherRequests => _others;
    public string Url { get; private set; } = "";

    public static async Task<Issuer> Start()
    {
        var issuer = new Issuer();
        issuer._web.Urls.Add("http://127.0.0.1:0");
        issuer._web.MapGet("/keys", async (HttpContext http) =>
        {
            Interlocked.Increment(ref issuer._fetched);
            if (issuer.Instead is { } instead) await instead(http);
            else await http.Response.WriteAsync(issuer.Published());
        });
        issuer._web.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new { issuer = issuer.Url, jwks_uri = issuer.KeysUrl ?? issuer.Url + "/keys" }));
        issuer._web.MapFallback(() =>
        {
            Interlocked.Increment(ref issuer._others);
            return Results.Text(issuer.Published());
        });
        await issuer._web.StartAsync();
        issuer.Url = issuer._web.Urls.First();
        issuer.AddRsa("rsa");
        return issuer;
    }

    public void AddRsa(string id) => Keys[id] = RSA.Create(2048);
    public void AddEc(string id) => Keys[id] = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Claims(PropsDbServer server, string app, string user = "alice", string more = "") =>
        $$"""{"sub":"{{user}}","app_id":"{{app}}","iss":"{{Url}}","aud":"props"{{more}},"exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""";

    /// <param name="kid">The id in the token's header; null: it has none.</param>
    public string Sign(string key, string claims, string? kid, string more = "")
    {
        var algorithm = Keys[key] is RSA ? "RS256" : "ES256";
        var header = kid is null ? $$"""{"alg":"{{algorithm}}"{{more}}}""" : $$"""{"alg":"{{algorithm}}","kid":{{JsonSerializer.Serialize(kid)}}{{more}}}""";
        return Jwt.Signed(header, claims, (_, body) => Signature(Keys[key], body), []);
    }

    public string Sign(string key, string claims) => Sign(key, claims, key);

    private static byte[] Signature(AsymmetricAlgorithm key, byte[] body) => key is RSA rsa
        ? rsa.SignData(body, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : ((ECDsa)key).SignData(body, HashAlgorithmName.SHA256);

    public string Published() => $"{{\"keys\":[{string.Join(',', Keys.Select(k => Published(k.Key, k.Value)))}]}}";

    private static string Published(string id, AsymmetricAlgorithm key)
    {
        if (key is RSA rsa)
        {
            var p = rsa.ExportParameters(false);
            return $$"""{"kty":"RSA","kid":"{{id}}","use":"sig","n":"{{Text(p.Modulus)}}","e":"{{Text(p.Exponent)}}"}""";
        }
        var q = ((ECDsa)key).ExportParameters(false).Q;
        return $$"""{"kty":"EC","kid":"{{id}}","use":"sig","crv":"P-256","x":"{{Text(q.X)}}","y":"{{Text(q.Y)}}"}""";
    }

    private static string Text(byte[]? bytes) => Base64UrlEncoder.Encode(bytes);

    /// <summary>An app of its own whose tokens this issuer signs.</summary>
    public async Task<string> App(PropsDbServer server, bool byDiscovery = false)
    {
        var app = await server.NewApp();
        await server.Configure(app, byDiscovery ? $$"""{"authority":"{{Url}}","audience":"props"}""" : $$"""{"jwks_url":"{{Url}}/keys","issuer":"{{Url}}","audience":"props"}""");
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        foreach (var key in Keys.Values) key.Dispose();
    }
}

internal static class AppsOfTests
{
    public static async Task<string> NewApp(this PropsDbServer server)
    {
        var app = server.New("app");
        (await server.Root().Post("/api/v1/_apps", $$"""{"id":"{{app}}","name":"An app"}""")).Status.ShouldBe(201);
        return app;
    }

    public static async Task Configure(this PropsDbServer server, string app, string auth) =>
        (await server.Root().Send(HttpMethod.Patch, $"/api/v1/_apps/{app}", $$"""{"auth":{{auth}}}""", "application/json")).Status.ShouldBe(200);

    /// <summary>What a token gets in an app: 200, or a refusal's status.</summary>
    public static async Task<int> Status(this PropsDbServer server, string app, string token) => (await server.With(token).Get($"/api/v1/{app}/user")).Status;
}
