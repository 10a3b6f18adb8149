namespace PropsDb.Events.Tests;

public sealed class UndoTests
{
    private static Outcome Undone(Scenario scenario, params long[] commits) =>
        scenario.When(new UndoCommits([.. commits.Select(c => scenario.Undone(c, commits))]), Precondition.None);

    [Fact]
    public void A_value_set_is_set_back() => Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")), 2).Then("/ui/size = 2, was 4");

    [Fact]
    public void What_was_added_goes_and_what_was_deleted_returns()
    {
        Undone(Scenario.Present.And(PropertyIs("/ui/n", "3")), 2).Then("/ui/n deleted, was 4");
        Undone(Scenario.Present.And(CollectionIs("n", """{"a":1}""")), 2).Then("/n deleted, was 4");
        Undone(Scenario.Present.And(PropertyGone("/ui/size")), 2).Then("/ui/size = 2, was 0");
        Undone(Scenario.Present.And(CollectionGone("net")), 2).Then("/net = {}");
    }

    [Fact]
    public void What_returns_stands_where_it_stood() =>
        Undone(Scenario.Present.And(CollectionGone("ui")), 2).ThenContent("""{"ui":{"theme":"dark","size":2},"net":{}}""");

    [Fact]
    public void The_inverse_of_a_creation_is_the_deletion_and_of_a_deletion_the_restoration()
    {
        Undone(Scenario.Present, 1).Then("deleted");
        Undone(Scenario.Gone, 2).Then("restored").ThenContent("""{"ui":{"theme":"dark","size":2},"net":{}}""");
    }

    [Fact]
    public void An_order_is_taken_back() =>
        Undone(Scenario.Present.And(new PropertiesOrdered(0, "ui", ["size", "theme"])), 2).Then("/ui order theme size");

    [Fact]
    public void Later_commits_elsewhere_stay() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/ui/theme", "1")), 2).Then("/ui/size = 2, was 4").ThenContent("""{"ui":{"theme":1,"size":2},"net":{}}""");

    [Fact]
    public void A_path_touched_later_is_a_conflict() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/ui/size", "4")), 2).ThenConflict(2, 3, "/ui/size: base 3, remote 4, local 2");

    [Fact]
    public void A_path_touched_later_is_a_conflict_though_it_is_as_it_was() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/ui/size", "4")).And(PropertyIs("/ui/size", "3")), 2).ThenRejected("version_conflict");

    [Fact]
    public void A_path_added_and_deleted_later_was_touched_as_well() =>
        Undone(Scenario.Present.And(PropertyGone("/ui/size")).And(PropertyIs("/ui/size", "4")).And(PropertyGone("/ui/size")), 2).ThenRejected("version_conflict");

    [Fact]
    public void A_collection_deleted_later_was_touched_as_well() =>
        Undone(Scenario.Present.And(CollectionIs("n", """{"a":1}""")).And(CollectionGone("n")), 2).ThenConflict(2, 3, "/n: base {\"a\":1}, remote -, local -");

    [Fact]
    public void A_later_change_inside_an_object_is_a_conflict_and_not_merged() =>
        Undone(Scenario.Given(Created, CollectionIs("ui", """{"at":{"x":1,"y":1}}""")).And(PropertyIs("/ui/at", """{"x":2,"y":1}""")).And(PropertyIs("/ui/at", """{"x":2,"y":2}""")), 2)
            .ThenRejected("version_conflict");

    [Fact]
    public void A_creation_cannot_be_undone_over_later_changes() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/n", "1")), 1).ThenConflict(1, 2, "/ui/n: base -, remote 1, local -");

    [Fact]
    public void A_deletion_cannot_be_undone_over_a_new_life() => Undone(Scenario.Gone.And(Created), 2).ThenRejected("version_conflict");

    [Fact]
    public void Several_commits_of_one_path_are_undone_together_newest_first() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/ui/size", "4")).And(PropertyIs("/ui/theme", "1")), 3, 2).Then("/ui/size = 2, was 5");

    [Fact]
    public void A_deletion_and_a_change_before_it_are_undone_together() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(Deleted), 3, 2).Then("restored", "/ui/size = 2, was 4");

    [Fact]
    public void A_deletion_a_change_and_the_creation_are_undone_to_nothing() =>
        Undone(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(Deleted), 3, 2, 1).ThenNothing();

    [Fact]
    public void Any_last_commit_is_undone_to_what_was_before() => Gen.Select(Gens.Present, Gens.Replacement).Sample((document, edit) =>
    {
        var after = Sides.After(Edit.All(document, [edit]));
        if (after.Version == document.Version) return;
        var decision = new Write(Key, new UndoCommits([new UndoneCommit(document, after, new HashSet<PropertyPath>())]), Precondition.None).Decide(after, null, Limits.Default).ShouldBeOfType<Decision.Accepted>();
        Same.Holds(decision.Draft, decision.Events);
        Show(Fold(after, decision.Events)).ShouldBe(Show(document), edit.Text);
    }, iter: 500);
}
