namespace PropsDb.Events.Tests;

public sealed class JsonKeptTests
{
    [Theory]
    [InlineData("1.10")]
    [InlineData("1e2")]
    [InlineData("1E+002")]
    [InlineData("-0")]
    [InlineData("1234567890123456789012345678901234567890")]
    [InlineData("0.30000000000000004000")]
    [InlineData("\"\\u0041\\/\\u0000é\\ud83d\\ude00\"")]
    [InlineData("""{"z":1,"a":2,"10":3,"9":4}""")]
    [InlineData("\"<>&'+\"")]
    public void Digits_escapes_and_order_stay_as_written(string text) => Json(text).ToString().ShouldBe(text);

    [Fact]
    public void White_space_between_tokens_goes_and_inside_strings_stays() =>
        Json(" {\t\"a b\" :\r\n[ 1 , \" \\\" \" ] } ").ToString().ShouldBe("{\"a b\":[1,\" \\\" \"]}");

    [Fact]
    public void Any_JSON_text_comes_out_as_it_went_in_less_its_white_space() => JsonTextGens.Value.Sample(text =>
    {
        JsonValue.TryParse(Encoding.UTF8.GetBytes(text.Written), Limits.Default, out var value, out var fault).ShouldBeTrue(fault?.Detail);
        value.ToString().ShouldBe(text.Compact);
        JsonValue.TryParse(value.Utf8.Span, Limits.Default, out var again, out _).ShouldBeTrue();
        again.Utf8.Span.SequenceEqual(value.Utf8.Span).ShouldBeTrue();
    }, iter: 3_000);

    [Fact]
    public void Taking_a_value_apart_and_building_it_again_loses_nothing() => JsonTextGens.Value.Sample(text =>
    {
        var value = Json(text.Written);
        var built = Rebuilt(value);
        built.Equals(value).ShouldBeTrue();
        built.Length.ShouldBe(Rebuilt(value).Utf8.Length, "the length before the text is written");
        built.Depth.ShouldBe(value.Depth);
        built.ElementCount.ShouldBe(value.ElementCount);
        var rendered = Json(built.ToString());
        (rendered.Length, rendered.Depth).ShouldBe((built.Length, built.Depth));
        Texts(built).ShouldBe(Texts(value));
    }, iter: 2_000);

    [Fact]
    public void Length_is_known_before_a_built_value_is_written()
    {
        var built = JsonValue.Object([new("a\"\u0001é😀\\", JsonValue.Array([Json("1"), JsonValue.EmptyObject, JsonValue.Array([])])), new("", JsonValue.Null)]);
        var length = built.Length;
        length.ShouldBe(built.Utf8.Length);
        built.Depth.ShouldBe(3);
    }

    [Fact]
    public void A_quoted_text_reads_back_as_itself() => Gen.String.Where(s => !s.Any(char.IsSurrogate)).Sample(text =>
    {
        JsonText.Quote(text).Length.ShouldBe(JsonText.QuotedLength(text));
        JsonText.Check(JsonText.Quote(text), 64).ShouldBeNull();
        JsonValue.Text(text).AsText().ShouldBe(text);
    }, iter: 2_000);

    [Fact]
    public void Only_what_must_be_escaped_is_escaped() =>
        Encoding.UTF8.GetString(JsonText.Quote("a\"\\/\u0000\n\u007fé😀\u2028<")).ShouldBe("\"a\\\"\\\\/\\u0000\\u000a\u007fé😀\u2028<\"");

    private static JsonValue Rebuilt(JsonValue value) => value.Kind switch
    {
        JsonKind.Array => JsonValue.Array(value.Items.Select(Rebuilt)),
        JsonKind.Object => JsonValue.Object(value.Members.Select(m => new JsonMember(m.Name, Rebuilt(m.Value)))),
        _ => value,
    };

    // The scalars and names of a value in order.
    private static IEnumerable<string> Texts(JsonValue value) => value.Kind switch
    {
        JsonKind.Array => value.Items.SelectMany(Texts),
        JsonKind.Object => value.Members.SelectMany(m => Texts(m.Value).Prepend(m.Name)),
        _ => [value.ToString()],
    };
}
