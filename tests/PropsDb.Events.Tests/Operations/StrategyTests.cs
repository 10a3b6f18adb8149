namespace PropsDb.Events.Tests;

public sealed class StrategyTests
{
    private static Scenario Moved => Scenario.Present.And(PropertyIs("/ui/theme", "\"blue\""));

    [Fact]
    public void A_decision_on_an_older_version_asks_for_the_document_as_it_was()
    {
        new Write(Key, Set("/ui/size", "3"), At(1)).Decide(Moved.Current, null, Limits.Default).ShouldBe(new Decision.NeedsAncestor(1));
        new Write(Key, Set("/ui/size", "3"), At(1), ConflictStrategy.Merge).Decide(Moved.Current, null, Limits.Default).ShouldBe(new Decision.NeedsAncestor(1));
    }

    [Fact]
    public void Last_write_wins_needs_no_ancestor_and_writes_on_top() =>
        new Write(Key, Set("/ui/theme", "1"), At(1), ConflictStrategy.LastWriteWins).Decide(Moved.Current, null, Limits.Default)
            .ShouldBeOfType<Decision.Accepted>().Events.Select(Show).ShouldBe(["/ui/theme = 1, was 4"]);

    [Fact]
    public void Last_write_wins_replaces_all_that_is_there_now() =>
        Moved.When(Replace("""{"ui":{"size":9}}"""), At(1), ConflictStrategy.LastWriteWins).Then("/net deleted, was 3", "/ui/theme deleted, was 4", "/ui/size = 9, was 2").ThenMerged(false);

    [Theory]
    [InlineData("moved", "0")]
    [InlineData("moved", "3")]
    [InlineData("moved", "c9")]
    [InlineData("moved", "p2")]
    [InlineData("gone", "1")]
    [InlineData("gone", "2")]
    [InlineData("gone", "3")]
    [InlineData("gone", "*")]
    [InlineData("unborn", "1")]
    public void Absence_presence_and_versions_to_come_are_rejected_under_every_strategy(string state, string precondition)
    {
        foreach (var strategy in Enum.GetValues<ConflictStrategy>())
            Matrix.Outcome(Set("/ui/theme", "\"light\""), state, precondition, strategy).ShouldStartWith("version_conflict");
        if (!precondition.StartsWith('p') && !precondition.StartsWith('c'))
            foreach (var strategy in Enum.GetValues<ConflictStrategy>())
                Matrix.Outcome(Replace("{}"), state, precondition, strategy).ShouldStartWith("version_conflict");
    }

    [Fact]
    public void Version_0_of_a_part_that_is_there_is_rejected_under_every_strategy()
    {
        foreach (var strategy in Enum.GetValues<ConflictStrategy>())
        {
            Matrix.Outcome(Set("/ui/theme", "1"), "moved", "p0", strategy).ShouldBe("version_conflict 0≠1");
            Matrix.Outcome(Set("/ui/theme", "1"), "moved", "absent", strategy).ShouldBe("already_exists");
        }
    }

    [Fact]
    public void Merge_takes_both_sides() =>
        Moved.When(Set("/ui/size", "3"), At(1), ConflictStrategy.Merge).Then("/ui/size = 3, was 2").ThenMerged().ThenContent("""{"ui":{"theme":"blue","size":3},"net":{}}""");

    [Fact]
    public void Merge_of_the_same_change_is_no_conflict_and_no_event() =>
        Moved.When(Set("/ui/theme", "\"blue\""), At(1), ConflictStrategy.Merge).ThenNothing().ThenMerged();

    [Fact]
    public void One_conflict_rejects_the_whole_write() =>
        Moved.When(Merge("""{"ui":{"theme":"light","size":3}}"""), At(1), ConflictStrategy.Merge)
            .ThenConflict(1, 2, "/ui/theme: base \"dark\", remote \"blue\", local \"light\"").ThenProposal("""{"ui":{"theme":"blue","size":3},"net":{}}""");

    [Fact]
    public void Merge_by_the_current_version_is_no_merge() => Moved.When(Set("/ui/size", "3"), At(2), ConflictStrategy.Merge).Then("/ui/size = 3, was 2").ThenMerged(false);

    [Fact]
    public void Patches_and_their_tests_run_on_the_ancestor()
    {
        Moved.When(Patch("""[{"op":"test","path":"/ui/theme","value":"dark"},{"op":"replace","path":"/ui/size","value":3}]"""), At(1), ConflictStrategy.Merge)
            .Then("/ui/size = 3, was 2").ThenMerged();
        Moved.When(Patch("""[{"op":"test","path":"/ui/theme","value":"blue"}]"""), At(1), ConflictStrategy.Merge).ThenRejected("test_failed");
        Moved.When(Patch("""[{"op":"remove","path":"/ui/absent"}]"""), At(1), ConflictStrategy.Merge).ThenRejected("patch_failed");
    }

    [Fact]
    public void Merging_a_replacement_takes_only_what_it_changed_of_its_ancestor() =>
        Moved.When(Replace("""{"ui":{"theme":"dark","size":3},"net":{}}"""), At(1), ConflictStrategy.Merge).Then("/ui/size = 3, was 2").ThenMerged();

    [Fact]
    public void Deleting_a_document_that_others_did_not_change_since_is_merged() =>
        Scenario.Present.And(PropertyGone("/ui/theme")).When(Delete(), At(1), ConflictStrategy.Merge).Then("deleted").ThenMerged();

    [Fact]
    public void A_part_that_moved_on_is_merged_from_the_version_named() =>
        Scenario.Given(Created, CollectionIs("ui", """{"at":{"x":1,"y":2}}""")).And(PropertyIs("/ui/at", """{"x":1,"y":3}"""))
            .When(Set("/ui/at", """{"x":5,"y":2}"""), PropertyAt(1), ConflictStrategy.Merge).Then("/ui/at = {\"x\":5,\"y\":3}, was 3").ThenMerged();

    // The ancestor had no such property: deleting it there is 404, and a success that leaves it in place would be false.
    [Fact]
    public void Deleting_under_merge_what_the_ancestor_did_not_have_is_no_silent_success()
    {
        var scenario = Scenario.Present.And(PropertyIs("/ui/new", "1"), CollectionIs("added", "{}"));
        scenario.When(DeleteAt("/ui/new"), At(1), ConflictStrategy.Merge).Decision.ShouldBeOfType<Decision.Rejected>();
        scenario.When(DeleteAt("/added"), At(1), ConflictStrategy.Merge).Decision.ShouldBeOfType<Decision.Rejected>();
    }
}
