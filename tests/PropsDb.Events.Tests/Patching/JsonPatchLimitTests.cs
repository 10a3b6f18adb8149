namespace PropsDb.Events.Tests;

public sealed class JsonPatchLimitTests
{
    private static string Steps(int count, string step) => "[" + string.Join(',', Enumerable.Repeat(step, count)) + "]";

    [Fact]
    public void A_thousand_operations_are_applied() => JsonPatchRfcTests.Parse(Steps(1_000, """{"op":"test","path":"","value":{}}""")).ShouldBeNull();

    [Fact]
    public void A_thousand_and_one_operations_are_too_large() =>
        JsonPatchRfcTests.Parse(Steps(1_001, """{"op":"test","path":"","value":{}}"""))!.Code.ShouldBe("too_large");

    [Fact]
    public void A_copy_bomb_is_stopped_while_it_grows()
    {
        var bomb = Steps(1_000, """{"op":"copy","from":"/a","path":"/a/-"}""");
        JsonPatchRfcTests.JsonPatched("""{"a":["0123456789"]}""", bomb).ShouldBeOneOf("too_large", "invalid_value");
    }

    [Fact]
    public void A_copy_bomb_without_depth_is_too_large()
    {
        var value = "\"" + new string('x', 100_000) + "\"";
        JsonPatchRfcTests.JsonPatched($$"""{"a":{{value}},"b":[]}""", Steps(1_000, """{"op":"copy","from":"/a","path":"/b/-"}""")).ShouldBe("too_large");
    }

    [Fact]
    public void Copying_into_itself_is_stopped_at_the_depth_of_values() =>
        JsonPatchRfcTests.JsonPatched("""{"a":{}}""", Steps(100, """{"op":"copy","from":"/a","path":"/a/b"}""")).ShouldBe("invalid_value");

    [Fact]
    public void Sixty_four_levels_in_a_property_pass_and_one_more_does_not()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        Scenario.Present.When(Patch($$"""[{"op":"add","path":"/ui/deep","value":{{Nested(64)}}}]""")).Accepted.Events.ShouldHaveSingleItem();
        Scenario.Present.When(Patch($$"""[{"op":"add","path":"/ui/deep","value":{{Nested(65)}}}]""")).ThenRejected("invalid_value");
        Scenario.Present.When(Merge("{\"ui\":{\"deep\":" + Nested(65) + "}}")).ThenRejected("invalid_value");
        Scenario.Present.When(MergeAt("ui", "{\"deep\":" + Nested(65) + "}")).ThenRejected("invalid_value");
    }

    [Fact]
    public void Elements_of_one_value_are_limited_in_patches()
    {
        var few = Limits.Default with { MaxValueElements = 3 };
        Scenario.Present.Within(few).When(Merge("""{"ui":{"list":[1,2]}}""")).Then("/ui/list = [1,2], was 0");
        Scenario.Present.Within(few).When(Merge("""{"ui":{"list":[1,2,3]}}""")).ThenRejected("too_large");
        Scenario.Present.Within(few).When(Patch("""[{"op":"add","path":"/ui/list","value":[1,2,3]}]""")).ThenRejected("too_large");
        Scenario.Present.Within(few).When(MergeAt("ui", """{"list":[1,2,3]}""")).ThenRejected("too_large");
    }
}
