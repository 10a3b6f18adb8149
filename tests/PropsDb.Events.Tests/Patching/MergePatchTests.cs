namespace PropsDb.Events.Tests;

public sealed class MergePatchTests
{
    // RFC 7396, Appendix A, the whole table.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void The_table_of_RFC_7396_holds(string target, string patch, string result) => MergePatch.Apply(Json(target), Json(patch)).ToString().ShouldBe(result);

    [Theory]
    [InlineData("""{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"This will be unchanged"}""",
        """{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}""",
        """{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"This will be unchanged","phoneNumber":"+01-123-456-7890"}""")]
    public void The_example_of_RFC_7396_holds(string target, string patch, string result) => MergePatch.Apply(Json(target), Json(patch)).ToString().ShouldBe(result);

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":3,"c":4}""", """{"a":3,"b":2,"c":4}""")]
    [InlineData("""{"a":1.10}""", """{"b":1e2}""", """{"a":1.10,"b":1e2}""")]
    [InlineData("""{"a":{"x":1}}""", """{"a":{}}""", """{"a":{"x":1}}""")]
    [InlineData("{}", """{"a":[null,{"b":null}]}""", """{"a":[null,{"b":null}]}""")]
    [InlineData("1", "{}", "{}")]
    public void Order_spelling_and_nulls_in_arrays_stay(string target, string patch, string result) => MergePatch.Apply(Json(target), Json(patch)).ToString().ShouldBe(result);

    [Fact]
    public void On_nothing_a_patch_makes_itself_without_its_nulls() => MergePatch.Apply(null, Json("""{"a":null,"b":{"c":null,"d":1}}""")).ToString().ShouldBe("""{"b":{"d":1}}""");
}
