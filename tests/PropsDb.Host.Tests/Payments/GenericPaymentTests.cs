namespace PropsDb.Host.Tests.Payments;

/// <summary>What a provider's messages make of a user's roles.</summary>
public sealed class GenericPaymentTests : IAsyncLifetime
{
    private readonly PropsDbServer _server = new();
    private PaymentClient _provider = null!;
    private int _ids;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _provider = await PaymentClient.Start(_server, "generic");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Message(string type, string plan = "gold", double days = 30, double at = 0, string? id = null, string user = "alice") => $$"""
        {"id":"{{id ?? $"evt-{++_ids}"}}","type":"subscription.{{type}}","user_id":"{{user}}","subscription_id":"s-1","plan":"{{plan}}",
         "expires_at":"{{_provider.Now.AddDays(days):yyyy-MM-ddTHH:mm:ssZ}}","at":"{{_provider.Now.AddSeconds(at):yyyy-MM-ddTHH:mm:ssZ}}"}
        """;

    [Fact]
    public async Task A_paid_plan_opens_its_tier_at_once_and_until_its_end()
    {
        (await _provider.IsLetIn("alice")).ShouldBeFalse();
        (await _provider.Result(Message("started", days: 1.0 / 24))).ShouldBe("applied");
        (await _provider.IsLetIn("alice")).ShouldBeTrue();
        (await _provider.IsLetIn("bob")).ShouldBeFalse();
        (await _provider.Roles("alice")).ShouldBe(["gold", "user"]);
        _server.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        (await _provider.IsLetIn("alice")).ShouldBeTrue();
        _server.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await _provider.IsLetIn("alice")).ShouldBeFalse();
        (await _provider.Roles("alice")).ShouldBe(["user"]);

        (await _provider.Result(Message("renewed"))).ShouldBe("applied");
        (await _provider.IsLetIn("alice")).ShouldBeTrue();
        (await _provider.Events()).Where(e => e.Type != "subscription_ended").ShouldAllBe(e => e.By == "payments:generic");
    }

    [Fact]
    public async Task An_end_ends_it_at_once_and_a_plan_is_changed_at_once()
    {
        await _provider.Result(Message("started"));
        (await _provider.Result(Message("renewed", "silver", at: 1))).ShouldBe("applied");
        (await _provider.Roles("alice")).ShouldBe(["silver", "user"]);
        (await _provider.IsLetIn("alice")).ShouldBeFalse();
        (await _provider.Result(Message("ended", "silver", at: 2))).ShouldBe("applied");
        (await _provider.Roles("alice")).ShouldBe(["user"]);
        var subscription = (await _provider.Subscriptions("alice")).ShouldHaveSingleItem();
        (subscription.GetProperty("is_active").GetBoolean(), subscription.GetProperty("end_reason").GetString(), subscription.GetProperty("source").GetString())
            .ShouldBe((false, "cancelled", "generic"));
    }

    [Fact]
    public async Task A_message_that_is_delivered_again_does_nothing()
    {
        var body = Message("started");
        var first = await _provider.Send(body);
        (await _provider.Result(Message("ended", at: 1))).ShouldBe("applied");
        _server.Time.Advance(TimeSpan.FromMinutes(2));
        var again = await _provider.Send(body);
        (again.Status, again.Body, again.Header("Idempotency-Replayed")).ShouldBe((200, first.Body, "true"));
        (await _provider.Roles("alice")).ShouldBe(["user"]);
        (await _provider.Events()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Five_deliveries_of_one_message_at_a_time_are_one_subscription()
    {
        for (var round = 0; round < 5; round++)
        {
            var body = Message("renewed", round % 2 == 0 ? "gold" : "silver", at: round);
            var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _provider.Send(body)));
            answers.ShouldAllBe(a => a.Status == 200);
            (await _provider.Events()).Count.ShouldBe(round + 1);
        }
    }

    [Fact]
    public async Task The_older_message_never_undoes_the_newer_in_whatever_order_they_come()
    {
        await _provider.Result(Message("renewed", "gold", at: -60));
        (await _provider.Result(Message("started", "silver", at: -90))).ShouldBe("unchanged");
        (await _provider.Result(Message("ended", at: -61))).ShouldBe("unchanged");
        (await _provider.Roles("alice")).ShouldBe(["gold", "user"]);
        // News that nothing has changed are news.
        await _provider.Result(Message("renewed", "gold", at: -30));
        (await _provider.Result(Message("renewed", "silver", at: -45))).ShouldBe("unchanged");
        (await _provider.Result(Message("ended", at: -20))).ShouldBe("applied");
        (await _provider.Result(Message("renewed", at: -25))).ShouldBe("unchanged");
        (await _provider.Result(Message("renewed", at: -20))).ShouldBe("unchanged");
        (await _provider.Roles("alice")).ShouldBe(["user"]);
        (await _provider.Result(Message("started", at: -10))).ShouldBe("applied");
        (await _provider.Roles("alice")).ShouldBe(["gold", "user"]);
    }

    [Fact]
    public async Task An_end_that_comes_before_the_beginning_stays_the_end()
    {
        (await _provider.Result(Message("ended", at: 0))).ShouldBe("applied");
        (await _provider.Result(Message("started", at: -5))).ShouldBe("unchanged");
        (await _provider.Roles("alice")).ShouldBe(["user"]);
    }

    [Fact]
    public async Task A_message_of_a_time_that_has_passed_gives_nothing_and_takes_what_it_contradicts()
    {
        (await _provider.Result(Message("started", days: -1))).ShouldBe("unchanged");
        await _provider.Result(Message("started", days: 10, at: 1));
        (await _provider.Result(Message("renewed", days: -1, at: 2))).ShouldBe("applied");
        (await _provider.Roles("alice")).ShouldBe(["user"]);
    }

    [Fact]
    public async Task A_subscription_stays_the_users_for_whom_it_began()
    {
        await _provider.Result(Message("started"));
        await _provider.Result(Message("renewed", days: 60, at: 1, user: "bob"));
        (await _provider.Roles("alice")).ShouldBe(["gold", "user"]);
        (await _provider.Roles("bob")).ShouldBe(["user"]);
    }

    [Fact]
    public async Task What_is_not_understood_is_ignored_and_said_to_be() =>
        (await _provider.Result("""{"id":"evt-x","type":"invoice.sent"}""")).ShouldBe("ignored");

    [Fact]
    public async Task A_plan_gives_the_roles_that_it_is_defined_with()
    {
        (await _server.Root().Put($"/api/v1/{_provider.App}/_plans/family", """{"roles":["gold","sharer"]}""")).Status.ShouldBe(201);
        await _provider.Result(Message("started", "family"));
        (await _provider.Roles("alice")).ShouldBe(["gold", "sharer", "user"]);
        (await _provider.IsLetIn("alice")).ShouldBeTrue();
    }

    [Fact]
    public async Task No_user_may_pass_for_a_provider() =>
        (await _server.With(_server.AppToken(_provider.App, "payments:generic")).Get($"/api/v1/{_provider.App}/user")).ShouldBeProblem(401, "unauthenticated");
}
