using System.Globalization;
using BenchmarkDotNet.Attributes;
using PropsDb.Events.Apps;

namespace PropsDb.Benchmarks;

/// <summary>The question that every request asks, in an app with many users, roles and tiers.</summary>
[MemoryDiagnoser]
public class AccessBenchmarks
{
    private const int Users = 10_000, Roles = 200;
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-22T12:00:00Z", CultureInfo.InvariantCulture);

    private App _app = null!;
    private Caller _caller = null!;

    [GlobalSetup]
    public void SetUp()
    {
        var events = Enumerable.Range(0, Roles).SelectMany(i => new AppEvent[]
        {
            new RoleDefined(Name("role", i), null), new TierDefined(Name("tier", i), "shared", null, [new TierPermission(Name("role", i), true, true, true)], null, true),
        }).Concat(Enumerable.Range(0, Users).SelectMany(i => new AppEvent[] { new UserJoined(Name("user", i)), new RoleAssigned(Name("user", i), Name("role", i % Roles), Now.AddDays(1)) }));
        _app = events.Aggregate(App.WithDefaultTiers("default", "Default"), (state, e) => App.Evolve(state, e, Now, "root"));
        _caller = new Caller("user7", ["default"], [], null);
    }

    [Benchmark]
    public Access Own() => Ask("user");

    [Benchmark]
    public Access OfARole() => Ask("tier7");

    [Benchmark]
    public Access Refused() => Ask("tier8");

    private Access Ask(string tier) => AccessPolicy.Allows(_caller.In(_app, Now), DocumentAction.Read, new AccessTarget("default", _app, tier, null, "settings"), Now);

    private static string Name(string word, int number) => word + number.ToString(CultureInfo.InvariantCulture);
}
