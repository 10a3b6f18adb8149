using PropsDb.Events.Apps;
using PropsDb.Events.Documents;

namespace PropsDb.Events.Tests;

public sealed class ExpiryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-22T12:00:00Z");
    private static readonly DateTimeOffset Until = Now.AddHours(1);
    private static readonly Guid Document = Guid.Parse("00000000-0000-8000-8000-000000000001");

    private static App After(params AppEvent[] events) => events.Aggregate(App.Unregistered("jam"), (app, e) => App.Evolve(app, e, Now, "root"));

    private static DocumentShared Shared(string user, DateTimeOffset? until) => new(1, "user", "bob", "d", user, true, false, false, until);

    [Fact]
    public void What_is_given_until_an_instant_ends_by_itself()
    {
        Expiry.Of("jam", Guid.Empty, new RoleAssigned("alice", "editor", Until)).ShouldBe(new Expiry("jam", "alice", Until) { Role = "editor" });
        Expiry.Of("jam", Guid.Empty, new SubscriptionStarted("alice", "s", "gold", Until, "admin")).ShouldBe(new Expiry("jam", "alice", Until) { Subscription = "s" });
        Expiry.Of("jam", Guid.Empty, new SubscriptionChanged("alice", "s", "gold", Until)).ShouldBe(new Expiry("jam", "alice", Until) { Subscription = "s" });
        Expiry.Of("jam", Document, Shared("carol", Until)).ShouldBe(new Expiry("jam", "carol", Until) { Document = Document });
    }

    [Fact]
    public void What_is_given_for_good_or_taken_does_not()
    {
        Expiry.Of("jam", Guid.Empty, new RoleAssigned("alice", "editor", null)).ShouldBeNull();
        Expiry.Of("jam", Document, Shared("carol", null)).ShouldBeNull();
        Expiry.Of("jam", Guid.Empty, new RoleRevoked("alice", "editor")).ShouldBeNull();
    }

    [Fact]
    public void An_app_knows_all_that_ends_in_it_by_itself()
    {
        var app = After(
            new RoleAssigned("alice", "editor", Until), new RoleAssigned("alice", "author", null), new RoleAssigned("bob", "editor", Until),
            new SubscriptionStarted("alice", "s", "gold", Until, "admin"));
        app = App.Evolve(app, Document, Shared("carol", Until), Now, "bob");
        app = App.Evolve(app, Document, Shared("dave", null), Now, "bob");

        Expiry.Of(app).ShouldBe(
        [
            new("jam", "alice", Until) { Role = "editor" }, new("jam", "bob", Until) { Role = "editor" },
            new("jam", "alice", Until) { Subscription = "s" }, new("jam", "carol", Until) { Document = Document },
        ], ignoreOrder: true);
    }

    [Fact]
    public void What_was_renewed_ends_later_and_what_was_revoked_or_recorded_ends_no_more()
    {
        var app = After(
            new RoleAssigned("alice", "editor", Until), new RoleAssigned("alice", "editor", Until.AddHours(1)),
            new RoleAssigned("alice", "author", Until), new RoleRevoked("alice", "author"),
            new RoleAssigned("alice", "guest", Until), new RoleExpired("alice", "guest"),
            new SubscriptionStarted("alice", "s", "gold", Until, "admin"), new SubscriptionEnded("alice", "s", "expired"));
        app = App.Evolve(app, Document, Shared("carol", Until), Now, "bob");
        app = App.Evolve(app, Document, new ShareExpired(1, "carol"), Now, "service");

        Expiry.Of(app).ShouldBe([new("jam", "alice", Until.AddHours(1)) { Role = "editor" }]);
    }
}
