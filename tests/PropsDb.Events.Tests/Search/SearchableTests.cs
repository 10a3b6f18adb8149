using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Events.Tests.Search;

public sealed class SearchableTests
{
    [Theory]
    [InlineData("""{"a":[1,2.50,"3e7"],"b":"line"}""", """{"a":[1,2.50,"3e7"],"b":"line"}""")]
    [InlineData("""[1e2,{"x":2E+1}]""", """[100,{"x":20}]""")]
    [InlineData("""[1,"a\u0000b",2]""", """[1,null,2]""")]
    [InlineData("""{"a":"\u0000","b":{"c\u0000":1,"d":2}}""", """{"b":{"d":2}}""")]
    [InlineData("""{"a":1e-5000,"b":1}""", """{"b":1}""")]
    [InlineData("""["\\u0000"]""", """["\\u0000"]""")]
    public void What_jsonb_cannot_hold_is_left_out_and_nothing_else(string value, string searchable) =>
        Searchable.Of(JsonValue.FromChecked(value)).ShouldBe(JsonValue.FromChecked(searchable));

    [Fact]
    public void A_value_of_which_nothing_is_left_out_stays_the_same()
    {
        var value = JsonValue.FromChecked("""{"hex":"0f3b","list":[true,null,{"size":1.50}]}""");
        Searchable.Of(value).ShouldBeSameAs(value);
    }
}
