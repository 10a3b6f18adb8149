using static PropsDb.Events.Tests.AppScenario;

namespace PropsDb.Events.Tests;

/// <summary>Access by what an app has given: roles, plans, shares, keys, tiers granted to other apps; each until its instant and no longer.</summary>
public sealed class GrantedAccessTests
{
    private static readonly App s_app = App.WithDefaultTiers("jam", "Jam");
    private static readonly AppScenario s_jam = new AppScenario(s_app).And(Tier("premium", "shared", new TierPermission("vip", true, true, false)));

    private static Caller User(string id, params string[] roles) => new(id, ["jam"], [.. roles], null);

    private static Access Ask(App app, Caller caller, DocumentAction action, string tier, string? owner = null, string? document = "d", DateTimeOffset? at = null) =>
        AccessPolicy.Allows(caller.In(app, at ?? Now), action, new AccessTarget("jam", app, tier, owner, document), at ?? Now);

    private static App Shared(App app, string user, bool write = false, bool delete = false, DateTimeOffset? until = null, string owner = "alice") =>
        App.Evolve(app, new DocumentKey("jam", "user", owner, "d").StreamId, new DocumentShared(3, "user", owner, "d", user, true, write, delete, until), Past, owner);

    [Fact]
    public void An_assigned_role_opens_its_tier_until_its_instant()
    {
        var app = s_jam.And(new RoleAssigned("alice", "vip", Soon)).State;
        var access = Ask(app, User("alice"), DocumentAction.Write, "premium");
        (access.IsAllowed, access.Because, access.Role, access.Until).ShouldBe((true, "tier_permission", new RoleGrant("vip", Soon, "assigned"), Soon));
        Ask(app, User("alice"), DocumentAction.Write, "premium", at: Soon.AddTicks(-1)).IsAllowed.ShouldBeTrue();
        var ended = Ask(app, User("alice"), DocumentAction.Write, "premium", at: Soon);
        (ended.Verdict, ended.Because).ShouldBe((AccessVerdict.Forbidden, "requires_role:vip"));
        Ask(app, User("bob"), DocumentAction.Read, "premium").Verdict.ShouldBe(AccessVerdict.Forbidden);
        Ask(app, new Caller("alice", ["pear"], [], null), DocumentAction.Read, "premium").Because.ShouldBe("requires_app:jam");
    }

