using static PropsDb.Events.Tests.AppScenario;

namespace PropsDb.Events.Tests;

/// <summary>What holds for whatever an app has given to whomever.</summary>
public sealed class AccessLawTests
{
    private static readonly string[] s_users = ["alice", "bob"];
    private static readonly string[] s_roles = ["vip", "editor", "admin"];
    private static readonly string[] s_tiers = ["app", "user", "shared", "premium", "role:editor"];

    private static DateTimeOffset? End(int hours) => hours == 0 ? null : Now.AddHours(hours);

    private static Gen<Func<App, App>> Gift { get; } = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 6], Gen.Bool, (kind, user, role, hours, write) => new Func<App, App>(app => kind switch
    {
        0 => App.Evolve(app, new RoleAssigned(s_users[user], s_roles[role], End(hours)), Now, "root"),
        1 => App.Evolve(app, new SubscriptionStarted(s_users[user], $"s{role}", role == 0 ? "gold" : "vip", End(hours) ?? DateTimeOffset.MaxValue, "admin"), Now, "root"),
        2 => App.Evolve(app, new TierGranted(role == 0 ? "premium" : "shared", "pear"), Now, "root"),
        _ => App.Evolve(app, new DocumentKey("jam", "user", s_users[1 - user], "d").StreamId,
            new DocumentShared(1, "user", s_users[1 - user], "d", s_users[user], true, write, write, End(hours)), Now, s_users[1 - user]),
    }));

    private static Gen<App> AnyApp { get; } = Gift.Array[0, 8].Select(gifts => gifts.Aggregate(
        new AppScenario(App.WithDefaultTiers("jam", "Jam")).And(
            Tier("premium", "shared", new TierPermission("vip", true, false, false), new TierPermission("editor", true, true, true)), new PlanDefined("gold", ["vip", "editor"])).State,
        (app, gift) => gift(app)));

    private static IEnumerable<(string Question, Func<DateTimeOffset, Access> Ask)> Questions(App app) =>
        from caller in s_users.Select(u => new Caller(u, ["jam"], [], null)).Append(Caller.Anonymous).Append(new Caller("alice", ["pear"], [], null))
        from tier in s_tiers
        from owner in new[] { null, "alice", "bob" }
        from document in new[] { null, "d" }
        from action in Enum.GetValues<DocumentAction>()
        select ($"{caller.UserId} of {string.Join(' ', caller.Apps)}: {action} {tier}/{owner}/{document}",
            new Func<DateTimeOffset, Access>(at => AccessPolicy.Allows(caller.In(app, at), action, new AccessTarget("jam", app, tier, owner, document), at)));

    [Fact]
    public void Nobody_may_do_more_because_time_has_passed() => Gen.Select(AnyApp, Gen.Int[0, 7]).Sample((app, hours) =>
    {
        foreach (var (question, ask) in Questions(app))
            foreach (var end in new[] { Now.AddHours(hours), Now.AddHours(hours + 1) })
                if (ask(end).IsAllowed) ask(end.AddTicks(-1)).IsAllowed.ShouldBeTrue(question);
    }, iter: 300);

    [Fact]
    public void Whatever_is_allowed_is_allowed_until_the_instant_that_is_named() => AnyApp.Sample(app =>
    {
        foreach (var (question, ask) in Questions(app))
        {
            if (ask(Now) is not { IsAllowed: true } access) continue;
            var last = access.Until is { } until ? until.AddTicks(-1) : DateTimeOffset.MaxValue.AddYears(-1);
            if (!access.OnlyShared) ask(last).IsAllowed.ShouldBeTrue(question);
        }
    }, iter: 300);
}
