using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PropsDb.Host.Tests.Access;

/// <summary>Tokens of an issuer that publishes its keys, at a JWKS URL or by OpenID discovery.</summary>
public sealed class PublishedKeysTests
{
    private static readonly RsaSecurityKey Rsa = new(RSA.Create(2048)) { KeyId = "rsa" };
    private static readonly ECDsaSecurityKey Ec = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "ec" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_signed_with_published_keys_are_good_and_no_others(bool byDiscovery)
    {
        var fetched = 0;
        await using var issuer = WebApplication.CreateSlimBuilder().Build();
        issuer.Urls.Add("http://127.0.0.1:0");
        issuer.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref fetched);
            return Results.Text(Keys(), "application/json");
        });
        issuer.MapGet("/.well-known/openid-configuration", (HttpRequest request) =>
            Results.Json(new { issuer = $"http://{request.Host}", jwks_uri = $"http://{request.Host}/keys" }));
        await issuer.StartAsync();
        var url = issuer.Urls.First();
        await using var server = new PropsDbServer
        {
            Settings = ["--PROPSDB:AUTH:JWTSECRET=", byDiscovery ? $"--PROPSDB:AUTH:AUTHORITY={url}" : $"--PROPSDB:AUTH:JWKSURL={url}/keys", $"--PROPSDB:AUTH:ISSUER={url}", "--PROPSDB:AUTH:AUDIENCE=props"],
        };
        await server.InitializeAsync();
        async Task<int> Status(string token) => (await new Client(server.Address, token).Get("user")).Status;

        (await Status(Signed(Rsa, SecurityAlgorithms.RsaSha256, url, "props"))).ShouldBe(200);
        (await Status(Signed(Ec, SecurityAlgorithms.EcdsaSha256, url, "props"))).ShouldBe(200);
        (await Status(Signed(Rsa, SecurityAlgorithms.RsaSha512, url, "props"))).ShouldBe(401);
        (await Status(Signed(Rsa, SecurityAlgorithms.RsaSha256, "http://other", "props"))).ShouldBe(401);
        (await Status(Signed(Rsa, SecurityAlgorithms.RsaSha256, url, "another service"))).ShouldBe(401);
        (await Status(Signed(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "rsa" }, SecurityAlgorithms.RsaSha256, url, "props"))).ShouldBe(401);
        // The public key as a shared secret, the classic confusion.
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Rsa.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "rsa" };
        (await Status(Signed(secret, SecurityAlgorithms.HmacSha256, url, "props"))).ShouldBe(401);
        for (var i = 0; i < 200; i++)
            (await Status(Signed(new RsaSecurityKey(Rsa.Rsa) { KeyId = $"unknown-{i}" }, SecurityAlgorithms.RsaSha256, url, "another service"))).ShouldBe(401);
        fetched.ShouldBeLessThan(5, "tokens with keys nobody knows made the issuer's keys be fetched again and again");

        string Signed(SecurityKey key, string algorithm, string from, string audience) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            $$"""{"sub":"alice","app_id":"default","iss":"{{from}}","aud":"{{audience}}","exp":{{server.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}} }""",
            new SigningCredentials(key, algorithm) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } });
    }

    private static string Keys()
    {
        var rsa = Rsa.Rsa.ExportParameters(false);
        var ec = Ec.ECDsa.ExportParameters(false);
        static string Text(byte[]? bytes) => Base64UrlEncoder.Encode(bytes);
        return $$"""
            {"keys":[{"kty":"RSA","kid":"rsa","use":"sig","n":"{{Text(rsa.Modulus)}}","e":"{{Text(rsa.Exponent)}}"},
                {"kty":"EC","kid":"ec","use":"sig","crv":"P-256","x":"{{Text(ec.Q.X)}}","y":"{{Text(ec.Q.Y)}}"}]}
            """;
    }
}
