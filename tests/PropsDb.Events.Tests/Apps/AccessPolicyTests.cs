namespace PropsDb.Events.Tests;

public sealed class AccessPolicyTests
{
    private static readonly App s_app = App.WithDefaultTiers("jam-build", "Jam");

    private static Caller Caller(string name) => name switch
    {
        "anonymous" => Apps.Caller.Anonymous,
        "user" => new("alice", ["jam-build"], [], null),
        "user with role" => new("alice", ["jam-build"], ["user"], null),
        "editor" => new("alice", ["jam-build"], ["editor"], null),
        "two apps" => new("alice", ["other", "jam-build"], [], null),
        "admin" => new("root", ["jam-build"], ["admin"], null),
        "service admin" => new("ops", ["*"], ["admin"], null),
        "star without admin" => new("eve", ["*"], ["user", "editor"], null),
        "other app" => new("bob", ["other"], [], null),
        "other app's admin" => new("bob", ["other"], ["admin"], null),
        "no app" => new("bob", [], ["admin"], null),
        "narrowed to user" => new("alice", ["jam-build"], [], ["user"]),
        "narrowed to nothing" => new("alice", ["jam-build"], [], []),
        "narrowed admin" => new("root", ["jam-build"], ["admin"], ["app"]),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-22T12:00:00Z");

    private static Access Ask(string caller, DocumentAction action, string tier, string? owner = null, App? app = null) =>
        AccessPolicy.Allows(Caller(caller), action, new AccessTarget("jam-build", app ?? s_app, tier, owner, "d"), Now);

    // read, write, delete: + allowed, 1 unauthenticated (401), 3 forbidden (403), 4 hidden (404).
    private static string Verdicts(string caller, string tier, string? owner = null, App? app = null) =>
        string.Concat(Enum.GetValues<DocumentAction>().Select(action => Ask(caller, action, tier, owner, app).Verdict switch
        {
            AccessVerdict.Allowed => '+',
            AccessVerdict.Unauthenticated => '1',
            AccessVerdict.Forbidden => '3',
            _ => '4',
        }));

    [Theory]
    [InlineData("anonymous", "+11", "111", "111")]
    [InlineData("user", "+33", "+++", "+++")]
    [InlineData("user with role", "+33", "+++", "+++")]
    [InlineData("editor", "+33", "+++", "+++")]
    [InlineData("two apps", "+33", "+++", "+++")]
    [InlineData("admin", "+++", "+++", "+++")]
    [InlineData("service admin", "+++", "+++", "+++")]
    [InlineData("star without admin", "333", "333", "333")]
    [InlineData("other app", "333", "333", "333")]
    [InlineData("other app's admin", "333", "333", "333")]
    [InlineData("no app", "333", "333", "333")]
    [InlineData("narrowed to user", "333", "+++", "333")]
    [InlineData("narrowed to nothing", "333", "333", "333")]
    [InlineData("narrowed admin", "+++", "333", "333")]
    public void Who_may_do_what_in_the_default_tiers(string caller, string app, string user, string shared) =>
        (Verdicts(caller, "app"), Verdicts(caller, "user"), Verdicts(caller, "shared")).ShouldBe((app, user, shared));

    [Theory]
    [InlineData("user", "alice", "+++")]
    [InlineData("user", "bob", "444")]
    [InlineData("user", "Alice", "444")]
    [InlineData("user", "", "444")]
    [InlineData("editor", "bob", "444")]
    [InlineData("admin", "alice", "+++")]
    [InlineData("service admin", "alice", "+++")]
    [InlineData("anonymous", "alice", "111")]
    [InlineData("other app", "bob", "333")]
    [InlineData("other app's admin", "alice", "333")]
    [InlineData("narrowed to user", "bob", "444")]
    [InlineData("narrowed to nothing", "alice", "333")]
    [InlineData("narrowed admin", "alice", "333")]
    public void Documents_of_another_owner_are_hidden_but_for_administrators(string caller, string owner, string verdicts) =>
        Verdicts(caller, "user", owner).ShouldBe(verdicts);

    [Theory]
    [InlineData("anonymous", "111")]
    [InlineData("user", "333")]
    [InlineData("editor", "+++")]
    [InlineData("admin", "+++")]
    [InlineData("service admin", "+++")]
    [InlineData("star without admin", "333")]
    [InlineData("other app", "333")]
    [InlineData("narrowed to user", "333")]
    public void A_tier_of_a_role_is_open_to_the_role_and_to_administrators(string caller, string verdicts) => Verdicts(caller, "role:editor").ShouldBe(verdicts);

    [Theory]
    [InlineData("user", "333")]
    [InlineData("editor", "333")]
    [InlineData("admin", "+++")]
    public void The_tier_of_administrators_is_theirs_alone(string caller, string verdicts) => Verdicts(caller, "role:admin").ShouldBe(verdicts);

    [Fact]
    public void A_tier_of_a_role_may_be_defined_otherwise()
    {
        var app = s_app with { Tiers = s_app.Tiers.Add("role:editor", new Tier("role:editor", TierType.Shared, [new("editor", true, false, false)])) };
        Verdicts("editor", "role:editor", app: app).ShouldBe("+33");
    }

    [Theory]
    [InlineData("anonymous", "111")]
    [InlineData("user", "444")]
    [InlineData("admin", "444")]
    [InlineData("service admin", "444")]
    [InlineData("other app", "333")]
    [InlineData("narrowed to user", "444")]
    public void An_unknown_tier_is_hidden_and_anonymous_callers_learn_nothing(string caller, string verdicts)
    {
        Verdicts(caller, "absent").ShouldBe(verdicts);
        Verdicts(caller, "role:").ShouldBe(verdicts);
        Verdicts(caller, "User").ShouldBe(verdicts);
    }

    [Theory]
    [InlineData("anonymous", AccessVerdict.Unauthenticated)]
    [InlineData("service admin", AccessVerdict.Hidden)]
    [InlineData("user", AccessVerdict.Forbidden)]
    [InlineData("star without admin", AccessVerdict.Forbidden)]
    public void An_unknown_app_is_forbidden_to_tokens_that_do_not_name_it_as_a_known_one_is(string caller, AccessVerdict verdict)
    {
        AccessPolicy.Allows(Caller(caller), DocumentAction.Read, new AccessTarget("absent", null, "user"), Now).Verdict.ShouldBe(verdict);
        if (verdict == AccessVerdict.Forbidden)
            AccessPolicy.Allows(Caller(caller), DocumentAction.Read, new AccessTarget("absent", null, "user"), Now).Because
                .ShouldBe(AccessPolicy.Allows(Caller(caller), DocumentAction.Read, new AccessTarget("absent", App.WithDefaultTiers("absent", ""), "user"), Now).Because);
    }

    [Fact]
    public void A_token_of_an_app_since_removed_finds_nothing() =>
        AccessPolicy.Allows(Caller("user"), DocumentAction.Read, new AccessTarget("jam-build", null, "user"), Now).Verdict.ShouldBe(AccessVerdict.Hidden);

    [Fact]
    public void A_refusal_names_the_role_that_it_takes()
    {
        Ask("user", DocumentAction.Write, "app").Because.ShouldBe("requires_role:admin");
        Ask("user", DocumentAction.Read, "role:premium_user").Because.ShouldBe("requires_role:premium_user");
    }

    [Fact]
    public void A_tier_without_permissions_is_open_to_administrators_alone()
    {
        var app = s_app with { Tiers = s_app.Tiers.Add("closed", new Tier("closed", TierType.Shared, [])) };
        (Verdicts("user", "closed", app: app), Verdicts("admin", "closed", app: app), Verdicts("anonymous", "closed", app: app)).ShouldBe(("333", "+++", "111"));
        Ask("user", DocumentAction.Read, "closed", app: app).Because.ShouldBe("requires_role:admin");
    }

    [Fact]
    public void Permissions_of_several_roles_add_up()
    {
        var app = s_app with { Tiers = s_app.Tiers.Add("wiki", new Tier("wiki", TierType.Shared, [new("public", true, false, false), new("user", false, true, false), new("editor", false, false, true)])) };
        (Verdicts("anonymous", "wiki", app: app), Verdicts("user", "wiki", app: app), Verdicts("editor", "wiki", app: app)).ShouldBe(("+11", "++3", "+++"));
    }

    [Fact]
    public void A_per_user_tier_is_for_those_signed_in_even_where_it_is_public()
    {
        var app = s_app with { Tiers = s_app.Tiers.Add("mine", new Tier("mine", TierType.PerUser, [new("public", true, true, true)])) };
        (Verdicts("anonymous", "mine", app: app), Verdicts("user", "mine", app: app), Verdicts("user", "mine", "bob", app)).ShouldBe(("111", "+++", "444"));
    }

    [Fact]
    public void A_role_named_public_or_user_in_a_token_gives_nothing_more() => Verdicts("user with role", "role:public-like").ShouldBe("333");

    [Fact]
    public void Roles_are_case_sensitive() =>
        AccessPolicy.Allows(new Caller("eve", ["jam-build"], ["Admin", "ADMIN"], null), DocumentAction.Write, new AccessTarget("jam-build", s_app, "app"), Now).Verdict.ShouldBe(AccessVerdict.Forbidden);

    [Fact]
    public void An_allowed_answer_carries_the_tier() => Ask("user", DocumentAction.Read, "shared").Tier!.Name.ShouldBe("shared");
}
