using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PropsDb.Host.Access;

namespace PropsDb.Host.Tests.Access;

/// <summary>The keys that an issuer publishes come and go, and the issuer itself.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private readonly PropsDbServer _server = new();
    private Issuer _issuer = null!;
    private string _app = "";

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _issuer = await Issuer.Start();
        _app = await _issuer.App(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    private Task<int> Ask(string key, string? kid) => _server.Status(_app, _issuer.Sign(key, _issuer.Claims(_server, _app), kid));

    private Task<int> Ask(string key) => Ask(key, key);

    [Fact]
    public async Task Keys_are_fetched_once_and_again_after_a_while()
    {
        for (var i = 0; i < 20; i++) (await Ask("rsa")).ShouldBe(200);
        _issuer.Fetched.ShouldBe(1);
        _server.Time.Advance(PublishedKeys.FreshFor);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ask("rsa")));
        _issuer.Fetched.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_names_it_and_a_removed_one_is_good_no_longer()
    {
        (await Ask("rsa")).ShouldBe(200);
        var old = _issuer.Sign("rsa", _issuer.Claims(_server, _app));
        _issuer.Keys.Remove("rsa");
        _issuer.AddEc("new");
        _server.Time.Advance(PublishedKeys.Pause);
        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ask("new")))).ShouldAllBe(status => status == 200);
        _issuer.Fetched.ShouldBe(2);
        (await _server.Status(_app, old)).ShouldBe(401);
    }

    [Fact]
    public async Task Tokens_with_keys_nobody_knows_cause_one_fetch_an_interval()
    {
        (await Ask("rsa")).ShouldBe(200);
        var claims = _issuer.Claims(_server, _app);
        for (var interval = 0; interval < 2; interval++)
        {
            _server.Time.Advance(PublishedKeys.Pause);
            foreach (var batch in Enumerable.Range(0, 500).Chunk(50))
                (await Task.WhenAll(batch.Select(i => _server.Status(_app, _issuer.Sign("rsa", claims, $"unknown-{i}"))))).ShouldAllBe(status => status == 401);
        }
        _issuer.Fetched.ShouldBe(3);
        (await Ask("rsa")).ShouldBe(200);
    }

    [Fact]
    public async Task While_the_issuer_fails_the_last_good_keys_serve_for_a_day()
    {
        (await Ask("rsa")).ShouldBe(200);
        var until = _server.Time.GetUtcNow() + PublishedKeys.KeptFor;
        foreach (var failure in new Func<HttpContext, Task>[]
        {
            http => Answer(http, 500, ""), http => Answer(http, 200, "<html>Welcome</html>"), http => Answer(http, 200, ""), http => Answer(http, 200, """{"keys":[]}"""),
            http => Answer(http, 200, "null"), http => Answer(http, 200, """{"keys":"none"}"""), http => Answer(http, 404, "{}"), http => Answer(http, 200, new string(' ', 300_000) + _issuer.Published()),
            http => { http.Abort(); return Task.CompletedTask; },
        })
        {
            _issuer.Instead = failure;
            _server.Time.Advance(PublishedKeys.FreshFor);
            (await Ask("rsa")).ShouldBe(200);
        }
        _issuer.Fetched.ShouldBe(10);
        _server.Time.Advance(until - _server.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        (await Ask("rsa")).ShouldBe(200);
        _server.Time.Advance(TimeSpan.FromSeconds(1) + PublishedKeys.Pause);
        (await Ask("rsa")).ShouldBe(401);
        _issuer.Instead = null;
        _server.Time.Advance(PublishedKeys.Pause);
        (await Ask("rsa")).ShouldBe(200);
    }

    [Fact]
    public async Task A_slow_issuer_holds_nobody_up_for_more_than_a_few_seconds()
    {
        _issuer.Instead = http => Task.Delay(TimeSpan.FromSeconds(20), http.RequestAborted);
        var clock = Stopwatch.StartNew();
        var asked = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Ask("rsa")));
        while (_issuer.Fetched == 0 && clock.Elapsed < TimeSpan.FromSeconds(9)) await Task.Delay(10);
        _server.Time.Advance(PublishedKeys.Patience - TimeSpan.FromMilliseconds(1));
        await Task.Delay(100);
        asked.IsCompleted.ShouldBeFalse();
        _server.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await asked).ShouldAllBe(status => status == 401);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        _issuer.Fetched.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _issuer.Instead = http =>
        {
            http.Response.Redirect(_issuer.Url + "/elsewhere");
            return Task.CompletedTask;
        };
        (await Ask("rsa")).ShouldBe(401);
        _issuer.OtherRequests.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://id.example/keys")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/keys")]
    [InlineData("ftp://127.0.0.1/keys")]
    [InlineData("")]
    public async Task A_discovery_document_names_an_https_url(string keysUrl)
    {
        _issuer.KeysUrl = keysUrl;
        var app = await _issuer.App(_server, byDiscovery: true);
        (await _server.Status(app, _issuer.Sign("rsa", _issuer.Claims(_server, app)))).ShouldBe(401);
        (_issuer.Fetched, _issuer.OtherRequests).ShouldBe((0, 0));
        _issuer.KeysUrl = null;
        _server.Time.Advance(PublishedKeys.Pause);
        (await _server.Status(app, _issuer.Sign("rsa", _issuer.Claims(_server, app)))).ShouldBe(200);
    }

    [Fact]
    public async Task Where_a_token_names_no_key_all_are_tried_and_where_it_names_one_that_alone()
    {
        _issuer.AddRsa("second");
        _issuer.AddEc("ec");
        foreach (var key in new[] { "rsa", "second", "ec" }) (await Ask(key, null)).ShouldBe(200, key);
        (await Ask("second", "rsa")).ShouldBe(401);
        (await Ask("rsa", "ec")).ShouldBe(401);
        (await Ask("ec", "rsa")).ShouldBe(401);
        foreach (var kid in new[] { "../../etc/passwd", "/keys", "rsa' OR '1'='1", "rsa\0", new string('k', 10_000), "RSA", " rsa", "" })
            (await Ask("rsa", kid)).ShouldBe(kid.Length == 0 ? 200 : 401, kid);
    }

    [Fact]
    public async Task Keys_that_a_token_brings_along_are_never_used_nor_fetched()
    {
        using var mine = RSA.Create(2048);
        (await Ask("rsa")).ShouldBe(200);
        var (claims, before) = (_issuer.Claims(_server, _app), _issuer.Fetched);
        var parameters = mine.ExportParameters(false);
        var jwk = $$"""{"kty":"RSA","kid":"rsa","n":"{{Part(parameters.Modulus!)}}","e":"{{Part(parameters.Exponent!)}}"}""";
        foreach (var member in new[] { $"\"jwk\":{jwk}", $"\"jku\":\"{_issuer.Url}/evil\"", $"\"x5u\":\"{_issuer.Url}/evil\"", $"\"x5c\":[\"{Convert.ToBase64String(mine.ExportSubjectPublicKeyInfo())}\"]" })
        {
            var header = $$"""{"alg":"RS256","kid":"rsa",{{member}}}""";
            (await _server.Status(_app, Jwt.Signed(header, claims, (_, body) => mine.SignData(body, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), []))).ShouldBe(401, member);
        }
        (_issuer.Fetched, _issuer.OtherRequests).ShouldBe((before, 0));

        static string Part(byte[] bytes) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(bytes);
    }

    [Fact]
    public async Task The_public_key_is_no_shared_secret()
    {
        (await Ask("rsa")).ShouldBe(200);
        var rsa = (RSA)_issuer.Keys["rsa"];
        foreach (var secret in new[] { Encoding.UTF8.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey(), rsa.ExportParameters(false).Modulus! })
            (await _server.Status(_app, Jwt.Signed("""{"alg":"HS256","kid":"rsa"}""", _issuer.Claims(_server, _app), HMACSHA256.HashData, secret))).ShouldBe(401);
    }

    private static Task Answer(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(body);
    }
}
