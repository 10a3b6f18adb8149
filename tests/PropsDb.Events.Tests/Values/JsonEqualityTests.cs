using System.Text.Json;

namespace PropsDb.Events.Tests;

public sealed class JsonEqualityTests
{
    [Theory]
    [InlineData("\"\\u0041\"", "\"A\"")]
    [InlineData("\"\\/\"", "\"/\"")]
    [InlineData("\"\\ud83d\\ude00\"", "\"😀\"")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""")]
    [InlineData("""{"\u0061":1}""", """{"a":1.0}""")]
    [InlineData("""{"a":{"x":[1,{"p":0,"q":1}]},"b":2}""", """{"b":2e0,"a":{"x":[1.0,{"q":1,"p":-0}]}}""")]
    [InlineData("[ ]", "[]")]
    public void Values_that_say_the_same_are_equal(string left, string right)
    {
        Json(left).Equals(Json(right)).ShouldBeTrue();
        Json(left).GetHashCode().ShouldBe(Json(right).GetHashCode());
    }

    [Theory]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[]", "{}")]
    [InlineData("null", "false")]
    [InlineData("true", "false")]
    [InlineData("\"\"", "null")]
    [InlineData("\"a\"", "\"A\"")]
    [InlineData("\"\\u00e9\"", "\"e\\u0301\"")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("""{"a":1}""", """{"b":1}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"c":2}""")]
    [InlineData("[1]", "[1,1]")]
    [InlineData("[[1],2]", "[[1,2]]")]
    public void Values_that_say_something_else_differ(string left, string right)
    {
        Json(left).Equals(Json(right)).ShouldBeFalse();
        Json(right).Equals(Json(left)).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_equals_null_the_reference() => Json("null").Equals(null).ShouldBeFalse();

    [Fact]
    public void A_built_value_equals_its_text()
    {
        var built = JsonValue.Object([new("a", JsonValue.Array([Json("1"), JsonValue.Text("é")])), new("b", JsonValue.EmptyObject)]);
        built.Equals(Json("""{"b":{},"a":[1.0,"\u00e9"]}""")).ShouldBeTrue();
        Json("""{"b":{},"a":[1.0,"\u00e9"]}""").Equals(built).ShouldBeTrue();
    }

    // Few scalars and names, and many spellings of each, so that equal values are common.
    private static readonly Gen<string> s_text = Gen.Recursive<string>((depth, self) =>
    {
        var scalar = Gen.OneOf("1", "1.0", "10e-1", "0", "-0", "0e5", "2", "\"A\"", "\"\\u0041\"", "\"1\"", "null", "true");
        if (depth > 2) return scalar;
        var array = self.Array[0, 2].Select(items => $"[{string.Join(',', items)}]");
        var member = Gen.Select(Gen.OneOf("\"a\"", "\"\\u0061\"", "\"b\""), self, (name, value) => (Name: name, Value: value));
        var map = member.Array[0, 2].Select(members => "{" + string.Join(',', members.DistinctBy(m => m.Name[^2] == 'b').Select(m => $"{m.Name}:{m.Value}")) + "}");
        return Gen.Frequency((2, scalar), (1, array), (2, map));
    });

    [Fact]
    public void Equality_is_an_equivalence_and_equal_values_have_one_hash() => Gen.Select(s_text, s_text, s_text).Sample((a, b, c) =>
    {
        var (x, y, z) = (Json(a), Json(b), Json(c));
        x.Equals(Json(a)).ShouldBeTrue();
        x.Equals(y).ShouldBe(y.Equals(x));
        if (x.Equals(y)) x.GetHashCode().ShouldBe(y.GetHashCode());
        if (x.Equals(y) && y.Equals(z)) x.Equals(z).ShouldBeTrue();
    }, iter: 8_000);

    [Fact]
    public void Equality_agrees_with_that_of_System_Text_Json() => Gen.Select(s_text, s_text).Sample((a, b) =>
    {
        using var left = JsonDocument.Parse(a);
        using var right = JsonDocument.Parse(b);
        Json(a).Equals(Json(b)).ShouldBe(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"{a} and {b}");
    }, iter: 8_000);

    [Fact]
    public void Numbers_compare_as_System_Text_Json_compares_them() => Gen.Select(JsonTextGens.Number, JsonTextGens.Number, Gen.Int[0, 3]).Sample((a, b, zeros) =>
    {
        // A second spelling of the first number: zeros appended to its fraction.
        if (a.Contains('.', StringComparison.Ordinal) && a.IndexOfAny(['e', 'E']) < 0) b = a + new string('0', zeros);
        using var left = JsonDocument.Parse(a);
        using var right = JsonDocument.Parse(b);
        Json(a).Equals(Json(b)).ShouldBe(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"{a} and {b}");
    }, iter: 5_000);
}
