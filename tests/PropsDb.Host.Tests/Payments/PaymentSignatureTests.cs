namespace PropsDb.Host.Tests.Payments;

/// <summary>Only who has the app's secret for the provider is believed, and nobody else learns anything.</summary>
public sealed class PaymentSignatureTests(PropsDbServer server)
{
    private static int s_ids;

    private static string Body(PaymentClient provider, string user) => $$"""
        {"id":"evt-{{Interlocked.Increment(ref s_ids)}}","type":"subscription.started","user_id":"{{user}}","subscription_id":"s-{{user}}","plan":"gold","expires_at":"{{provider.Now.AddDays(30):O}}"}
        """;

    private static void ShouldBeUnsigned(Answer answer)
    {
        answer.ShouldBeProblem(401, "unauthenticated");
        answer.Json.GetProperty("detail").GetString().ShouldBe("The message is not signed with a secret that this app has for this provider, or not of late.");
    }

    [Fact]
    public async Task What_is_not_signed_with_the_apps_secret_is_refused_and_does_nothing()
    {
        var provider = await PaymentClient.Start(server, "generic");
        var other = await PaymentClient.Start(server, "generic");
        var body = Body(provider, "alice");
        var (good, now) = (provider.Sign(body), provider.Seconds);
        ShouldBeUnsigned(await server.Anonymous.Post(provider.Path, body));
        ShouldBeUnsigned(await server.Anonymous.Post(provider.Path, body, ("Stripe-Signature", good)));
        ShouldBeUnsigned(await provider.Send(body.Replace("gold", "plus"), good));
        ShouldBeUnsigned(await provider.Send(body + " ", good));
        ShouldBeUnsigned(await provider.Send("broken", good));
        string mac = provider.Mac(body, provider.Secret);
        foreach (var signature in new[]
        {
            other.Sign(body), "", "x", mac, $"v1={mac}", $"t={now}", $"t={now},v1=", $"t={now},v0={mac}", $"t={now},v1={mac[..^2]}", $"t={now + 1},v1={mac}", $"t={now},t={now},v1={mac}",
            $"t=-{now},v1={mac}", $"t=99999999999999999999,v1={mac}", $"t={now},v1={new string('0', 64)}", $"t={now},{string.Concat(Enumerable.Repeat($"v1={mac},", 11))}",
            provider.Sign(body, now - 301), provider.Sign(body, now + 301),
        }) ShouldBeUnsigned(await provider.Send(body, signature));
        (await provider.Events()).ShouldBeEmpty();
        (await provider.Result(body)).ShouldBe("applied");
    }

    [Fact]
    public async Task An_unknown_app_or_provider_and_one_without_a_secret_answer_alike()
    {
        var provider = await PaymentClient.Start(server, "generic");
        var closed = await PaymentClient.Start(server, "generic");
        (await server.Root().Delete($"/api/v1/_apps/{closed.App}")).Status.ShouldBe(204);
        foreach (var other in new[] { provider.With(provider: "stripe"), provider.With(provider: "paypal"), provider.With(app: "nowhere"), provider.With(app: "no%20app"), closed })
            ShouldBeUnsigned(await other.Send(Body(other, "alice")));
        (await server.Anonymous.Get(provider.Path)).ShouldBeProblem(405, "method_not_allowed");
        (await server.Anonymous.Get(provider.With(app: "nowhere").Path)).ShouldBeProblem(405, "method_not_allowed");
        var root = server.Root();
        (await root.Send(HttpMethod.Patch, $"/api/v1/_apps/{provider.App}", """{"payments":{"generic":null}}""", "application/json")).Status.ShouldBe(200);
        ShouldBeUnsigned(await provider.Send(Body(provider, "alice")));
    }

    [Fact]
    public async Task While_the_secret_is_replaced_one_of_two_signatures_is_enough()
    {
        var provider = await PaymentClient.Start(server, "generic");
        var body = Body(provider, "alice");
        var (old, good) = (provider.Mac(body, "the secret before"), provider.Mac(body, provider.Secret));
        (await provider.Send(body, $"t={provider.Seconds},v1={old},v1={good}")).Status.ShouldBe(200);
        (await provider.Send(body, $"t={provider.Seconds}, v1={good}, v1={old}, v0=x")).Status.ShouldBe(200);
        ShouldBeUnsigned(await provider.Send(body, $"t={provider.Seconds},v1={old},v1={old}"));
    }

    [Theory]
    [InlineData(-300, 200)]
    [InlineData(300, 200)]
    [InlineData(-301, 401)]
    [InlineData(301, 401)]
    public async Task A_signature_is_good_for_five_minutes(int seconds, int status)
    {
        var provider = await PaymentClient.Start(server, "generic");
        var body = Body(provider, "alice");
        (await provider.Send(body, provider.Sign(body, provider.Seconds + seconds))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_token_or_key_stands_in_for_no_signature()
    {
        var provider = await PaymentClient.Start(server, "generic");
        ShouldBeUnsigned(await server.Root().Post(provider.Path, Body(provider, "alice")));
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("[]", "invalid_value")]
    [InlineData("{}", "invalid_value")]
    [InlineData("""{"id":"","type":"x"}""", "invalid_value")]
    [InlineData("""{"id":"e 1","type":"x"}""", "invalid_value")]
    [InlineData("""{"id":"e","type":"subscription.started"}""", "invalid_value")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"gold"}""", "invalid_value")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"gold","expires_at":"soon"}""", "invalid_value")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"gold","expires_at":"2036-01-01T00:00:00Z","at":"2035-01-01T00:00:00Z"}""", "invalid_value")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"admin","expires_at":"2036-01-01T00:00:00Z"}""", "invalid_name")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"user","expires_at":"2036-01-01T00:00:00Z"}""", "invalid_name")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"a","subscription_id":"s","plan":"a b","expires_at":"2036-01-01T00:00:00Z"}""", "invalid_name")]
    [InlineData("""{"id":"e","type":"subscription.started","user_id":"key:1","subscription_id":"s","plan":"gold","expires_at":"2036-01-01T00:00:00Z"}""", "invalid_name")]
    public async Task A_signed_message_that_makes_no_sense_is_refused(string body, string error)
    {
        var provider = await PaymentClient.Start(server, "generic");
        (await provider.Send(body)).ShouldBeProblem(400, error);
        (await provider.Events()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var provider = await PaymentClient.Start(server, "generic");
        (await provider.Send(new string(' ', 5 * 1024 * 1024 + 1), "t=1,v1=x")).ShouldBeProblem(413, "too_large");
    }
}
