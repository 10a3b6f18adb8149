namespace PropsDb.Events.Tests;

public sealed class SetPropertyTests
{
    [Theory]
    [InlineData("unborn", "none", "version_required")]
    [InlineData("unborn", "*", "version_conflict *≠0")]
    [InlineData("unborn", "absent", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("unborn", "0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("unborn", "c0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("unborn", "c1", "version_conflict 1≠0")]
    [InlineData("unborn", "p0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("unborn", "p1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "/ui/theme = \"light\", was 2")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui/theme = \"light\", was 2")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("moved", "c0", "version_conflict 0≠2")]
    [InlineData("moved", "c1", "version_conflict 1≠2")]
    [InlineData("moved", "c2", "/ui/theme = \"light\", was 2")]
    [InlineData("moved", "c3", "version_conflict 3≠2")]
    [InlineData("moved", "p0", "version_conflict 0≠1")]
    [InlineData("moved", "p1", "/ui/theme = \"light\", was 2")]
    [InlineData("moved", "p2", "version_conflict 2≠1")]
    [InlineData("moved", "p9", "version_conflict 9≠1")]
    [InlineData("gone", "none", "version_required")]
    [InlineData("gone", "*", "version_conflict *≠2")]
    [InlineData("gone", "absent", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("gone", "0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("gone", "1", "version_conflict 1≠2")]
    [InlineData("gone", "2", "version_conflict 2≠2")]
    [InlineData("gone", "3", "version_conflict 3≠2")]
    [InlineData("gone", "c0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("gone", "c1", "version_conflict 1≠0")]
    [InlineData("gone", "p0", "created · /ui = {\"theme\":\"light\"}")]
    [InlineData("gone", "p1", "version_conflict 1≠0")]
    public void Setting_a_property(string state, string precondition, string outcome) => Matrix.Outcome(Set("/ui/theme", "\"light\""), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "/ui/font = 1, was 0")]
    [InlineData("moved", "absent", "/ui/font = 1, was 0")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui/font = 1, was 0")]
    [InlineData("moved", "p0", "/ui/font = 1, was 0")]
    [InlineData("moved", "p1", "version_conflict 1≠0")]
    [InlineData("moved", "c2", "/ui/font = 1, was 0")]
    public void Adding_a_property(string state, string precondition, string outcome) => Matrix.Outcome(Set("/ui/font", "1"), state, precondition).ShouldBe(outcome);

    [Fact]
    public void A_missing_collection_is_added_at_the_end() =>
        Scenario.Present.When(Set("/sync/on", "true")).Then("/sync = {\"on\":true}").ThenContent("""{"ui":{"theme":"dark","size":2},"net":{},"sync":{"on":true}}""");

    [Fact]
    public void An_empty_collection_gets_its_first_property() => Scenario.Present.When(Set("/net/proxy", "null")).Then("/net/proxy = null, was 0");

    [Theory]
    [InlineData("2")]
    [InlineData("2.0")]
    [InlineData("20e-1")]
    public void Setting_the_same_value_again_changes_nothing_and_the_stored_spelling_stays(string same) =>
        Scenario.Present.When(Set("/ui/size", same)).ThenNothing().ThenContent("""{"ui":{"theme":"dark","size":2},"net":{}}""");

    [Fact]
    public void An_object_with_its_members_reordered_is_the_same_value() =>
        Scenario.Given(Created, CollectionIs("ui", """{"at":{"x":1,"y":2}}""")).When(Set("/ui/at", """{"y":2.0,"x":1}""")).ThenNothing();

    [Fact]
    public void An_array_reordered_is_another_value() =>
        Scenario.Given(Created, CollectionIs("ui", """{"at":[1,2]}""")).When(Set("/ui/at", "[2,1]")).Then("/ui/at = [2,1], was 2");

    [Fact]
    public void A_stale_write_that_would_change_nothing_is_still_a_conflict() =>
        Matrix.Outcome(Set("/ui/theme", "\"dark\""), "moved", "1").ShouldBe("version_conflict 1≠2");

    [Fact]
    public void Null_is_a_value_and_no_absence() => Scenario.Present.When(Set("/ui/theme", "null")).Then("/ui/theme = null, was 2");

    [Fact]
    public void Where_the_tier_asks_for_no_version_a_write_without_one_is_made_on_what_is_there()
    {
        Matrix.Outcome(Set("/ui/theme", "\"light\""), "moved", "none", requiresVersion: false).ShouldBe("/ui/theme = \"light\", was 2");
        Matrix.Outcome(Set("/ui/theme", "\"light\""), "unborn", "none", requiresVersion: false).ShouldBe("created · /ui = {\"theme\":\"light\"}");
        Matrix.Outcome(Set("/ui/theme", "\"light\""), "moved", "1", requiresVersion: false).ShouldBe("version_conflict 1≠2");
    }

    [Fact]
    public void A_property_deleted_and_set_again_stands_at_the_end() =>
        Scenario.Present.And(PropertyGone("/ui/theme")).When(Set("/ui/theme", "\"dark\"")).Then("/ui/theme = \"dark\", was 0").ThenContent("""{"ui":{"size":2,"theme":"dark"},"net":{}}""");

    [Fact]
    public void Creation_anew_takes_nothing_over_from_the_life_before() =>
        Scenario.Gone.When(Set("/ui/font", "1")).Then("created", "/ui = {\"font\":1}").After.Version.ShouldBe(3);
}