    [Fact]
    public void A_plan_opens_what_its_roles_do_and_an_undefined_one_what_the_role_of_its_name_does()
    {
        var gold = s_jam.And(new PlanDefined("gold", ["vip"]), new SubscriptionStarted("alice", "s", "gold", Soon, "admin")).State;
        Ask(gold, User("alice"), DocumentAction.Read, "premium", at: Soon.AddTicks(-1)).Role.ShouldBe(new RoleGrant("vip", Soon, "plan:gold"));
        Ask(gold, User("alice"), DocumentAction.Read, "premium", at: Soon).IsAllowed.ShouldBeFalse();
        var vip = s_jam.And(new SubscriptionStarted("alice", "s", "vip", Soon, "admin")).State;
        Ask(vip, User("alice"), DocumentAction.Read, "premium").Role!.Source.ShouldBe("plan:vip");
        Ask(s_jam.And(new SubscriptionStarted("alice", "s", "gold", Soon, "admin")).State, User("alice"), DocumentAction.Read, "premium").IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public void Of_several_grants_the_one_that_lasts_longest_is_named()
    {
        var app = s_jam.And(new RoleAssigned("alice", "vip", Soon), new SubscriptionStarted("alice", "s", "vip", Soon.AddHours(1), "admin")).State;
        Ask(app, User("alice"), DocumentAction.Read, "premium").Until.ShouldBe(Soon.AddHours(1));
        Ask(app, User("alice", "vip"), DocumentAction.Read, "premium").Role!.Source.ShouldBe("token");
        Ask(s_jam.And(new RoleAssigned("alice", "admin", Soon)).State, User("alice"), DocumentAction.Delete, "premium").Until.ShouldBe(Soon);
    }

    [Theory]
    [InlineData(false, false, "+33")]
    [InlineData(true, false, "++3")]
    [InlineData(true, true, "+++")]
    [InlineData(false, true, "+3+")]
    public void A_grantee_may_do_what_the_share_says(bool write, bool delete, string verdicts)
    {
        var app = Shared(s_app, "bob", write, delete);
        string.Concat(Enum.GetValues<DocumentAction>().Select(action => Ask(app, User("bob"), action, "user", "alice").Verdict switch
        {
            AccessVerdict.Allowed => '+',
            AccessVerdict.Forbidden => '3',
            _ => '4',
        })).ShouldBe(verdicts);
        Ask(app, User("bob"), DocumentAction.Read, "user", "alice", "other").Verdict.ShouldBe(AccessVerdict.Hidden);
        Ask(app, User("carol"), DocumentAction.Read, "user", "alice").Verdict.ShouldBe(AccessVerdict.Hidden);
        Ask(app, new Caller("bob", ["pear"], [], null), DocumentAction.Read, "user", "alice").Verdict.ShouldBe(AccessVerdict.Forbidden);
        Ask(app, User("bob") with { TierAccess = ["app"] }, DocumentAction.Read, "user", "alice").Verdict.ShouldBe(AccessVerdict.Forbidden);
    }

    [Fact]
    public void A_share_needs_no_role_of_its_tier_and_lasts_until_its_instant()
    {
        var app = new AppScenario(Shared(s_app, "bob", until: Soon)).And(Tier("user", "per_user", new TierPermission("vip", true, true, true))).State;
        var access = Ask(app, User("bob"), DocumentAction.Read, "user", "alice", at: Soon.AddTicks(-1));
        (access.Because, access.Until, access.Share!.Version, access.OnlyShared).ShouldBe(("share", Soon, 3, false));
        (Ask(app, User("bob"), DocumentAction.Read, "user", document: null).OnlyShared, Ask(app, User("bob"), DocumentAction.Read, "user", document: null, at: Soon).IsAllowed).ShouldBe((true, false));
        Ask(app, User("bob"), DocumentAction.Read, "user", "alice", at: Soon).Verdict.ShouldBe(AccessVerdict.Forbidden);
        Ask(app, User("bob"), DocumentAction.Write, "user", "alice").Because.ShouldBe("requires_share:write");
    }

    [Fact]
    public void A_key_does_what_its_scopes_say_and_is_no_user()
    {
        static AppKey With(params KeyScope[] scopes) => new("k", null, "p", "h", [.. scopes], Now, "root");
        Access By(AppKey key, DocumentAction action, string tier) => Ask(s_app, Caller.Of(key, "jam"), action, tier, "alice");
        By(With(), DocumentAction.Delete, "user").Because.ShouldBe("key");
        By(With(), DocumentAction.Read, "nowhere").Verdict.ShouldBe(AccessVerdict.Hidden);
        var reads = With(new KeyScope("user", true, false, false));
        (By(reads, DocumentAction.Read, "user").IsAllowed, By(reads, DocumentAction.Write, "user").Because, By(reads, DocumentAction.Read, "shared").Because)
            .ShouldBe((true, "requires_scope:user", "requires_scope:shared"));
        AccessPolicy.Allows(Caller.Of(With(), "pear"), DocumentAction.Read, new AccessTarget("jam", s_app, "shared"), Now).Because.ShouldBe("requires_app:jam");
    }

    [Fact]
    public void Another_app_s_callers_read_a_tier_that_is_granted_to_it_and_nothing_more()
    {
        var app = new AppScenario(s_app).And(new TierGranted("shared", "pear")).State;
        var pear = new Caller("alice", ["pear"], ["admin"], null);
        (Ask(app, pear, DocumentAction.Read, "shared").Because, Ask(app, pear, DocumentAction.Write, "shared").Because, Ask(app, pear, DocumentAction.Read, "app").Because)
            .ShouldBe(("grant:pear", "requires_app:jam", "requires_app:jam"));
        Ask(app, pear with { Apps = ["plum"] }, DocumentAction.Read, "shared").IsAllowed.ShouldBeFalse();
        Ask(app, pear with { TierAccess = ["app"] }, DocumentAction.Read, "shared").IsAllowed.ShouldBeFalse();
        Ask(app with { IsActive = false }, pear, DocumentAction.Read, "shared").IsAllowed.ShouldBeFalse();
        Ask(new AppScenario(app).And(new TierGrantRevoked("shared", "pear")).State, pear, DocumentAction.Read, "shared").IsAllowed.ShouldBeFalse();
        var scoped = new AppKey("k", null, "p", "h", [new("shared", true, false, false)], Now, "root");
        (Ask(app, Caller.Of(scoped, "pear"), DocumentAction.Read, "shared").IsAllowed, Ask(app, Caller.Of(scoped with { Scopes = [] }, "pear"), DocumentAction.Read, "shared").IsAllowed).ShouldBe((false, true));
    }

    [Fact]
    public void Who_is_kept_out_may_do_nothing_whatever_they_were_given()
    {
        var app = new AppScenario(Shared(s_app, "bob")).And(new UserDeactivated("bob"), new RoleAssigned("bob", "admin", null)).State;
        foreach (var caller in new[] { User("bob"), User("bob", "admin") })
            foreach (var tier in new[] { "app", "user", "shared" })
                Ask(app, caller, DocumentAction.Read, tier).Because.ShouldBe("inactive_user");
        Ask(app, User("bob"), DocumentAction.Read, "user", "alice").IsAllowed.ShouldBeFalse();
        Ask(new AppScenario(app).And(new UserActivated("bob")).State, User("bob"), DocumentAction.Read, "user", "alice").IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void A_closed_app_is_closed_to_everyone()
    {
        var app = s_app with { IsActive = false };
        (Ask(app, User("root", "admin"), DocumentAction.Read, "app").Verdict, Ask(app, Caller.Anonymous, DocumentAction.Read, "app").Verdict,
            Ask(app, new Caller("ops", ["*"], ["admin"], null), DocumentAction.Read, "app").Verdict)
            .ShouldBe((AccessVerdict.Hidden, AccessVerdict.Unauthenticated, AccessVerdict.Hidden));
    }
}
