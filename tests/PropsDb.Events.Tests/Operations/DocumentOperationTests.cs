namespace PropsDb.Events.Tests;

public sealed class DocumentOperationTests
{
    private const string Content = """{"ui":{"theme":"light","size":3}}""";
    private const string Born = "created · /ui = {\"theme\":\"light\",\"size\":3}";
    private const string Replaced = "/net deleted, was 3 · /ui/theme = \"light\", was 2";

    [Theory]
    [InlineData("unborn", "none", Born)]
    [InlineData("unborn", "*", "version_conflict *≠0")]
    [InlineData("unborn", "absent", Born)]
    [InlineData("unborn", "0", Born)]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "already_exists")]
    [InlineData("moved", "*", "already_exists")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "already_exists")]
    [InlineData("moved", "1", "already_exists")]
    [InlineData("moved", "2", "already_exists")]
    [InlineData("moved", "3", "already_exists")]
    [InlineData("gone", "none", Born)]
    [InlineData("gone", "*", "version_conflict *≠2")]
    [InlineData("gone", "absent", Born)]
    [InlineData("gone", "0", Born)]
    [InlineData("gone", "1", "version_conflict 1≠2")]
    [InlineData("gone", "2", "version_conflict 2≠2")]
    public void Creating_a_document(string state, string precondition, string outcome) => Matrix.Outcome(Create(Content), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("unborn", "none", "version_required")]
    [InlineData("unborn", "*", "version_conflict *≠0")]
    [InlineData("unborn", "absent", Born)]
    [InlineData("unborn", "0", Born)]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", Replaced)]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", Replaced)]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("gone", "none", "version_required")]
    [InlineData("gone", "*", "version_conflict *≠2")]
    [InlineData("gone", "absent", Born)]
    [InlineData("gone", "0", Born)]
    [InlineData("gone", "1", "version_conflict 1≠2")]
    [InlineData("gone", "2", "version_conflict 2≠2")]
    [InlineData("gone", "3", "version_conflict 3≠2")]
    public void Replacing_a_document(string state, string precondition, string outcome) => Matrix.Outcome(Replace(Content), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "*", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "deleted")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "deleted")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("gone", "none", "not_found")]
    [InlineData("gone", "2", "not_found")]
    public void Deleting_a_document(string state, string precondition, string outcome) => Matrix.Outcome(Delete(), state, precondition).ShouldBe(outcome);

    [Theory]
    [InlineData("unborn", "none", "not_found")]
    [InlineData("unborn", "absent", "not_found")]
    [InlineData("unborn", "0", "not_found")]
    [InlineData("unborn", "*", "not_found")]
    [InlineData("unborn", "1", "not_found")]
    [InlineData("moved", "none", "already_exists")]
    [InlineData("moved", "*", "already_exists")]
    [InlineData("moved", "2", "already_exists")]
    [InlineData("gone", "none", "restored")]
    [InlineData("gone", "absent", "restored")]
    [InlineData("gone", "0", "restored")]
    [InlineData("gone", "3", "version_conflict 3≠2")]
    public void Restoring_a_document(string state, string precondition, string outcome) => Matrix.Outcome(Restore(), state, precondition).ShouldBe(outcome);

    // A version is optional there, so one may be given; the only one that a restorer can have built on is that of the deletion, its ETag.
    [Fact]
    public void Restoring_with_the_version_of_the_deletion_restores() => Matrix.Outcome(Restore(), "gone", "2").ShouldBe("restored");

    [Fact]
    public void A_restored_document_is_as_it_was_at_a_new_version()
    {
        var outcome = Scenario.Gone.When(Restore(), Precondition.None).Then("restored").ThenContent("""{"ui":{"theme":"dark","size":2},"net":{}}""");
        outcome.After.Version.ShouldBe(3);
        outcome.After.Created.ShouldBe(CommitOf(1));
    }

    [Fact]
    public void A_re_created_document_has_a_new_creation_and_the_version_goes_on()
    {
        var after = Scenario.Gone.When(Create()).Then("created").After;
        (after.Version, after.Created, Show(after)).ShouldBe((3, CommitOf(3), "{}"));
    }

    [Fact]
    public void A_deleted_life_cannot_be_restored_over_the_next() => Scenario.Gone.And(Created).When(Restore(), Precondition.None).ThenRejected("already_exists");

    [Fact]
    public void An_empty_document_is_created_and_stays_empty() => Scenario.Unborn.When(Replace("{}")).Then("created").ThenContent("{}");

    [Fact]
    public void Emptying_a_document_deletes_each_collection() =>
        Scenario.Present.When(Replace("{}")).Then("/ui deleted, was 2", "/net deleted, was 3").ThenContent("{}");

    [Fact]
    public void Creation_keeps_the_given_order() =>
        Scenario.Unborn.When(Create("""{"b":{"2":1,"1":2},"a":{}}""")).Then("created", "/b = {\"2\":1,\"1\":2}", "/a = {}").ThenContent("""{"b":{"2":1,"1":2},"a":{}}""");
}
