using PropsDb.Events.Apps.Operations;
using static PropsDb.Events.Tests.AppScenario;

namespace PropsDb.Events.Tests;

/// <summary>What may be asked about one user of an app. Their facts are of the user's own stream.</summary>
public sealed class MemberOperationTests
{
    [Fact]
    public void A_user_joins_once()
    {
        var user = Registered.When(new JoinUser("alice")).Then(new UserJoined("alice")).After.User("alice");
        (user.JoinedAt, user.IsActive, user.StreamVersion).ShouldBe((Now, true, 1));
        Registered.And(new UserJoined("alice")).When(new JoinUser("alice")).ThenNothing();
    }

    [Fact]
    public void A_user_s_facts_leave_the_app_s_own_stream_as_it_is() =>
        Registered.And(new UserJoined("alice"), new RoleAssigned("alice", "editor", null)).State.StreamVersion.ShouldBe(Registered.State.StreamVersion);

    [Fact]
    public void Who_is_kept_out_is_let_in_again()
    {
        Registered.When(new SetUserActive("alice", false)).Then(new UserJoined("alice"), new UserDeactivated("alice")).After.User("alice").IsActive.ShouldBeFalse();
        Registered.When(new SetUserActive("alice", true)).Then(new UserJoined("alice"));
        var kept = Registered.And(new UserJoined("alice"), new UserDeactivated("alice"));
        kept.When(new SetUserActive("alice", false)).ThenNothing();
        kept.When(new SetUserActive("alice", true)).Then(new UserActivated("alice")).After.User("alice").IsActive.ShouldBeTrue();
    }

    [Fact]
    public void A_role_is_assigned_prolonged_and_revoked()
    {
        Registered.When(new AssignRole("alice", "editor", Soon)).Then(new RoleAssigned("alice", "editor", Soon));
        var with = Registered.And(new RoleAssigned("alice", "editor", Soon));
        with.When(new AssignRole("alice", "editor", Soon)).ThenNothing();
        with.When(new AssignRole("alice", "editor", null)).Then(new RoleAssigned("alice", "editor", null));
        with.When(new AssignRole("alice", "editor", Soon.AddTicks(1))).Then(new RoleAssigned("alice", "editor", Soon.AddTicks(1)));
        with.When(new RevokeRole("alice", "editor")).Then(new RoleRevoked("alice", "editor")).After.GrantsOf("alice", Now).ShouldBeEmpty();
        with.When(new RevokeRole("alice", "other")).ThenRefused("not_found");
        Registered.When(new RevokeRole("alice", "editor")).ThenRefused("not_found");
    }

    [Fact]
    public void An_end_that_has_passed_is_refused_and_named()
    {
        foreach (var at in new[] { Past, Now })
        {
            var refused = Registered.When(new AssignRole("alice", "editor", at));
            refused.ThenRefused("invalid_value");
            refused.Ruling.Rejection!.Faults.Single().Pointer.ShouldBe("/expires_at");
            Registered.When(new Subscribe("alice", "s1", "gold", at, "admin")).ThenRefused("invalid_value");
        }
        Registered.When(new AssignRole("alice", "editor", Now.AddTicks(1))).Then(new RoleAssigned("alice", "editor", Now.AddTicks(1)));
        Registered.When(new AssignRole("alice", "editor", DateTimeOffset.MaxValue)).Then(new RoleAssigned("alice", "editor", DateTimeOffset.MaxValue));
    }

    [Fact]
    public void What_has_ended_is_neither_there_to_revoke_nor_in_the_way_of_a_new_one()
    {
        var with = Registered.And(new RoleAssigned("alice", "editor", Soon), new SubscriptionStarted("alice", "s1", "gold", Soon, "admin"));
        with.When(new RevokeRole("alice", "editor"), Soon.AddTicks(-1)).Then(new RoleRevoked("alice", "editor"));
        with.When(new RevokeRole("alice", "editor"), Soon).ThenRefused("not_found");
        with.When(new CancelSubscription("alice", "s1"), Soon.AddTicks(-1)).Then(new SubscriptionEnded("alice", "s1", "cancelled"));
        with.When(new CancelSubscription("alice", "s1"), Soon).ThenRefused("not_found");
        with.When(new AssignRole("alice", "editor", null), Soon).Then(new RoleAssigned("alice", "editor", null));
    }

