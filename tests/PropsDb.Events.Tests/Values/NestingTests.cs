namespace PropsDb.Events.Tests;

public sealed class NestingTests
{
    private static string Arrays(int depth) => new string('[', depth) + new string(']', depth);

    private static string Objects(int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

    [Fact]
    public void Sixty_four_levels_are_accepted()
    {
        JsonCheck.Fault(Arrays(64)).ShouldBeNull();
        JsonCheck.Fault(Objects(64)).ShouldBeNull();
        Json(Arrays(64)).Depth.ShouldBe(64);
        Json(Objects(64)).Depth.ShouldBe(64);
    }

    [Theory]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void More_levels_are_an_invalid_value_and_no_stack_overflow(int depth)
    {
        JsonCheck.Fault(Arrays(depth))!.Code.ShouldBe("invalid_value");
        JsonCheck.Fault(Objects(depth))!.Code.ShouldBe("invalid_value");
    }

    [Fact]
    public void Unclosed_nesting_beyond_the_limit_is_refused_as_well() => JsonCheck.Fault(new string('[', 100_000)).ShouldNotBeNull();

    [Theory]
    [InlineData("1", 0)]
    [InlineData("\"[[[\"", 0)]
    [InlineData("[]", 1)]
    [InlineData("{}", 1)]
    [InlineData("[1]", 1)]
    [InlineData("[[],1]", 2)]
    [InlineData("""{"a":{"b":[]},"c":1}""", 3)]
    public void A_scalar_has_depth_0_and_an_empty_array_1(string text, int depth) => Json(text).Depth.ShouldBe(depth);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("[]", 1)]
    [InlineData("[1,2]", 3)]
    [InlineData("""{"a":{"b":[null]},"c":1}""", 5)]
    public void Elements_are_the_value_and_all_in_it(string text, int count) => Json(text).ElementCount.ShouldBe(count);
}
