using System.Security.Cryptography;

namespace PropsDb.Host.Tests;

public sealed class TokenTests(PropsDbServer server)
{
    private long Now => server.Time.GetUtcNow().ToUnixTimeSeconds();

    private Task<Answer> Ask(string token) => server.With(token).Get("user");

    private static async Task ShouldBeRefused(Answer answer)
    {
        answer.ShouldBeProblem(401, "unauthenticated");
        answer.Header("WWW-Authenticate").ShouldNotBeNull().ShouldStartWith("Bearer");
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(3600, true)]
    [InlineData(1, true)]
    [InlineData(-1, true)]
    [InlineData(-29, true)]
    [InlineData(-30, false)]
    [InlineData(-31, false)]
    [InlineData(-3600, false)]
    public async Task A_token_ends_within_30_seconds_of_its_time(int seconds, bool isGood)
    {
        var answer = await Ask(Jwt.Hs256($$"""{"sub":"alice","app_id":"default","exp":{{Now + seconds}}}"""));
        if (isGood) answer.Status.ShouldBe(200, answer.ToString());
        else await ShouldBeRefused(answer);
    }

    [Theory]
    [InlineData(-60, true)]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public async Task A_token_begins_within_30_seconds_of_its_time(int seconds, bool isGood)
    {
        var answer = await Ask(Jwt.Hs256($$"""{"sub":"alice","app_id":"default","exp":{{Now + 600}},"nbf":{{Now + seconds}}}"""));
        if (isGood) answer.Status.ShouldBe(200, answer.ToString());
        else await ShouldBeRefused(answer);
    }

    public static TheoryData<string> Claims { get; } =
    [
        """{"sub":"alice","app_id":"default"}""", """{"sub":"alice","app_id":"default","exp":null}""", """{"sub":"alice","app_id":"default","exp":"soon"}""",
        """{"sub":"alice","app_id":"default","exp":-1}""", """{"app_id":"default","exp":EXP}""", """{"sub":"","app_id":"default","exp":EXP}""",
        """{"sub":5,"app_id":"default","exp":EXP}""", """{"sub":["alice"],"app_id":"default","exp":EXP}""", """{"sub":"a\u0000b","app_id":"default","exp":EXP}""",
        """{"sub":"alice","app_id":5,"exp":EXP}""", """{"sub":"alice","app_id":[5],"exp":EXP}""", """{"sub":"alice","app_id":{"default":1},"exp":EXP}""",
        """{"sub":"alice","app_id":"default","roles":5,"exp":EXP}""", """{"sub":"alice","app_id":"default","roles":[null],"exp":EXP}""",
        """{"sub":"alice","app_id":"default","tier_access":{"user":true},"exp":EXP}""", """{"sub":"alice","app_id":"default","exp":EXP,"sub":"bob"}""",
        """{"sub":"alice","app_id":"default","exp":EXP,"x":"\ud800"}""", "[]", "null", "not json", "",
    ];

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task Claims_that_make_no_sense_are_refused(string claims) => await ShouldBeRefused(await Ask(Jwt.Hs256(claims.Replace("EXP", $"{Now + 600}"))));