    [Fact]
    public void An_end_is_recorded_once_and_not_before_its_instant()
    {
        var with = Registered.And(new RoleAssigned("alice", "editor", Soon), new RoleAssigned("alice", "vip", null), new SubscriptionStarted("alice", "s1", "gold", Soon, "admin"));
        with.When(new ExpireRole("alice", "editor"), Soon.AddTicks(-1)).ThenNothing();
        with.When(new ExpireRole("alice", "editor"), Soon).Then(new RoleExpired("alice", "editor"));
        with.When(new ExpireRole("alice", "vip"), Soon).ThenNothing();
        with.And(new RoleExpired("alice", "editor")).When(new ExpireRole("alice", "editor"), Soon).ThenNothing();
        with.When(new ExpireSubscription("alice", "s1"), Soon.AddTicks(-1)).ThenNothing();
        with.When(new ExpireSubscription("alice", "s1"), Soon).Then(new SubscriptionEnded("alice", "s1", "expired"));
        with.And(new SubscriptionEnded("alice", "s1", "cancelled")).When(new ExpireSubscription("alice", "s1"), Soon).ThenNothing();
    }

    [Fact]
    public void A_subscription_begins_changes_and_ends()
    {
        Registered.When(new Subscribe("alice", "s1", "gold", Soon, "admin")).Then(new SubscriptionStarted("alice", "s1", "gold", Soon, "admin"));
        var with = Registered.And(new SubscriptionStarted("alice", "s1", "gold", Soon, "admin"));
        with.When(new Subscribe("alice", "s1", "gold", Soon, "admin")).ThenNothing();
        with.When(new Subscribe("alice", "s1", "silver", Soon, "admin")).Then(new SubscriptionChanged("alice", "s1", "silver", Soon));
        with.When(new CancelSubscription("alice", "s2")).ThenRefused("not_found");
        var ended = with.When(new CancelSubscription("alice", "s1")).Then(new SubscriptionEnded("alice", "s1", "cancelled")).After.User("alice").Subscriptions["s1"];
        (ended.EndedAt, ended.EndReason, ended.IsActive(Now)).ShouldBe((Now, "cancelled", false));
        // A provider that says so later begins the same one again.
        var again = with.And(new SubscriptionEnded("alice", "s1", "cancelled")).When(new Subscribe("alice", "s1", "gold", Soon, "stripe"));
        again.Then(new SubscriptionChanged("alice", "s1", "gold", Soon)).After.User("alice").Subscriptions["s1"].IsActive(Now).ShouldBeTrue();
    }

    [Fact]
    public void A_plan_grants_its_roles_and_an_undefined_one_the_role_of_its_name_until_it_ends()
    {
        var with = Registered.And(new PlanDefined("gold", ["vip", "editor"]), new RoleAssigned("alice", "guest", null),
            new SubscriptionStarted("alice", "s1", "gold", Soon, "admin"), new SubscriptionStarted("alice", "s2", "tin", Soon.AddTicks(1), "admin"));
        with.State.GrantsOf("alice", Soon.AddTicks(-1)).ShouldBe(
            [new("guest", null, "assigned"), new("vip", Soon, "plan:gold"), new("editor", Soon, "plan:gold"), new("tin", Soon.AddTicks(1), "plan:tin")], ignoreOrder: true);
        with.State.GrantsOf("alice", Soon).Select(g => g.Role).ShouldBe(["guest", "tin"], ignoreOrder: true);
        with.State.GrantsOf("alice", Soon.AddTicks(1)).Select(g => g.Role).ShouldBe(["guest"]);
        with.And(new PlanRemoved("gold")).State.GrantsOf("alice", Now).Select(g => g.Role).ShouldBe(["guest", "gold", "tin"], ignoreOrder: true);
        with.State.GrantsOf("bob", Now).ShouldBeEmpty();
    }
}
