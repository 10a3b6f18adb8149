namespace PropsDb.Host.Tests.Payments;

/// <summary>Stripe's events, of the API's versions with the period on the subscription and on its items.</summary>
public sealed class StripePaymentTests : IAsyncLifetime
{
    private readonly PropsDbServer _server = new();
    private PaymentClient _stripe = null!;
    private int _ids;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _stripe = await PaymentClient.Start(_server, "stripe");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private long In(double days) => _stripe.Now.AddDays(days).ToUnixTimeSeconds();

    private string Event(string type, string json, long created = 0) => $$"""
        {"id":"evt_{{++_ids}}","object":"event","api_version":"2025-03-31.basil","created":{{_stripe.Seconds + created}},"data":{"object":{{json}}},
         "livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"{{type}}"}
        """;

    private string Subscription(string status = "active", string metadata = """{"user_id":"alice"}""", double days = 30, string key = "\"gold\"", bool isOld = false)
    {
        var end = $"\"current_period_end\":{In(days)},";
        return $$$"""
            {"id":"sub_1","object":"subscription","cancel_at_period_end":false,"status":"{{{status}}}","customer":"cus_1","metadata":{{{metadata}}},{{{(isOld ? end : "")}}}
             "items":{"object":"list","data":[{"id":"si_1","object":"subscription_item",{{{(isOld ? "" : end)}}}"price":{"id":"price_1","object":"price","lookup_key":{{{key}}} }}]}}
            """;
    }

    private static string Checkout(string mode = "subscription", string paid = "paid", string metadata = """{"plan":"gold"}""") => $$"""
        {"id":"cs_1","object":"checkout.session","client_reference_id":"alice","mode":"{{mode}}","payment_status":"{{paid}}","metadata":{{metadata}},"subscription":"sub_1"}
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_subscription_begins_is_renewed_changes_its_plan_and_ends(bool isOld)
    {
        (await _stripe.Result(Event("customer.subscription.created", Subscription("incomplete", isOld: isOld)))).ShouldBe("ignored");
        (await _stripe.Roles("alice")).ShouldBe(["user"]);
        (await _stripe.Result(Event("customer.subscription.updated", Subscription("active", days: 1, isOld: isOld)))).ShouldBe("applied");
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
        (await _stripe.Events()).ShouldBe([("subscription_started", "payments:stripe")]);

        _server.Time.Advance(TimeSpan.FromDays(1));
        (await _stripe.IsLetIn("alice")).ShouldBeFalse();
        (await _stripe.Result(Event("customer.subscription.updated", Subscription(isOld: isOld)))).ShouldBe("applied");
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
        (await _stripe.Result(Event("customer.subscription.updated", Subscription(key: "\"silver\"", isOld: isOld), 1))).ShouldBe("applied");
        (await _stripe.Roles("alice")).ShouldBe(["silver", "user"]);
        (await _stripe.Result(Event("customer.subscription.deleted", Subscription("canceled", isOld: isOld), 2))).ShouldBe("applied");
        (await _stripe.Roles("alice")).ShouldBe(["user"]);
        (await _stripe.Result(Event("customer.subscription.updated", Subscription(isOld: isOld), 1))).ShouldBe("unchanged");
        (await _stripe.Roles("alice")).ShouldBe(["user"]);
    }

    [Theory]
    [InlineData("trialing", true)]
    [InlineData("past_due", true)]
    [InlineData("canceled", false)]
    [InlineData("unpaid", false)]
    [InlineData("incomplete_expired", false)]
    [InlineData("paused", false)]
    [InlineData("incomplete", true)]
    [InlineData("a status of tomorrow", true)]
    public async Task A_status_keeps_or_ends_it(string status, bool keeps)
    {
        await _stripe.Result(Event("customer.subscription.created", Subscription()));
        await _stripe.Result(Event("customer.subscription.updated", Subscription(status), 1));
        (await _stripe.IsLetIn("alice")).ShouldBe(keeps);
    }

    [Fact]
    public async Task The_metadatas_plan_comes_before_the_prices()
    {
        await _stripe.Result(Event("customer.subscription.created", Subscription(metadata: """{"user_id":"alice","plan":"gold"}""", key: "\"silver\"")));
        (await _stripe.Roles("alice")).ShouldBe(["gold", "user"]);
    }

    [Fact]
    public async Task A_checkout_tells_whose_a_subscription_is_and_opens_the_tier_for_a_day()
    {
        var created = Event("customer.subscription.created", Subscription(metadata: "{}"), 0);
        (await _stripe.Send(created)).ShouldBeProblem(404, "not_found");
        (await _stripe.Result(Event("checkout.session.completed", Checkout(), 1))).ShouldBe("applied");
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
        _server.Time.Advance(TimeSpan.FromDays(1));
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        (await _stripe.IsLetIn("alice")).ShouldBeFalse();
        // Delivered again, it finds whose it is, although it is older than the checkout.
        (await _stripe.Result(created)).ShouldBe("applied");
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
        (await _stripe.Result(Event("customer.subscription.deleted", Subscription("canceled", metadata: "{}"), 2))).ShouldBe("applied");
        (await _stripe.IsLetIn("alice")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_checkout_shortens_nothing()
    {
        await _stripe.Result(Event("customer.subscription.created", Subscription()));
        (await _stripe.Result(Event("checkout.session.completed", Checkout(), 1))).ShouldBe("unchanged");
        _server.Time.Advance(TimeSpan.FromDays(2));
        (await _stripe.IsLetIn("alice")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_no_news_of_a_subscription_is_ignored()
    {
        foreach (var body in new[]
        {
            Event("invoice.paid", """{"object":"invoice"}"""), Event("charge.refunded", "{}"), Event("checkout.session.completed", Checkout(mode: "payment")),
            Event("checkout.session.completed", Checkout(paid: "unpaid")), Event("checkout.session.completed", Checkout(metadata: "{}")),
            Event("customer.subscription.deleted", Subscription("canceled", metadata: "{}")), Event("customer.subscription.trial_will_end", """{"object":"another"}"""),
        }) (await _stripe.Result(body)).ShouldBe("ignored");
        (await _stripe.Events()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_payment_makes_no_administrator_and_needs_a_plan()
    {
        (await _stripe.Send(Event("customer.subscription.created", Subscription(key: "\"admin\"")))).ShouldBeProblem(400, "invalid_name");
        (await _stripe.Send(Event("customer.subscription.created", Subscription(metadata: """{"user_id":"alice","plan":"user"}""")))).ShouldBeProblem(400, "invalid_name");
        (await _stripe.Send(Event("customer.subscription.created", Subscription(key: "null")))).ShouldBeProblem(400, "invalid_value");
        (await _stripe.Send(Event("customer.subscription.created", Subscription(metadata: """{"user_id":5}""")))).ShouldBeProblem(400, "invalid_value");
        (await _stripe.Send(Event("customer.subscription.created", Subscription().Replace($"{In(30)}", "\"soon\"")))).ShouldBeProblem(400, "invalid_value");
        (await _stripe.Send(Event("customer.subscription.created", Subscription()).Replace("\"created\"", "\"was\""))).ShouldBeProblem(400, "invalid_value");
        (await _stripe.Roles("alice")).ShouldBe(["user"]);
        (await _stripe.Events()).ShouldBeEmpty();
    }
}
