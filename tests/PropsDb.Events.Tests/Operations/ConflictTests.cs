namespace PropsDb.Events.Tests;

public sealed class ConflictTests
{
    private static Scenario Moved => Scenario.Present.And(PropertyIs("/ui/theme", "\"blue\"")).And(PropertyIs("/ui/size", "3"));

    [Fact]
    public void A_conflict_lists_base_remote_and_local_of_what_both_changed() =>
        Moved.When(Merge("""{"ui":{"theme":"light","size":3,"font":"mono"}}"""), At(1))
            .ThenConflict(1, 3, "/ui/theme: base \"dark\", remote \"blue\", local \"light\"")
            .ThenProposal("""{"ui":{"theme":"blue","size":3,"font":"mono"},"net":{}}""");

    [Fact]
    public void A_conflict_says_who_changed_the_remote_side_and_when() =>
        Moved.When(Set("/ui/theme", "\"light\""), At(1)).Conflict.Conflicts.ShouldHaveSingleItem().RemoteCommit.ShouldBe(CommitOf(2));

    [Fact]
    public void Without_a_common_path_the_list_is_empty_and_the_proposal_there() =>
        Moved.When(Set("/net/on", "true"), At(1)).ThenConflict(1, 3).ThenProposal("""{"ui":{"theme":"blue","size":3},"net":{"on":true}}""");

    [Fact]
    public void A_version_beyond_the_actual_one_has_no_list_and_no_proposal() =>
        Moved.When(Set("/ui/theme", "\"light\""), At(4)).ThenConflict(4, 3).ThenProposal(null);

    [Fact]
    public void Version_0_on_what_is_present_is_a_conflict_without_a_base() =>
        Moved.When(Replace("""{"ui":{"theme":"light"}}"""), At(0)).ThenConflict(0, 3, "/ui/theme: base -, remote \"blue\", local \"light\"").ThenProposal(null);

    [Fact]
    public void A_version_on_what_was_deleted_names_the_last_version_and_no_remote_value() =>
        Scenario.Gone.When(Set("/ui/theme", "\"light\""), At(1)).ThenConflict(1, 2, "/ui/theme: base \"dark\", remote -, local \"light\"").ThenProposal(null);

    [Fact]
    public void Deleting_what_was_changed_is_a_conflict_with_no_local_value() =>
        Moved.When(DeleteAt("/ui/theme"), At(1)).ThenConflict(1, 3, "/ui/theme: base \"dark\", remote \"blue\", local -");

    [Fact]
    public void Changing_what_was_deleted_is_a_conflict_with_no_remote_value()
    {
        var conflict = Scenario.Present.And(PropertyGone("/ui/theme")).When(Set("/ui/theme", "\"light\""), At(1))
            .ThenConflict(1, 2, "/ui/theme: base \"dark\", remote -, local \"light\"").Conflict;
        conflict.Conflicts[0].RemoteCommit.ShouldBeNull();
    }

    [Fact]
    public void Deleting_a_changed_collection_lists_each_changed_property() =>
        Moved.And(PropertyIs("/ui/new", "1")).When(DeleteAt("/ui"), At(1)).ThenConflict(1, 4,
            "/ui/theme: base \"dark\", remote \"blue\", local -", "/ui/size: base 2, remote 3, local -", "/ui/new: base -, remote 1, local -");

    [Fact]
    public void Deleting_a_changed_document_lists_each_changed_property() =>
        Moved.When(Delete(), At(1)).ThenConflict(1, 3, "/ui/theme: base \"dark\", remote \"blue\", local -", "/ui/size: base 2, remote 3, local -");

    [Fact]
    public void A_patch_whose_test_fails_on_the_version_it_names_is_a_conflict_under_manual() =>
        Moved.When(Patch("""[{"op":"test","path":"/ui/size","value":3},{"op":"remove","path":"/ui/size"}]"""), At(1)).ThenConflict(1, 3);

    [Theory]
    [InlineData("If-Match 1", true)]
    [InlineData("version 1", false)]
    [InlineData("If-Match *", true)]
    [InlineData("If-None-Match *", true)]
    public void A_refusal_remembers_whether_a_header_named_the_version(string precondition, bool byHeader)
    {
        var (scenario, demand) = precondition switch
        {
            "If-Match 1" => (Moved, Precondition.At(1, byHeader: true)),
            "If-Match *" => (Scenario.Gone, IfMatchStar),
            "If-None-Match *" => (Moved, IfNoneMatchStar),
            _ => (Moved, At(1)),
        };
        scenario.When(Set("/ui/theme", "1"), demand).Rejected.ByHeader.ShouldBe(byHeader);
    }

    [Fact]
    public void A_POST_of_what_is_there_is_no_failed_header() => Moved.When(Create(), Precondition.None).Rejected.ByHeader.ShouldBeFalse();

    [Fact]
    public void A_part_at_its_version_is_written_though_the_document_moved_on() =>
        Moved.When(Set("/net/on", "true"), CollectionAt(1)).Then("/net/on = true, was 0").ThenMerged(false);

    [Fact]
    public void A_stale_part_names_its_own_versions() => Moved.When(Set("/ui/theme", "1"), PropertyAt(1)).ThenConflict(1, 2, "/ui/theme: base \"dark\", remote \"blue\", local 1");

    [Fact]
    public void A_part_that_went_is_a_conflict_at_version_0() =>
        Scenario.Present.And(PropertyGone("/ui/theme")).When(Set("/ui/theme", "1"), PropertyAt(1)).ThenConflict(1, 0, "/ui/theme: base \"dark\", remote -, local 1").ThenProposal(null);

    [Fact]
    public void The_reason_does_not_say_that_a_version_differs_from_itself() =>
        Scenario.Gone.When(Set("/ui/theme", "1"), At(2)).Conflict.Detail.ShouldNotContain("version 2, but the document is at version 2");
}
