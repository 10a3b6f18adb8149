namespace PropsDb.Events.Tests;

public sealed class JsonPatchEdgeTests
{
    [Theory]
    [InlineData("[1,2]", """[{"op":"add","path":"/-","value":3}]""", "[1,2,3]")]
    [InlineData("[1,2]", """[{"op":"add","path":"/2","value":3}]""", "[1,2,3]")]
    [InlineData("[1,2]", """[{"op":"add","path":"/0","value":3}]""", "[3,1,2]")]
    [InlineData("[1,2]", """[{"op":"add","path":"/3","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"add","path":"/01","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"add","path":"/-1","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"add","path":"/1e0","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"remove","path":"/-"}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"remove","path":"/2"}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"remove","path":"/00"}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"replace","path":"/-","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"replace","path":"/2","value":3}]""", "patch_failed")]
    [InlineData("[1,2]", """[{"op":"test","path":"/-","value":2}]""", "test_failed")]
    [InlineData("""{"-":1}""", """[{"op":"replace","path":"/-","value":2}]""", """{"-":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2}]""", "patch_failed")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/b"}]""", "patch_failed")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/a/b"}]""", "patch_failed")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"add","path":"/a","value":null}]""", """{"a":null,"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":""}]""", "patch_failed")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"","value":{"a":1.0}}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", "[]", """{"a":1}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a/b"}]""", "patch_failed")]
    [InlineData("""{"a":{"b":{}}}""", """[{"op":"move","from":"/a","path":"/a/b/c"}]""", "patch_failed")]
    [InlineData("""{"a":1,"ab":{}}""", """[{"op":"move","from":"/a","path":"/ab/c"}]""", """{"ab":{"c":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":""}]""", """{"b":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"","path":"/a"}]""", "patch_failed")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/x","path":"/x"}]""", "patch_failed")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"move","from":"/a","path":"/c"}]""", """{"b":2,"c":1}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""")]
    [InlineData("[1,2,3]", """[{"op":"move","from":"/0","path":"/3"}]""", "patch_failed")]
    [InlineData("[1,2,3]", """[{"op":"move","from":"/0","path":"/-"}]""", "[2,3,1]")]
    [InlineData("[1,2,3]", """[{"op":"move","from":"/2","path":"/0"}]""", "[3,1,2]")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/a/c"}]""", """{"a":{"b":1,"c":{"b":1}}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"","path":"/c"}]""", """{"a":{"b":1},"c":{"a":{"b":1}}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":""}]""", """{"b":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/b","path":"/c"}]""", "patch_failed")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/a","path":"/b/c"}]""", "patch_failed")]
    [InlineData("[1]", """[{"op":"copy","from":"/0","path":"/-"}]""", "[1,1]")]
    [InlineData("""{"":1}""", """[{"op":"replace","path":"/","value":2}]""", """{"":2}""")]
    [InlineData("""{"a/b":1,"m~n":2}""", """[{"op":"remove","path":"/a~1b"},{"op":"replace","path":"/m~0n","value":3}]""", """{"m~n":3}""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/a"},{"op":"add","path":"/a","value":1}]""", """{"a":1}""")]
    public void At_the_edges_a_patch_does_what_RFC_6902_says(string target, string patch, string result) => JsonPatchRfcTests.JsonPatched(target, patch).ShouldBe(result);

    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("100", "1e2", true)]
    [InlineData("-0", "0", true)]
    [InlineData("9007199254740993", "9007199254740992", false)]
    [InlineData("\"A\"", "\"\\u0041\"", true)]
    [InlineData("\"1\"", "1", false)]
    [InlineData("[1,2]", "[1.0,2]", true)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("""{"x":1,"y":2}""", """{"y":2,"x":1}""", true)]
    [InlineData("null", "null", true)]
    [InlineData("null", "false", false)]
    public void A_test_compares_what_values_say(string there, string tested, bool passes) =>
        JsonPatchRfcTests.JsonPatched($$"""{"a":{{there}}}""", $$"""[{"op":"test","path":"/a","value":{{tested}}}]""").ShouldBe(passes ? $$"""{"a":{{there}}}""" : "test_failed");

    [Fact]
    public void A_test_of_null_fails_where_nothing_is() => JsonPatchRfcTests.JsonPatched("{}", """[{"op":"test","path":"/a","value":null}]""").ShouldBe("test_failed");

    [Theory]
    [InlineData("{}", "")]
    [InlineData("null", "")]
    [InlineData("[1]", "/0")]
    [InlineData("""[{"op":"test","path":"","value":{}},{"op":"ad","path":"/a","value":1}]""", "/1/op")]
    [InlineData("""[{"op":"Add","path":"/a","value":1}]""", "/0/op")]
    [InlineData("""[{"op":1,"path":"/a","value":1}]""", "/0/op")]
    [InlineData("""[{"path":"/a","value":1}]""", "/0/op")]
    [InlineData("""[{"op":"add","value":1}]""", "/0/path")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", "/0/path")]
    [InlineData("""[{"op":"add","path":"/a~2","value":1}]""", "/0/path")]
    [InlineData("""[{"op":"add","path":null,"value":1}]""", "/0/path")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "/0/value")]
    [InlineData("""[{"op":"replace","path":"/a"}]""", "/0/value")]
    [InlineData("""[{"op":"test","path":"/a"}]""", "/0/value")]
    [InlineData("""[{"op":"move","path":"/a"}]""", "/0/from")]
    [InlineData("""[{"op":"copy","path":"/a","from":1}]""", "/0/from")]
    [InlineData("""[{"op":"remove","path":"/a","x/y~":1}]""", "/0/x~1y~0")]
    public void A_malformed_patch_is_an_invalid_value_with_its_place(string patch, string pointer)
    {
        var rejection = JsonPatchRfcTests.Parse(patch)!;
        rejection.Code.ShouldBe("invalid_value");
        rejection.Faults.ShouldHaveSingleItem().Pointer.ShouldBe(pointer);
    }

    [Fact]
    public void A_failed_step_is_named_by_its_index()
    {
        JsonPatch.TryParse(Json("""[{"op":"add","path":"/a","value":1},{"op":"remove","path":"/b"}]"""), Limits.Default, out var patch).ShouldBeNull();
        var root = JsonValue.EmptyObject;
        patch.Apply(ref root, Limits.Default)!.Faults.ShouldHaveSingleItem().Pointer.ShouldBe("/1");
    }
}
