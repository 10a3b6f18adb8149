namespace PropsDb.Events.Tests;

public sealed class PatchDocumentTests
{
    private const string Replaced = "/ui/theme = \"light\", was 2";

    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "*", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("unborn", "absent", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", Replaced)]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", Replaced)]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "2", "not_found")]
    public void Patching_a_document_either_way(string state, string precondition, string outcome)
    {
        Matrix.Outcome(Merge("""{"ui":{"theme":"light"}}"""), state, precondition).ShouldBe(outcome);
        Matrix.Outcome(Patch("""[{"op":"replace","path":"/ui/theme","value":"light"}]"""), state, precondition).ShouldBe(outcome);
    }

    [Theory]
    [InlineData("""{"ui":{"theme":null}}""", "/ui/theme deleted, was 2")]
    [InlineData("""{"ui":null}""", "/ui deleted, was 2")]
    [InlineData("""{"ui":null,"net":null}""", "/ui deleted, was 2 · /net deleted, was 3")]
    [InlineData("""{"sync":{"on":true}}""", "/sync = {\"on\":true}")]
    [InlineData("""{"sync":{}}""", "/sync = {}")]
    [InlineData("""{"sync":{"on":null}}""", "/sync = {}")]
    [InlineData("""{"sync":null}""", "nothing")]
    [InlineData("{}", "nothing")]
    [InlineData("""{"ui":{"size":2.0}}""", "nothing")]
    [InlineData("""{"ui":{"size":{"x":null}}}""", "/ui/size = {}, was 2")]
    [InlineData("null", "invalid_value")]
    [InlineData("[]", "invalid_value")]
    [InlineData("""{"ui":1}""", "invalid_value")]
    [InlineData("""{"__version":{}}""", "invalid_name")]
    [InlineData("""{" x":{}}""", "invalid_name")]
    [InlineData("""{"ui":{"..":1}}""", "invalid_name")]
    public void A_merge_patch_works_on_the_collections_object(string patch, string outcome) => Matrix_(Merge(patch)).ShouldBe(outcome);

    [Theory]
    [InlineData("""[{"op":"add","path":"/ui/font","value":1}]""", "/ui/font = 1, was 0")]
    [InlineData("""[{"op":"add","path":"/sync","value":{"on":true}}]""", "/sync = {\"on\":true}")]
    [InlineData("""[{"op":"add","path":"/sync/on","value":true}]""", "patch_failed")]
    [InlineData("""[{"op":"remove","path":"/ui/theme"}]""", "/ui/theme deleted, was 2")]
    [InlineData("""[{"op":"remove","path":"/ui"}]""", "/ui deleted, was 2")]
    [InlineData("""[{"op":"move","from":"/ui/theme","path":"/net/theme"}]""", "/ui/theme deleted, was 2 · /net/theme = \"dark\", was 0")]
    [InlineData("""[{"op":"move","from":"/ui","path":"/look"}]""", "/ui deleted, was 2 · /look = {\"theme\":\"dark\",\"size\":2}")]
    [InlineData("""[{"op":"copy","from":"/ui","path":"/net"}]""", "/net/theme = \"dark\", was 0 · /net/size = 2, was 0")]
    [InlineData("""[{"op":"replace","path":"","value":{"net":{}}}]""", "/ui deleted, was 2")]
    [InlineData("""[{"op":"replace","path":"","value":{}}]""", "/ui deleted, was 2 · /net deleted, was 3")]
    [InlineData("""[{"op":"replace","path":"","value":1}]""", "invalid_value")]
    [InlineData("""[{"op":"replace","path":"/ui","value":[]}]""", "invalid_value")]
    [InlineData("""[{"op":"replace","path":"/ui","value":{"theme":"dark","size":2.0}}]""", "nothing")]
    [InlineData("""[{"op":"test","path":"/ui/size","value":2.00}]""", "nothing")]
    [InlineData("""[{"op":"test","path":"/ui","value":{"size":2,"theme":"dark"}}]""", "nothing")]
    [InlineData("""[{"op":"test","path":"/ui/size","value":3},{"op":"remove","path":"/absent"}]""", "test_failed")]
    [InlineData("""[{"op":"remove","path":"/absent"}]""", "patch_failed")]
    [InlineData("""[{"op":"replace","path":"/ui/theme","value":1},{"op":"replace","path":"/ui/theme","value":"dark"}]""", "nothing")]
    [InlineData("""[{"op":"add","path":"/x","value":{}},{"op":"remove","path":"/x"}]""", "nothing")]
    [InlineData("""[{"op":"add","path":"/__version","value":{}}]""", "invalid_name")]
    [InlineData("""[{"op":"add","path":"/ui/a\u0001","value":1}]""", "invalid_name")]
    [InlineData("""[{"op":"add","path":"/","value":{}}]""", "invalid_name")]
    public void A_JSON_patch_works_on_the_collections_object(string patch, string outcome) => Matrix_(Patch(patch)).ShouldBe(outcome);

    [Fact]
    public void A_patch_goes_inside_values() =>
        Scenario.Given(Created, CollectionIs("ui", """{"at":{"x":[1,{"y":2}]}}"""))
            .When(Patch("""[{"op":"add","path":"/ui/at/x/-","value":3},{"op":"replace","path":"/ui/at/x/1/y","value":4}]"""))
            .Then("/ui/at = {\"x\":[1,{\"y\":4},3]}, was 2");

    [Fact]
    public void Removed_and_added_again_in_one_patch_a_property_stands_at_the_end() =>
        Scenario.Present.When(Patch("""[{"op":"remove","path":"/ui/theme"},{"op":"add","path":"/ui/theme","value":"dark"}]"""))
            .Then("/ui order size theme").ThenContent("""{"ui":{"size":2,"theme":"dark"},"net":{}}""");

    [Fact]
    public void Removed_and_added_again_in_one_patch_a_collection_stands_at_the_end() =>
        Scenario.Present.When(Patch("""[{"op":"move","from":"/ui","path":"/tmp"},{"op":"move","from":"/tmp","path":"/ui"}]"""))
            .Then("order net ui").ThenContent("""{"net":{},"ui":{"theme":"dark","size":2}}""");

    [Fact]
    public void Two_collections_may_change_their_names() =>
        Scenario.Given(Created, CollectionIs("a", """{"x":1}"""), CollectionIs("b", """{"y":2}"""))
            .When(Patch("""[{"op":"move","from":"/a","path":"/t"},{"op":"move","from":"/b","path":"/a"},{"op":"move","from":"/t","path":"/b"}]"""))
            .ThenContent("""{"a":{"y":2},"b":{"x":1}}""");

    private static string Matrix_(Operation operation)
    {
        var outcome = Scenario.Present.When(operation);
        if (outcome.Decision is Decision.Rejected(var rejection)) return rejection.Code;
        return outcome.Accepted.Events.Count == 0 ? "nothing" : string.Join(" · ", outcome.Accepted.Events.Select(Show));
    }
}
