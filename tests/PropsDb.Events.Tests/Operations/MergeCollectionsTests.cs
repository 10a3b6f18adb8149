namespace PropsDb.Events.Tests;

public sealed class MergeCollectionsTests
{
    private static Operation Bring(string content) => new MergeCollections(Collections(content));

    private static Operation Take(params NamedParts[] parts) => new DeleteParts(parts);

    [Theory]
    [InlineData("unborn", "none", "version_required")]
    [InlineData("unborn", "0", "created · /ui = {\"size\":4}")]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui/size = 4, was 4")]
    [InlineData("gone", "0", "created · /ui = {\"size\":4}")]
    public void Bringing_properties_in(string state, string precondition, string outcome) => Matrix.Outcome(Bring("""{"ui":{"size":4}}"""), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("""{"ui":{"size":2.0}}""")]
    [InlineData("""{"net":{}}""")]
    [InlineData("""{"ui":{},"net":{}}""")]
    [InlineData("""{"net":{},"ui":{"size":2,"theme":"dark"}}""")]
    public void What_is_there_already_is_no_event_whatever_its_order(string content) => Scenario.Present.When(Bring(content)).ThenNothing();

    [Fact]
    public void What_is_not_named_stays() => Scenario.Present.When(Bring("""{"ui":{"b":1},"new":{"a":1}}"""))
        .Then("/ui/b = 1, was 0", "/new = {\"a\":1}").ThenContent("""{"ui":{"theme":"dark","size":2,"b":1},"net":{},"new":{"a":1}}""");

    [Fact]
    public void A_collection_without_properties_must_merely_be_there() => Scenario.Present.When(Bring("""{"new":{}}""")).Then("/new = {}");

    [Theory]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("gone", "0", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui deleted, was 4 · /net deleted, was 3")]
    public void Taking_collections_away(string state, string precondition, string outcome) => Matrix.Outcome(Take(new("ui", []), new("net", [])), state, precondition).ShouldBe(outcome);

    [Fact]
    public void Taking_properties_away_leaves_their_collection() => Scenario.Present.When(Take(new NamedParts("ui", ["theme", "size"])))
        .Then("/ui/theme deleted, was 2", "/ui/size deleted, was 2").ThenContent("""{"ui":{},"net":{}}""");

    [Fact]
    public void What_is_not_there_is_gone_already() => Scenario.Present.When(Take(new("ui", ["other"]), new("other", []), new("other", ["a"]))).ThenNothing();
}
