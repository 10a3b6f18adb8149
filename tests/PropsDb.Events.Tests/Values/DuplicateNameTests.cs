namespace PropsDb.Events.Tests;

public sealed class DuplicateNameTests
{
    [Theory]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"b":2,"a":3}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"\u0061":1,"a":2}""")]
    [InlineData("""{"/":1,"\/":2}""")]
    [InlineData("""{"😀":1,"\ud83d\ude00":2}""")]
    [InlineData("""{"":1,"":2}""")]
    [InlineData("""[0,{"x":[{"a":1,"a":2}]}]""")]
    [InlineData("""{"a":{"b":1},"c":{},"a":2}""")]
    [InlineData("""{"a":{"a":1},"b":[{"c":1}],"b":2}""")]
    public void Two_members_of_one_name_are_refused_however_spelled_and_however_deep(string text) => JsonCheck.Fault(text)!.Code.ShouldBe("invalid_json");

    [Theory]
    [InlineData("""{"a":{"a":{"a":1}}}""")]
    [InlineData("""[{"a":1},{"a":2}]""")]
    [InlineData("""{"a":1,"A":2}""")]
    [InlineData("""{"a":{"b":1},"b":{"a":1}}""")]
    [InlineData("""{"\u00e9":1,"e\u0301":2}""")]
    public void Names_that_differ_or_stand_in_different_objects_are_accepted(string text) => JsonCheck.Fault(text).ShouldBeNull();

    [Fact]
    public void A_duplicate_among_thousands_of_names_is_found() =>
        JsonCheck.Fault("{" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"\"n{i}\":0,")) + "\"n17\":1}")!.Code.ShouldBe("invalid_json");
}