    [Fact]
    public async Task Only_HS256_by_the_configured_secret_is_good()
    {
        var claims = $$"""{"sub":"alice","app_id":"default","roles":["admin"],"exp":{{Now + 600}}}""";
        var good = Jwt.Hs256(claims);
        (await Ask(good)).Status.ShouldBe(200);
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = PropsDbServer.SecretBytes;
        var parts = good.Split('.');
        string[] bad =
        [
            Jwt.Signed("""{"alg":"none"}""", claims, (_, _) => [], secret),
            Jwt.Signed("""{"alg":"None","typ":"JWT"}""", claims, HMACSHA256.HashData, secret),
            Jwt.Signed("""{"typ":"JWT"}""", claims, HMACSHA256.HashData, secret),
            Jwt.Signed("""{"alg":"HS384"}""", claims, HMACSHA384.HashData, secret),
            Jwt.Signed("""{"alg":"HS512"}""", claims, HMACSHA512.HashData, secret),
            Jwt.Signed("""{"alg":"hs256"}""", claims, HMACSHA256.HashData, secret),
            Jwt.Signed("""{"alg":"RS256"}""", claims, HMACSHA256.HashData, secret),
            Jwt.Signed("""{"alg":"RS256"}""", claims, (_, body) => rsa.SignData(body, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), []),
            Jwt.Signed("""{"alg":"ES256"}""", claims, (_, body) => ec.SignData(body, HashAlgorithmName.SHA256), []),
            Jwt.Signed("""{"alg":"HS256"}""", claims, HMACSHA256.HashData, [.. secret.Reverse()]),
            Jwt.Signed("""{"alg":"HS256"}""", claims, HMACSHA256.HashData, []),
            Jwt.Signed("""{"alg":"HS256"}""", claims, (_, _) => [], secret),
            $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", $".{parts[1]}.{parts[2]}", $"{good}.", $"{good}.{parts[2]}",
            $"{parts[0]}.{Jwt.Part(claims.Replace("alice", "mallory"))}.{parts[2]}", $"{good[..^2]}{(good[^2] == 'A' ? 'B' : 'A')}{good[^1]}",
            "x", "...", new string('a', 20_000),
        ];
        foreach (var token in bad) await ShouldBeRefused(await Ask(token));
    }

    [Theory]
    [InlineData("Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Digest x")]
    [InlineData("TOKEN")]
    public async Task Credentials_of_another_kind_are_bad_ones_also_where_none_are_needed(string credentials)
    {
        await ShouldBeRefused(await server.Anonymous.Get("user", ("Authorization", credentials)));
        await ShouldBeRefused(await server.Anonymous.Get("app", ("Authorization", credentials)));
    }

    [Fact]
    public async Task Bad_credentials_are_never_read_as_none()
    {
        (await server.Anonymous.Get("app")).Status.ShouldBe(200);
        await ShouldBeRefused(await server.With(Jwt.Hs256($$"""{"sub":"alice","app_id":"default","exp":{{Now - 60}}}""")).Get("app"));
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case()
    {
        var token = Jwt.Hs256($$"""{"sub":"alice","app_id":"default","exp":{{Now + 60}}}""");
        (await server.Anonymous.Get("user", ("Authorization", "bearer " + token))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task User_id_stands_in_for_sub()
    {
        var user = server.New("user");
        var client = server.With(Jwt.Hs256($$"""{"user_id":"{{user}}","app_id":["other","default"],"exp":{{Now + 60}}}"""));
        (await client.Post("user/d", "{}")).Json.GetProperty("document").GetProperty("created_by").GetString().ShouldBe(user);
    }

    [Theory]
    [InlineData("", 403)]
    [InlineData("\"app_id\":null,", 403)]
    [InlineData("\"app_id\":[],", 403)]
    [InlineData("\"app_id\":\"other\",", 403)]
    [InlineData("\"app_id\":[\"other\"],", 403)]
    [InlineData("\"app_id\":\"*\",", 403)]
    [InlineData("\"app_id\":\"Default\",", 403)]
    [InlineData("\"app_id\":\"default\",\"tier_access\":[],", 403)]
    [InlineData("\"app_id\":\"default\",\"tier_access\":[\"app\",\"shared\"],", 403)]
    [InlineData("\"app_id\":\"default\",\"roles\":[\"admin\"],\"tier_access\":\"app\",", 403)]
    [InlineData("\"app_id\":\"default\",\"tier_access\":[\"user\"],", 200)]
    [InlineData("\"app_id\":\"default\",\"tier_access\":null,", 200)]
    [InlineData("\"app_id\":\"default\",\"roles\":\"admin\",", 200)]
    [InlineData("\"app_id\":\"*\",\"roles\":[\"admin\"],", 200)]
    public async Task A_token_is_good_for_the_apps_and_tiers_it_names(string claims, int status)
    {
        var answer = await Ask(Jwt.Hs256($$"""{{{claims}}"sub":"alice","exp":{{Now + 60}}}"""));
        answer.Status.ShouldBe(status, answer.ToString());
        if (status != 403) return;
        answer.ShouldBeProblem(403, "forbidden");
        answer.Json.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
    }
}
