using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>X-Request-Id: the client's own if it is usable, else one of the server's, on every answer.</summary>
[Collection(BadInputCollection.Name)]
public sealed class RequestIdTests(PropsDbServer server)
{
    private async Task<WireAnswer> Answer(Send send) => await Wire.Exchange(server.Address, send.ToBytes(server.Address, server.Token("alice"), text => text));

    [Theory]
    [InlineData("a")]
    [InlineData("A-z_0.9")]
    [InlineData("..")]
    public async Task A_usable_id_comes_back(string id)
    {
        (await Answer(Send.Get("user", ("X-Request-Id", id)))).Header("X-Request-Id").ShouldBe(id);
        var refused = await Answer(Send.Get("user/absent", ("X-Request-Id", id)));
        refused.Header("X-Request-Id").ShouldBe(id);
        refused.Json.GetProperty("request_id").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task An_id_has_at_most_128_characters()
    {
        var longest = new string('i', 128);
        (await Answer(Send.Get("user", ("X-Request-Id", longest)))).Header("X-Request-Id").ShouldBe(longest);
        ShouldBeOurs(await Answer(Send.Get("user", ("X-Request-Id", longest + "i"))), longest + "i");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a\tb")]
    [InlineData("a\u0001b")]
    [InlineData("\u00C3\u00A9")]
    [InlineData("<script>")]
    [InlineData("${jndi:ldap://x}")]
    [InlineData("a\u001B[31m")]
    public async Task An_unusable_id_is_replaced(string id) => ShouldBeOurs(await Answer(Send.Get("user/absent", ("X-Request-Id", id))), id);

    [Fact]
    public async Task Two_ids_are_none() =>
        ShouldBeOurs(await Answer(Send.Get("user", ("X-Request-Id", "a"), ("X-Request-Id", "b"))), "a");

    [Fact]
    public async Task Every_answer_has_one()
    {
        (await Answer(Send.Get("/"))).Header("X-Request-Id").ShouldNotBeNullOrEmpty();
        (await Answer(Send.Get("/nowhere"))).Header("X-Request-Id").ShouldNotBeNullOrEmpty();
        (await Answer(new Send("OPTIONS", "user"))).Header("X-Request-Id").ShouldNotBeNullOrEmpty();
        (await Answer(new Send("HEAD", "user"))).Header("X-Request-Id").ShouldNotBeNullOrEmpty();
        (await Answer(Send.Get("user/%ZZ"))).Header("X-Request-Id").ShouldNotBeNullOrEmpty();
    }

    private static void ShouldBeOurs(WireAnswer answer, string sent)
    {
        var id = answer.Header("X-Request-Id");
        id.ShouldNotBe(sent);
        id.ShouldNotBeNull();
        id.ShouldMatch("^[A-Za-z0-9._-]{1,128}$");
        answer.Text.ShouldNotContain("\u001B");
    }
}
