namespace PropsDb.Events.Tests;

/// <summary>Versions counted from the creation that a document's present life began with.</summary>
public sealed class LifeVersionTests
{
    private static Precondition InLife(long version) => new(Demand.LifeVersion, version);

    /// <summary>Versions 1 and 2, deleted in 3; a second life of versions 4 and 5, which are 1 and 2 of it.</summary>
    private static Scenario Twice => Scenario.Present.And(PropertyIs("/ui/size", "3")).And(Deleted).And(Created, CollectionIs("ui", """{"size":4}""")).And(PropertyIs("/ui/size", "5"));

    [Fact]
    public void Each_life_begins_at_version_1_and_an_absent_document_is_at_0()
    {
        Scenario.Unborn.Current.LifeVersion.ShouldBe(0);
        Scenario.Present.Current.LifeVersion.ShouldBe(1);
        Scenario.Gone.Current.LifeVersion.ShouldBe(0);
        (Twice.Current.Version, Twice.Current.LifeVersion, Twice.Current.VersionsBeforeLife).ShouldBe((5, 2, 3));
        Twice.And(Deleted).And(Restored).Current.LifeVersion.ShouldBe(4);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(0, "0≠5")]
    [InlineData(1, "4≠5")]
    [InlineData(3, "6≠5")]
    [InlineData(5, "8≠5")]
    [InlineData(long.MaxValue, "9223372036854775807≠5")]
    public void A_writer_may_name_the_version_of_the_life(long version, string? conflict)
    {
        var outcome = Twice.When(Set("/ui/size", "6"), InLife(version));
        if (conflict is null) outcome.Then("/ui/size = 6, was 8");
        else $"{outcome.Conflict.Expected}≠{outcome.Conflict.Actual}".ShouldBe(conflict);
    }

    [Fact]
    public void The_ancestor_of_a_conflict_is_of_the_same_life() =>
        Twice.When(Set("/ui/size", "6"), InLife(1)).ThenConflict(4, 5, "/ui/size: base 4, remote 5, local 6");

    [Theory]
    [InlineData("unborn", 0, true), InlineData("unborn", 1, false), InlineData("gone", 0, true), InlineData("gone", 1, false), InlineData("gone", 2, false)]
    public void Where_nothing_is_only_0_begins_it(string state, long version, bool begins)
    {
        var outcome = Matrix.State(state).When(new MergeCollections([]), InLife(version));
        if (begins) outcome.Then("created");
        else outcome.ThenRejected("version_conflict");
    }
}
