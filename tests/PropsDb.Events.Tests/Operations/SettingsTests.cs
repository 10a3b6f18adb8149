namespace PropsDb.Events.Tests;

public sealed class SettingsTests
{
    private static DocumentEvent Strategy(string? strategy) => new DocumentSettingsChanged(0, strategy);

    [Fact]
    public void A_strategy_of_its_own_is_no_commit()
    {
        var after = Scenario.Present.When(new ChangeSettings("merge"), Precondition.None).Then("strategy merge").After;
        (after.Version, after.StreamVersion, after.Strategy, after.Updated).ShouldBe((1, 4, "merge", CommitOf(1)));
    }

    [Fact]
    public void The_same_strategy_again_is_no_event()
    {
        Scenario.Present.And(Strategy("merge")).When(new ChangeSettings("merge"), Precondition.None).ThenNothing();
        Scenario.Present.When(new ChangeSettings(null), Precondition.None).ThenNothing();
        Scenario.Present.And(Strategy("merge")).When(new ChangeSettings(null), Precondition.None).Then("strategy the tier's");
    }

    [Fact]
    public void What_is_absent_has_no_settings()
    {
        Scenario.Unborn.When(new ChangeSettings("merge"), Precondition.None).ThenRejected("not_found");
        Scenario.Gone.When(new ChangeSettings("merge"), Precondition.None).ThenRejected("not_found");
    }

    [Fact]
    public void Restoration_keeps_the_strategy_and_re_creation_drops_it()
    {
        var gone = Scenario.Present.And(Strategy("merge")).And(Deleted);
        gone.When(Restore(), Precondition.None).After.Strategy.ShouldBe("merge");
        gone.When(Create(), Precondition.None).After.Strategy.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, null, "manual", "conflict")]
    [InlineData(null, null, "merge", "merged")]
    [InlineData(null, "merge", "manual", "merged")]
    [InlineData(null, "manual", "merge", "conflict")]
    [InlineData(null, "last_write_wins", "manual", "written")]
    [InlineData("manual", "merge", "merge", "conflict")]
    [InlineData("merge", "manual", "manual", "merged")]
    [InlineData("last_write_wins", "manual", "merge", "written")]
    public void The_request_decides_then_the_document_then_the_tier(string? asked, string? own, string tier, string outcome)
    {
        var scenario = Scenario.Present.And(PropertyIs("/ui/size", "3")).And(Strategy(own));
        var write = new Write(Key, Set("/ui/theme", "1"), At(1), Parsed(asked), Parsed(tier)!.Value);
        var decision = write.Decide(scenario.Current, scenario.AtVersion(1), Limits.Default);
        (decision switch { Decision.Accepted a => a.Merged ? "merged" : "written", _ => "conflict" }).ShouldBe(outcome);
    }

    [Theory]
    [InlineData("manual", ConflictStrategy.Manual)]
    [InlineData("merge", ConflictStrategy.Merge)]
    [InlineData("last_write_wins", ConflictStrategy.LastWriteWins)]
    public void Strategies_have_their_names_of_the_wire(string name, ConflictStrategy strategy) => Parsed(name).ShouldBe(strategy);

    [Theory]
    [InlineData("")]
    [InlineData("Merge")]
    [InlineData("LastWriteWins")]
    [InlineData("1")]
    public void Other_names_are_no_strategies(string name) => ConflictStrategies.TryParse(name, out _).ShouldBeFalse();

    private static ConflictStrategy? Parsed(string? name) => name is not null && ConflictStrategies.TryParse(name, out var strategy) ? strategy : null;
}
