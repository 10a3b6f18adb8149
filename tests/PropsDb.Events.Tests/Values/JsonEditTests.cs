namespace PropsDb.Events.Tests;

public sealed class JsonEditTests
{
    private const string Root = """{"a":[1,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":7}""";

    [Theory]
    [InlineData("/f", """{"a":[1,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":0}""")]
    [InlineData("/g", """{"a":[1,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":7,"g":0}""")]
    [InlineData("/c/d", """{"a":[1,[2,3],{"b":4}],"c":{"d":0,"e":6},"f":7}""")]
    [InlineData("/a/0", """{"a":[0,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/3", """{"a":[1,[2,3],{"b":4},0],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/-", """{"a":[1,[2,3],{"b":4},0],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/1/1", """{"a":[1,[2,0],{"b":4}],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/2/b", """{"a":[1,[2,3],{"b":0}],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("", "0")]
    [InlineData("/a/4", null)]
    [InlineData("/a/01", null)]
    [InlineData("/a/-1", null)]
    [InlineData("/a/-/0", null)]
    [InlineData("/a/x", null)]
    [InlineData("/x/y", null)]
    [InlineData("/f/y", null)]
    public void Set_replaces_or_appends(string pointer, string? result) => (JsonEdit.Set(Json(Root), Pointer(pointer), Json("0"))?.ToString()).ShouldBe(result);

    [Theory]
    [InlineData("/f", """{"a":[1,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":0}""")]
    [InlineData("/a/0", """{"a":[0,1,[2,3],{"b":4}],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/3", """{"a":[1,[2,3],{"b":4},0],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/-", """{"a":[1,[2,3],{"b":4},0],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/a/4", null)]
    [InlineData("/a/00", null)]
    [InlineData("/x/y", null)]
    public void Add_inserts_into_arrays(string pointer, string? result) => (JsonEdit.Add(Json(Root), Pointer(pointer), Json("0"))?.ToString()).ShouldBe(result);

    [Theory]
    [InlineData("/f", """{"a":[1,[2,3],{"b":4}],"c":{"d":5,"e":6}}""")]
    [InlineData("/a/1", """{"a":[1,{"b":4}],"c":{"d":5,"e":6},"f":7}""")]
    [InlineData("/c/d", """{"a":[1,[2,3],{"b":4}],"c":{"e":6},"f":7}""")]
    [InlineData("/a/3", null)]
    [InlineData("/a/-", null)]
    [InlineData("/x", null)]
    [InlineData("", null)]
    public void Remove_takes_away_what_is_there(string pointer, string? result) => (JsonEdit.Remove(Json(Root), Pointer(pointer))?.ToString()).ShouldBe(result);

    [Fact]
    public void The_value_before_stays_as_it_was_and_shares_what_did_not_change()
    {
        var before = Json(Root);
        var after = JsonEdit.Set(before, Pointer("/c/d"), Json("0"))!;
        before.ToString().ShouldBe(Root);
        after.Member("a").ShouldBeSameAs(before.Member("a"));
    }
}
