namespace PropsDb.Events.Tests;

public sealed class DeletePartsTests
{
    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "*", "not_found")]
    [InlineData("unborn", "absent", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("unborn", "1", "not_found")]
    [InlineData("unborn", "p0", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "/ui/theme deleted, was 2")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui/theme deleted, was 2")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("moved", "c1", "version_conflict 1≠2")]
    [InlineData("moved", "c2", "/ui/theme deleted, was 2")]
    [InlineData("moved", "p0", "version_conflict 0≠1")]
    [InlineData("moved", "p1", "/ui/theme deleted, was 2")]
    [InlineData("moved", "p2", "version_conflict 2≠1")]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "*", "not_found")]
    [InlineData("gone", "2", "not_found")]
    public void Deleting_a_property(string state, string precondition, string outcome) => Matrix.Outcome(DeleteAt("/ui/theme"), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "/ui deleted, was 4")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui deleted, was 4")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("moved", "c0", "version_conflict 0≠2")]
    [InlineData("moved", "c1", "version_conflict 1≠2")]
    [InlineData("moved", "c2", "/ui deleted, was 4")]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "2", "not_found")]
    public void Deleting_a_collection(string state, string precondition, string outcome) => Matrix.Outcome(DeleteAt("/ui"), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("/ui/absent", "none")]
    [InlineData("/ui/absent", "2")]
    [InlineData("/ui/absent", "1")]
    [InlineData("/ui/absent", "p0")]
    [InlineData("/net/theme", "2")]
    [InlineData("/absent/theme", "2")]
    [InlineData("/absent", "2")]
    [InlineData("/absent", "c0")]
    public void Deleting_what_is_not_there_is_not_found_before_any_version(string path, string precondition) =>
        Matrix.Outcome(DeleteAt(path), "moved", precondition).ShouldBe("not_found");

    [Fact]
    public void The_last_property_leaves_an_empty_collection() =>
        Scenario.Given(Created, CollectionIs("ui", """{"a":1}""")).When(DeleteAt("/ui/a")).ThenContent("""{"ui":{}}""");

    [Fact]
    public void The_last_collection_leaves_an_empty_document() =>
        Scenario.Given(Created, CollectionIs("ui", "{}")).When(DeleteAt("/ui")).Then("/ui deleted, was 2").ThenContent("{}");
}
