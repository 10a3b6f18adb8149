using System.Diagnostics;
using System.Globalization;

namespace PropsDb.Events.Tests;

/// <summary>Access is asked on every request: it must cost nothing to speak of, however much an app has given to its users.</summary>
public sealed class AccessCostTests(ITestOutputHelper output)
{
    private const int Users = 10_000, Roles = 200, Tiers = 50, Rounds = 2_001, Checks = 20;

    // The goal is 5 microseconds. Rounds are short, so that few are interrupted; a machine with much else to do must not fail the test.
    private const double MaxMicroseconds = 50;

    private static readonly DateTimeOffset s_now = DateTimeOffset.Parse("2026-11-22T12:00:00Z");

    private static string Name(string word, int number) => word + number.ToString(CultureInfo.InvariantCulture);

    private static App Large()
    {
        var app = App.WithDefaultTiers("jam", "Jam");
        var events = Enumerable.Range(0, Roles).Select(AppEvent (i) => new RoleDefined(Name("role", i), null))
            .Concat(Enumerable.Range(0, Tiers).Select(AppEvent (i) => new TierDefined(Name("tier", i), "shared", null,
                [.. Enumerable.Range(0, 4).Select(n => new TierPermission(Name("role", ((i * 4) + n) % Roles), true, true, true))], null, true)))
            .Concat(Enumerable.Range(0, Users).SelectMany(i => new AppEvent[]
            {
                new UserJoined(Name("user", i)), new RoleAssigned(Name("user", i), Name("role", i % Roles), s_now.AddDays(1)),
                new SubscriptionStarted(Name("user", i), "s", Name("role", (i + 1) % Roles), s_now.AddDays(2), "admin"),
            }));
        app = events.Aggregate(app, (state, e) => App.Evolve(state, e, s_now, "root"));
        for (var i = 0; i < Users; i++)
            app = App.Evolve(app, new DocumentKey("jam", "user", Name("user", i), "d").StreamId,
                new DocumentShared(1, "user", Name("user", i), "d", Name("user", (i + 1) % Users), true, false, false, null), s_now, Name("user", i));
        return app;
    }

    [Fact]
    public void A_check_takes_microseconds_in_an_app_with_many_users_roles_and_tiers()
    {
        var app = Large();
        var caller = new Caller("user7", ["jam"], [], null);
        foreach (var (name, target, verdict) in new[]
        {
            ("own document", new AccessTarget("jam", app, "user", null, "d"), AccessVerdict.Allowed),
            ("role's tier", new AccessTarget("jam", app, "tier1", null, "d"), AccessVerdict.Allowed),
            ("shared document", new AccessTarget("jam", app, "user", "user6", "d"), AccessVerdict.Allowed),
            ("hidden document", new AccessTarget("jam", app, "user", "user9", "d"), AccessVerdict.Hidden),
            ("closed tier", new AccessTarget("jam", app, "tier40", null, "d"), AccessVerdict.Forbidden),
        })
        {
            var microseconds = Median(() => AccessPolicy.Allows(caller.In(app, s_now), DocumentAction.Read, target, s_now).Verdict, verdict);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {microseconds:0.00} µs"));
            microseconds.ShouldBeLessThan(MaxMicroseconds, name);
        }
    }

    private static double Median(Func<AccessVerdict> check, AccessVerdict expected)
    {
        var rounds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Checks; i++)
                if (check() != expected) throw new InvalidOperationException($"not {expected}");
            rounds[round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Checks;
        }
        Array.Sort(rounds);
        return rounds[Rounds / 2];
    }
}
