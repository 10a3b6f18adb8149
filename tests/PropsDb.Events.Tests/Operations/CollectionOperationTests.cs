namespace PropsDb.Events.Tests;

public sealed class CollectionOperationTests
{
    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "absent", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("moved", "none", "/sync = {\"on\":true}")]
    [InlineData("moved", "*", "/sync = {\"on\":true}")]
    [InlineData("moved", "absent", "/sync = {\"on\":true}")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/sync = {\"on\":true}")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("moved", "c0", "/sync = {\"on\":true}")]
    [InlineData("moved", "c1", "version_conflict 1≠0")]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "0", "not_found")]
    public void Creating_a_collection(string state, string precondition, string outcome) => Matrix.Outcome(CreateAt("sync", """{"on":true}"""), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("none")]
    [InlineData("*")]
    [InlineData("absent")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("c2")]
    public void Creating_a_collection_that_is_there_is_refused_whatever_the_version(string precondition) =>
        Matrix.Outcome(CreateAt("ui", "{}"), "moved", precondition).ShouldBe("already_exists");

    private const string Replaced = "/ui/theme = \"light\", was 2";
    private const string Born = "created · /ui = {\"theme\":\"light\",\"size\":3}";

    [Theory]
    [InlineData("unborn", "none", "version_required")]
    [InlineData("unborn", "*", "version_conflict *≠0")]
    [InlineData("unborn", "absent", Born)]
    [InlineData("unborn", "0", Born)]
    [InlineData("unborn", "c0", Born)]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", Replaced)]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", Replaced)]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("moved", "c0", "version_conflict 0≠2")]
    [InlineData("moved", "c1", "version_conflict 1≠2")]
    [InlineData("moved", "c2", Replaced)]
    [InlineData("moved", "c3", "version_conflict 3≠2")]
    [InlineData("gone", "none", "version_required")]
    [InlineData("gone", "*", "version_conflict *≠2")]
    [InlineData("gone", "absent", Born)]
    [InlineData("gone", "0", Born)]
    [InlineData("gone", "2", "version_conflict 2≠2")]
    [InlineData("gone", "c0", Born)]
    public void Replacing_a_collection(string state, string precondition, string outcome) =>
        Matrix.Outcome(ReplaceAt("ui", """{"theme":"light","size":3}"""), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", Replaced)]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", Replaced)]
    [InlineData("moved", "c1", "version_conflict 1≠2")]
    [InlineData("moved", "c2", Replaced)]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "2", "not_found")]
    public void Patching_a_collection(string state, string precondition, string outcome) => Matrix.Outcome(MergeAt("ui", """{"theme":"light"}"""), state, precondition).ShouldBe(outcome);

    [Fact]
    public void Patching_a_collection_that_is_not_there_is_not_found() => Matrix.Outcome(MergeAt("sync", "{}"), "moved", "2").ShouldBe("not_found");

    [Fact]
    public void Null_deletes_and_a_nested_object_is_merged() =>
        Scenario.Given(Created, CollectionIs("ui", """{"a":1,"at":{"x":1,"y":2},"b":2}"""))
            .When(MergeAt("ui", """{"a":null,"at":{"y":null,"z":3},"c":4}"""))
            .Then("/ui/a deleted, was 2", "/ui/at = {\"x\":1,\"z\":3}, was 2", "/ui/c = 4, was 0");

    [Fact]
    public void A_patch_of_a_collection_names_its_faults_by_their_place_in_the_body() =>
        Scenario.Present.When(MergeAt("ui", """{" a":1}""")).Rejected.Faults.ShouldHaveSingleItem().Pointer.ShouldBe("/ a");

    [Theory]
    [InlineData("1", "invalid_value")]
    [InlineData("null", "invalid_value")]
    [InlineData("[]", "invalid_value")]
    [InlineData("""{" a":1}""", "invalid_name")]
    [InlineData("""{"":1}""", "invalid_name")]
    [InlineData("""{"a\u0000":1}""", "invalid_name")]
    public void A_patch_that_leaves_no_collection_is_refused(string patch, string code) => Scenario.Present.When(MergeAt("ui", patch)).ThenRejected(code);

    [Fact]
    public void A_bad_name_in_a_patch_that_only_deletes_it_does_nothing() => Scenario.Present.When(MergeAt("ui", """{" a":null}""")).ThenNothing();
}
