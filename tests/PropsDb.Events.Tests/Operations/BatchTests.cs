namespace PropsDb.Events.Tests;

public sealed class BatchTests
{
    [Theory]
    [InlineData("unborn", "none", "version_required")]
    [InlineData("unborn", "*", "version_conflict *≠0")]
    [InlineData("unborn", "absent", "created · /ui = {\"theme\":1}")]
    [InlineData("unborn", "0", "created · /ui = {\"theme\":1}")]
    [InlineData("unborn", "1", "version_conflict 1≠0")]
    [InlineData("moved", "none", "version_required")]
    [InlineData("moved", "*", "/ui/theme = 1, was 2")]
    [InlineData("moved", "absent", "already_exists")]
    [InlineData("moved", "0", "version_conflict 0≠2")]
    [InlineData("moved", "1", "version_conflict 1≠2")]
    [InlineData("moved", "2", "/ui/theme = 1, was 2")]
    [InlineData("moved", "3", "version_conflict 3≠2")]
    [InlineData("gone", "none", "version_required")]
    [InlineData("gone", "absent", "created · /ui = {\"theme\":1}")]
    [InlineData("gone", "0", "created · /ui = {\"theme\":1}")]
    [InlineData("gone", "2", "version_conflict 2≠2")]
    public void A_batch(string state, string precondition, string outcome) => Matrix.Outcome(Batch("set /ui/theme 1"), state, precondition).ShouldBe(outcome);

    private static Scenario Nested => Scenario.Given(Created, CollectionIs("ui", """{"at":{"x":[1,{"y":2}]},"b":0}"""), CollectionIs("net", "{}"));

    [Theory]
    [InlineData("""{"at":{"x":[1,{"y":2}],"z":3},"b":0}""", "set /ui/at/z 3")]
    [InlineData("""{"at":{"x":[9,{"y":2}]},"b":0}""", "set /ui/at/x/0 9")]
    [InlineData("""{"at":{"x":[1,{"y":2},9]},"b":0}""", "set /ui/at/x/- 9")]
    [InlineData("""{"at":{"x":[1,{"y":2},9]},"b":0}""", "set /ui/at/x/2 9")]
    [InlineData("""{"at":{"x":[1,{"y":9}]},"b":0}""", "set /ui/at/x/1/y 9")]
    [InlineData("""{"at":{"x":[{"y":2}]},"b":0}""", "delete /ui/at/x/0")]
    [InlineData("""{"at":{},"b":0}""", "delete /ui/at/x")]
    [InlineData("""{"at":{"x":[1,{"y":2}]},"b":0}""", "delete /ui/at/absent", "delete /ui/absent", "delete /absent", "delete /ui/b/c", "delete /ui/at/x/9")]
    [InlineData("""{"b":1,"at":2}""", "delete /ui/at", "set /ui/b 1", "set /ui/at 2")]
    [InlineData("""{"at":{"x":[1,{"y":2}]},"b":0}""", "test /ui/b 0.0", "test /ui/at/x/1 {\"y\":2e0}", "test /ui {\"b\":0,\"at\":{\"x\":[1,{\"y\":2}]}}", "test /net {}")]
    [InlineData("""{"at":{"x":[1,{"y":2}]},"b":0}""", "set /ui/b 5", "test /ui/b 5", "set /ui/b 0")]
    [InlineData("""{"c":1}""", "set /ui {\"c\":1}")]
    public void Steps_go_in_order_and_inside_values(string ui, params string[] steps) =>
        Nested.When(Batch(steps)).ThenContent("{\"ui\":" + ui + ",\"net\":{}}");

    [Theory]
    [InlineData("test_failed", 0, "test /ui/b 1")]
    [InlineData("test_failed", 0, "test /ui/absent null")]
    [InlineData("test_failed", 0, "test /absent {}")]
    [InlineData("test_failed", 0, "test /ui/b/c 1")]
    [InlineData("test_failed", 1, "set /ui/b 1", "test /ui/b 0")]
    [InlineData("test_failed", 1, "delete /ui/b", "test /ui/b 0")]
    [InlineData("invalid_value", 0, "set /ui 1")]
    [InlineData("invalid_value", 0, "set /ui null")]
    [InlineData("invalid_value", 0, "set /ui/absent/x 1")]
    [InlineData("invalid_value", 0, "set /absent/p/x 1")]
    [InlineData("invalid_value", 0, "set /ui/b/x 1")]
    [InlineData("invalid_value", 0, "set /ui/at/x/3 1")]
    [InlineData("invalid_value", 0, "set /ui/at/x/01 1")]
    [InlineData("invalid_value", 0, "set /ui/at/q/r 1")]
    [InlineData("invalid_name", 1, "set /ui/b 1", "set /__version {}")]
    [InlineData("invalid_name", 0, "set /ui {\"\":1}")]
    public void One_step_that_does_not_work_rejects_the_whole(string code, int failed, params string[] steps)
    {
        var rejection = Nested.When(Batch(steps)).ThenRejected(code).Rejected.ShouldBeOfType<BatchRejection>();
        (rejection.Failed, rejection.Steps.Count).ShouldBe((failed, steps.Length));
    }

    [Fact]
    public void The_place_of_a_fault_is_in_the_batch() =>
        Nested.When(Batch("set /ui/b 1", "set /ui {\" a\":1}")).Rejected.Faults.ShouldHaveSingleItem().Pointer.ShouldStartWith("/operations/1/value");

    [Fact]
    public void A_batch_whose_steps_cancel_out_changes_nothing() => Nested.When(Batch("set /ui/n 1", "delete /ui/n", "set /new {}", "delete /new", "set /ui/b 7", "set /ui/b 0.0")).ThenNothing();

    [Fact]
    public void A_collection_deleted_and_begun_again_stands_at_the_end() =>
        Nested.When(Batch("delete /ui", "set /ui/b 0")).ThenContent("""{"net":{},"ui":{"b":0}}""");

    [Fact]
    public void A_property_added_deleted_and_added_again_stands_where_it_was_added_last_also_when_merged() =>
        Nested.And(PropertyIs("/ui/b", "1")).When(Batch("set /net/p 1", "set /net/q 1", "delete /net/p", "set /net/p 1"), At(1), ConflictStrategy.Merge)
            .ThenContent("""{"ui":{"at":{"x":[1,{"y":2}]},"b":1},"net":{"q":1,"p":1}}""");

    [Fact]
    public void Steps_and_their_tests_run_on_the_ancestor_under_merge()
    {
        var moved = Nested.And(PropertyIs("/ui/b", "1"));
        moved.When(Batch("test /ui/b 0", "set /ui/c 1"), At(1), ConflictStrategy.Merge).Then("/ui/c = 1, was 0").ThenMerged();
        moved.When(Batch("test /ui/b 1", "set /ui/c 1"), At(1), ConflictStrategy.Merge).ThenRejected("test_failed");
    }

    [Fact]
    public void Values_are_held_to_their_limits_inside_as_well()
    {
        var few = Limits.Default with { MaxValueDepth = 3, MaxValueElements = 5 };
        Nested.Within(few).When(Batch("set /ui/at/x/0 []")).Accepted.Events.ShouldHaveSingleItem();
        Nested.Within(few).When(Batch("set /ui/at/x/0 [[]]")).ThenRejected("invalid_value");
        Nested.Within(few).When(Batch("set /ui/at/x/- 1")).ThenRejected("too_large");
    }
}
