namespace PropsDb.Events.Tests;

public sealed class RollBackTests
{
    private static Scenario Moved => Scenario.Present.And(PropertyIs("/ui/theme", "1"), CollectionGone("net"), CollectionIs("new", "{}")).And(PropertyGone("/ui/size"));

    private static Outcome RolledBack(Scenario scenario, long to, string path = "") =>
        scenario.When(new RollBack(scenario.AtVersion(to), PropertyPath.Parse(path)), Precondition.None);

    [Fact]
    public void A_document_becomes_what_it_was_by_a_new_commit()
    {
        var after = RolledBack(Moved, 1).Then("rolled back to 1", "/new deleted, was 6", "/ui/theme = \"dark\", was 4", "/ui/size = 2, was 0", "/net = {}")
            .ThenContent("""{"ui":{"theme":"dark","size":2},"net":{}}""").After;
        after.Version.ShouldBe(4);
    }

    [Fact]
    public void A_collection_alone_becomes_what_it_was() =>
        RolledBack(Moved, 1, "/ui").Then("rolled back to 1", "/ui/theme = \"dark\", was 4", "/ui/size = 2, was 0").ThenContent("""{"ui":{"theme":"dark","size":2},"new":{}}""");

    [Fact]
    public void A_property_alone_becomes_what_it_was() => RolledBack(Moved, 1, "/ui/theme").Then("rolled back to 1", "/ui/theme = \"dark\", was 4");

    [Fact]
    public void What_was_not_there_goes()
    {
        RolledBack(Moved, 1, "/new").Then("rolled back to 1", "/new deleted, was 6");
        RolledBack(Scenario.Present.And(PropertyIs("/ui/n", "1")), 1, "/ui/n").Then("rolled back to 1", "/ui/n deleted, was 4");
    }

    [Fact]
    public void What_is_as_it_was_makes_no_event()
    {
        RolledBack(Moved, 3).ThenNothing();
        RolledBack(Moved, 2, "/ui/theme").ThenNothing();
        RolledBack(Scenario.Present.And(PropertyIs("/ui/size", "3")).And(PropertyIs("/ui/size", "2.0")), 1).ThenNothing();
    }

    [Fact]
    public void What_was_never_there_is_not_found()
    {
        RolledBack(Moved, 1, "/absent").ThenRejected("not_found");
        RolledBack(Moved, 1, "/ui/absent").ThenRejected("not_found");
        RolledBack(Moved, 1, "/absent/a").ThenRejected("not_found");
    }

    [Fact]
    public void A_deleted_document_is_not_found() => RolledBack(Scenario.Gone, 1).ThenRejected("not_found");

    [Fact]
    public void A_version_is_optional_and_held_to_where_it_is_given()
    {
        Moved.When(new RollBack(Moved.AtVersion(1), PropertyPath.Document), At(2)).ThenRejected("version_conflict");
        Moved.When(new RollBack(Moved.AtVersion(1), PropertyPath.Document), At(3)).Accepted.Events.Count.ShouldBe(5);
    }

    [Fact]
    public void Any_document_rolls_back_to_any_of_its_versions() => Gen.Select(Gens.Present, Gens.Replacement, Gens.Replacement).Sample((document, first, second) =>
    {
        var middle = Sides.After(Edit.All(document, [first]));
        var current = Sides.After(Edit.All(middle, [second]));
        foreach (var to in new[] { document, middle, current })
        {
            var decision = new Write(Key, new RollBack(to, PropertyPath.Document), Precondition.None).Decide(current, null, Limits.Default).ShouldBeOfType<Decision.Accepted>();
            Same.Holds(decision.Draft, decision.Events);
            Same.Content(Fold(current, decision.Events).Visible, to.Content).ShouldBeTrue();
        }
    }, iter: 200);
}
