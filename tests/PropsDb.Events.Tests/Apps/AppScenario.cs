using PropsDb.Events.Apps.Operations;

namespace PropsDb.Events.Tests;

/// <summary>Given facts of an app; when an administrator asks; then facts, nothing, or a refusal.</summary>
internal sealed record AppScenario(App State)
{
    public static DateTimeOffset Now { get; } = DateTimeOffset.Parse("2026-11-22T12:00:00Z");
    public static DateTimeOffset Soon { get; } = Now.AddHours(1);
    public static DateTimeOffset Past { get; } = Now.AddTicks(-1);

    public static AppScenario Unregistered { get; } = new(App.Unregistered("jam"));

    public static AppScenario Registered { get; } = Given(new AppRegistered("Jam"));

    public static AppScenario Given(params AppEvent[] events) => Unregistered.And(events);

    public AppScenario And(params AppEvent[] events) => new(events.Aggregate(State, (app, e) => App.Evolve(app, e, Now.AddDays(-1), "root")));

    public AppScenario And(AppEvent e, DateTimeOffset at) => new(App.Evolve(State, e, at, "root"));

    public AppOutcome When(AppOperation operation, DateTimeOffset? at = null) => new(State, operation.Decide(State, at ?? Now), at ?? Now);

    public static TierDefined Tier(string name, string type, params TierPermission[] permissions) => new(name, type, null, permissions, null, true);

    public static KeyIssued Key(string id, params KeyScope[] scopes) => new(id, "backend", "propsdb_jam_" + id, "hash of " + id, scopes);
}

internal sealed record AppOutcome(App Before, Ruling Ruling, DateTimeOffset At)
{
    public App After => Ruling.Events.Aggregate(Before, (app, e) => App.Evolve(app, e, At, "root"));

    public AppOutcome Then(params AppEvent[] events)
    {
        Ruling.Rejection.ShouldBeNull();
        Ruling.Events.ShouldBe(events);
        return this;
    }

    public AppOutcome ThenNothing() => Then();

    public void ThenRefused(string code)
    {
        Ruling.Rejection.ShouldNotBeNull().Code.ShouldBe(code);
        Ruling.Events.ShouldBeEmpty();
    }
}
