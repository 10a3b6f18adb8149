namespace PropsDb.Events.Tests;

/// <summary>RFC 6902, Appendix A.</summary>
public sealed class JsonPatchRfcTests
{
    [Theory]
    [InlineData("A1_adding_an_object_member", """{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("A2_adding_an_array_element", """{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("A3_removing_an_object_member", """{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("A4_removing_an_array_element", """{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("A5_replacing_a_value", """{"baz":"qux","foo":"bar"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo","foo":"bar"}""")]
    [InlineData("A6_moving_a_value", """{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""", """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""", """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData("A7_moving_an_array_element", """{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("A8_testing_a_value", """{"baz":"qux","foo":["a",2,"c"]}""", """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]""", """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData("A9_testing_a_value_in_error", """{"baz":"qux"}""", """[{"op":"test","path":"/baz","value":"bar"}]""", "test_failed")]
    [InlineData("A10_adding_a_nested_member", """{"foo":"bar"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""", """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("A12_adding_to_a_target_that_is_not_there", """{"foo":"bar"}""", """[{"op":"add","path":"/baz/bat","value":"qux"}]""", "patch_failed")]
    [InlineData("A14_escape_ordering", """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("A15_comparing_strings_and_numbers", """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":"10"}]""", "test_failed")]
    [InlineData("A16_adding_an_array_value", """{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc","def"]}]""", """{"foo":["bar",["abc","def"]]}""")]
    public void The_examples_of_RFC_6902_hold(string example, string target, string patch, string result) => JsonPatched(target, patch).ShouldBe(result, example);

    // A.11 lets unknown members pass; the contract's own rule (unknown members of a patch are 400) goes before it.
    [Fact]
    public void A11_an_unknown_member_is_refused() => Parse("""[{"op":"add","path":"/baz","value":"qux","xyz":123}]""")!.Code.ShouldBe("invalid_value");

    [Fact]
    public void A13_an_operation_with_two_ops_is_no_JSON_here() => JsonCheck.Fault("""[{"op":"add","path":"/baz","value":"qux","op":"remove"}]""")!.Code.ShouldBe("invalid_json");

    internal static string JsonPatched(string target, string patch)
    {
        if (JsonPatch.TryParse(Json(patch), Limits.Default, out var steps) is { } no) return no.Code;
        var root = Json(target);
        return steps.Apply(ref root, Limits.Default)?.Code ?? root.ToString();
    }

    internal static Rejection? Parse(string patch, Limits? limits = null) => JsonPatch.TryParse(Json(patch), limits ?? Limits.Default, out _);
}
