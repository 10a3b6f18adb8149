namespace PropsDb.Events.Tests;

/// <summary>Shares are facts of the document's stream, and no commits.</summary>
public sealed class ShareTests
{
    // The commit of version 1 is of this time.
    private static readonly DateTimeOffset s_at = CommitOf(1).At;

    private static ShareDocument Share(string user, bool write = false, bool delete = false, DateTimeOffset? until = null, DateTimeOffset? at = null) =>
        new(Key, user, true, write, delete, until, at ?? s_at);

    private static DocumentShared Shared(string user, DateTimeOffset? until = null) => new(0, Key.Tier, Key.Owner, Key.Name, user, true, false, false, until);

    private static Scenario With(params DocumentEvent[] facts) => facts.Aggregate(Scenario.Present, (scenario, fact) => scenario.And(fact));

    [Fact]
    public void Sharing_is_no_commit_and_needs_no_version()
    {
        var shared = Scenario.Present.When(Share("bob", write: true), Precondition.None).Then("shared with bob to write");
        shared.After.Version.ShouldBe(1);
        shared.After.StreamVersion.ShouldBe(shared.Before.StreamVersion + 1);
        shared.After.Updated.ShouldBe(shared.Before.Updated);
        shared.After.Shares["bob"].ShouldBe(new Share("bob", true, true, false, "writer-1", s_at, null, 1));
    }

    [Fact]
    public void Only_a_document_that_is_there_is_shared()
    {
        Scenario.Unborn.When(Share("bob"), Precondition.None).ThenRejected("not_found");
        Scenario.Gone.When(Share("bob"), Precondition.None).ThenRejected("not_found");
        Scenario.Gone.When(new RevokeShare("bob", s_at), Precondition.None).ThenRejected("not_found");
    }

    [Fact]
    public void Sharing_the_same_again_changes_nothing()
    {
        var with = With(Shared("bob"));
        with.When(Share("bob"), Precondition.None).ThenNothing();
        with.When(Share("bob", write: true), Precondition.None).Then("shared with bob to write");
        with.When(Share("bob", until: s_at.AddDays(1)), Precondition.None).Accepted.Events.Count.ShouldBe(1);
    }

    [Fact]
    public void A_share_given_anew_while_it_lasts_shows_what_the_first_one_did()
    {
        var at1 = Fold(Scenario.Present.Current, [Shared("bob", s_at.AddMinutes(10)) with { Version = 1 }]);
        var at2 = Fold(at1, [(PropertyIs("/ui/size", "3") as PropertySet)! with { Version = 2 }]);
        at2.Version.ShouldBe(2);
        Fold(at2, [Shared("bob") with { Version = 2 }]).Shares["bob"].Version.ShouldBe(1);
        // Once it has ended or was taken back, what was written in between stays hidden.
        var late = Document.Evolve(at2, Shared("bob") with { Version = 2 }, new Commit(2, s_at.AddMinutes(10), "alice"));
        late.Shares["bob"].Version.ShouldBe(2);
        Fold(at2, [new ShareRevoked(2, "bob"), Shared("bob") with { Version = 2 }]).Shares["bob"].Version.ShouldBe(2);
    }

    [Fact]
    public void A_share_is_taken_back_once()
    {
        With(Shared("bob")).When(new RevokeShare("bob", s_at), Precondition.None).Then("share of bob revoked").After.Shares.ShouldBeEmpty();
        With(Shared("bob")).When(new RevokeShare("carol", s_at), Precondition.None).ThenRejected("not_found");
        With(Shared("bob"), new ShareRevoked(0, "bob")).When(new RevokeShare("bob", s_at), Precondition.None).ThenRejected("not_found");
    }

    [Fact]
    public void A_share_ends_at_its_instant()
    {
        var until = s_at.AddHours(1);
        var with = With(Shared("bob", until));
        with.When(new ExpireShare("bob", until.AddTicks(-1)), Precondition.None).ThenNothing();
        with.When(new RevokeShare("bob", until), Precondition.None).ThenRejected("not_found");
        with.When(new ExpireShare("bob", until), Precondition.None).Then("share of bob expired").After.Shares.ShouldBeEmpty();
        With(Shared("bob")).When(new ExpireShare("bob", DateTimeOffset.MaxValue), Precondition.None).ThenNothing();
    }

    [Fact]
    public void A_deletion_says_that_shares_end_and_a_restoration_that_they_return()
    {
        Scenario.Present.When(Delete()).Then("deleted");
        var with = With(Shared("bob"));
        with.When(Delete()).Then("deleted", "shares ended");
        var gone = with.And(Deleted, new SharesEnded(0));
        gone.Current.Version.ShouldBe(2);
        var back = gone.When(Restore(), Precondition.None).Then("restored", "shares returned").After;
        back.Shares["bob"].ShouldBe(with.Current.Shares["bob"]);
        Scenario.Gone.When(Restore(), Precondition.None).Then("restored");
    }

    [Fact]
    public void A_document_created_anew_has_none_of_the_shares_before()
    {
        var gone = With(Shared("bob")).And(Deleted, new SharesEnded(0));
        var anew = gone.When(Create()).Then("created").After;
        anew.Shares.ShouldBeEmpty();
        var goneAgain = gone.And(Created).And(Deleted);
        goneAgain.When(Restore(), Precondition.None).Then("restored").After.Shares.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, "carol", null)]
    [InlineData(2, "dave", "too_large")]
    [InlineData(2, "bob", null)]
    [InlineData(3, "dave", null)]
    public void A_document_is_shared_with_so_many_and_no_more(int limit, string user, string? code)
    {
        var with = limit == 2 && user == "carol" ? With(Shared("bob")) : With(Shared("bob"), Shared("carol"));
        var outcome = with.Within(Limits.Default with { MaxShares = limit }).When(Share(user, write: true), Precondition.None);
        if (code is null) outcome.Then($"shared with {user} to write");
        else outcome.ThenRejected(code);
    }

    [Fact]
    public void Shares_that_have_ended_take_no_place()
    {
        var with = With(Shared("bob", s_at.AddHours(1))).Within(Limits.Default with { MaxShares = 1 });
        with.When(Share("carol", at: s_at.AddHours(1).AddTicks(-1)), Precondition.None).ThenRejected("too_large");
        with.When(Share("carol", at: s_at.AddHours(1)), Precondition.None).Then("shared with carol");
    }

    [Fact]
    public void A_stale_version_is_a_conflict_where_one_is_named() =>
        With(Shared("bob")).And(PropertyIs("/ui/size", "3")).When(Share("carol"), At(1)).ThenRejected("version_conflict");
}
