using System.Security.Cryptography;
using System.Text;
using PropsDb.Host.Tests.BadInput;

namespace PropsDb.Host.Tests.Access;

/// <summary>Tokens that are signed well and are odd in some other way, for the service's issuer and for an app's own alike.</summary>
public sealed class TokenShapeTests(PropsDbServer server) : IAsyncLifetime
{
    private const string Secret = "the secret of an app's own, which is long enough";
    private string _own = "";

    public async ValueTask InitializeAsync()
    {
        _own = await server.NewApp();
        await server.Configure(_own, $$"""{"secret":"{{Secret}}"}""");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long Now => server.Time.GetUtcNow().ToUnixTimeSeconds();

    private string Claims(string app, string claims) => $$"""{"sub":"alice","app_id":"{{app}}",{{claims.Replace("NOW", $"{Now}").Replace("LATER", $"{Now + 600}")}}}""";

    private async Task ShouldBe(int status, Func<string, byte[], string> token)
    {
        (await server.Status("default", token("default", PropsDbServer.SecretBytes))).ShouldBe(status, "of the service");
        (await server.Status(_own, token(_own, Encoding.UTF8.GetBytes(Secret)))).ShouldBe(status, "of the app");
    }

    private Task WithClaims(int status, string claims) => ShouldBe(status, (app, secret) => Jwt.Signed("""{"alg":"HS256"}""", Claims(app, claims), HMACSHA256.HashData, secret));

    private Task WithHeader(int status, string header) => ShouldBe(status, (app, secret) => Jwt.Signed(header, Claims(app, "\"exp\":LATER"), HMACSHA256.HashData, secret));

    [Theory]
    [InlineData("\"exp\":LATER", 200)]
    [InlineData("\"exp\":LATER.5", 200)]
    [InlineData("\"exp\":LATER000", 401)]
    [InlineData("\"exp\":\"LATER\"", 401)]
    [InlineData("\"exp\":1e300", 401)]
    [InlineData("\"exp\":-1", 401)]
    [InlineData("\"exp\":null", 401)]
    [InlineData("\"exp\":[LATER]", 401)]
    [InlineData("\"exp\":true", 401)]
    [InlineData("\"nbf\":NOW", 401)]
    [InlineData("\"exp\":LATER,\"nbf\":NOW", 200)]
    [InlineData("\"exp\":LATER,\"nbf\":LATER", 401)]
    [InlineData("\"exp\":LATER,\"nbf\":\"NOW\"", 401)]
    [InlineData("\"exp\":LATER,\"nbf\":NOW000", 401)]
    [InlineData("\"exp\":LATER,\"iat\":NOW", 200)]
    [InlineData("\"exp\":LATER,\"iat\":LATER", 401)]
    [InlineData("\"exp\":LATER,\"iat\":\"soon\"", 401)]
    [InlineData("\"exp\":LATER,\"exp\":LATER", 401)]
    [InlineData("\"exp\":LATER,\"app_id\":\"default\"", 401)]
    public Task Times_are_seconds_and_each_claim_stands_once(string claims, int status) => WithClaims(status, claims);

    [Theory]
    [InlineData("""{"alg":"HS256"}""", 200)]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""", 200)]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""", 200)]
    [InlineData("""{"alg":"HS256","typ":"application/at+jwt"}""", 200)]
    [InlineData("""{"alg":"HS256","typ":"logout+jwt"}""", 401)]
    [InlineData("""{"alg":"HS256","typ":"dpop+jwt"}""", 401)]
    [InlineData("""{"alg":"HS256","typ":5}""", 401)]
    [InlineData("""{"alg":"HS256","crit":["exp"]}""", 401)]
    [InlineData("""{"alg":"HS256","crit":[],"b64":false}""", 401)]
    [InlineData("""{"alg":"none","alg":"HS256"}""", 401)]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""", 401)]
    [InlineData("""{"alg":["HS256"]}""", 401)]
    [InlineData("""{"alg":null}""", 401)]
    [InlineData("""{"alg":"A256GCMKW","enc":"A256GCM"}""", 401)]
    [InlineData("[]", 401)]
    [InlineData("\"HS256\"", 401)]
    [InlineData("{", 401)]
    [InlineData("", 401)]
    public Task A_header_says_how_it_is_signed_and_nothing_that_must_be_understood(string header, int status) => WithHeader(status, header);

    [Fact]
    public async Task A_token_has_one_spelling()
    {
        var good = Jwt.Hs256(Claims("default", "\"exp\":LATER"));
        (await server.Status("default", good)).ShouldBe(200);
        var parts = good.Split('.');
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        List<string> bad = [good + "=", $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}==.{parts[2]}", good.Replace(".", ". "), good + ".", "." + good, good + "\t.x", $"{parts[0]}.{parts[1]}.{parts[2]}.x.x"];
        // The last two bits of 43 characters for 32 bytes say nothing, and must say nothing else.
        bad.AddRange(alphabet.Where(c => c != good[^1]).Select(c => good[..^1] + c));
        foreach (var token in bad) (await server.Status("default", token)).ShouldBe(401, token);
    }

    [Fact]
    public async Task A_token_in_a_token_an_encrypted_one_and_one_of_a_megabyte_are_none()
    {
        var inner = Jwt.Hs256(Claims("default", "\"exp\":LATER"));
        var nested = Jwt.Signed("""{"alg":"HS256","cty":"JWT"}""", $"\"{inner}\"", HMACSHA256.HashData, PropsDbServer.SecretBytes);
        (await server.Status("default", nested)).ShouldBe(401);
        (await server.Status("default", $"{Jwt.Part("""{"alg":"dir","enc":"A256GCM"}""")}..{Jwt.Part("iv")}.{Jwt.Part("text")}.{Jwt.Part("tag")}")).ShouldBe(401);
        (await server.Status("default", Jwt.Hs256(Claims("default", $"\"exp\":LATER,\"x\":\"{new string('x', 20_000)}\"")))).ShouldBe(401);
        // Beyond what the server takes of headers at all: it answers while the rest is still being sent, which an HTTP client may not wait for.
        var request = $"GET /api/v1/default/user HTTP/1.1\r\nHost: propsdb\r\nAuthorization: Bearer {new string('a', 1_000_000)}\r\n\r\n";
        (await Wire.Exchange(server.Address, Encoding.ASCII.GetBytes(request))).Status.ShouldBe(431);
    }

    [Theory]
    [InlineData("\"roles\":[]", 403)]
    [InlineData("\"roles\":\"admin\"", 200)]
    [InlineData("\"roles\":[\"admin\",\"admin\"]", 200)]
    [InlineData("\"roles\":\"user admin\"", 403)]
    [InlineData("\"roles\":\"Admin\"", 403)]
    [InlineData("\"roles\":[\"admin \"]", 403)]
    [InlineData("\"role\":\"admin\"", 403)]
    [InlineData("\"roles\":{\"admin\":true}", 401)]
    [InlineData("\"roles\":[[\"admin\"]]", 401)]
    [InlineData("\"roles\":true", 401)]
    public async Task Roles_are_a_text_or_a_list_of_texts(string claims, int status)
    {
        foreach (var (app, secret) in new[] { ("default", PropsDbServer.SecretBytes), (_own, Encoding.UTF8.GetBytes(Secret)) })
            (await server.With(Jwt.Signed("""{"alg":"HS256"}""", Claims(app, claims + ",\"exp\":LATER"), HMACSHA256.HashData, secret)).Get($"/api/v1/{app}/_roles")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Ten_thousand_roles_are_more_than_a_token_may_have() =>
        (await server.Status("default", Jwt.Hs256(Claims("default", $"\"exp\":LATER,\"roles\":[{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{i}\""))}]")))).ShouldBeOneOf(401, 431);

    [Fact]
    public async Task Users_are_told_apart_by_every_code_point_of_their_ids()
    {
        var name = server.New("ann");
        var ids = new[] { name, name.ToUpperInvariant(), name + "\u0301", name.Replace('a', 'а'), $"../{name}", "..", $"a/{name}", $"{name}%2F", $" {name}", new string('n', 255) };
        foreach (var id in ids) (await server.As(id).Post($"user/{name}", "{}")).Status.ShouldBe(201, id);
        foreach (var id in ids)
            (await server.As(id).Get($"user/{name}")).Json.GetProperty("document").GetProperty("owner").GetString().ShouldBe(id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    [InlineData("key:0011")]
    [InlineData("key:")]
    [InlineData("payments:stripe")]
    public async Task Some_ids_are_no_users(string id) =>
        (await server.Status("default", Tokenless(id))).ShouldBe(401);

    [Fact]
    public async Task An_id_has_255_characters_at_most()
    {
        (await server.Status("default", Tokenless(new string('n', 255)))).ShouldBe(200);
        (await server.Status("default", Tokenless(new string('n', 256)))).ShouldBe(401);
        (await server.Status("default", Tokenless(new string('n', 1000)))).ShouldBe(401);
    }

    private string Tokenless(string id) => Jwt.Hs256($$"""{"sub":{{System.Text.Json.JsonSerializer.Serialize(id)}},"app_id":"default","exp":{{Now + 600}}}""");
}
