namespace PropsDb.Events.Tests;

public sealed class InvalidUtf8Tests
{
    [Theory]
    [InlineData("80", "a lone continuation byte")]
    [InlineData("BF", "the last continuation byte")]
    [InlineData("C3", "a sequence of two cut short")]
    [InlineData("E282", "a sequence of three cut short")]
    [InlineData("F09F98", "a sequence of four cut short")]
    [InlineData("C080", "an overlong NUL")]
    [InlineData("C1BF", "an overlong ASCII")]
    [InlineData("C0AF", "an overlong slash")]
    [InlineData("E0809F", "an overlong of three")]
    [InlineData("F08080AF", "an overlong of four")]
    [InlineData("EDA080", "an encoded high surrogate")]
    [InlineData("EDBFBF", "an encoded low surrogate")]
    [InlineData("EDA0BDEDB880", "a pair of encoded surrogates, CESU-8")]
    [InlineData("F4908080", "beyond U+10FFFF")]
    [InlineData("F5808080", "a lead byte of no sequence")]
    [InlineData("F888808080", "a sequence of five")]
    [InlineData("FE", "never a byte of UTF-8")]
    [InlineData("FF", "never a byte of UTF-8")]
    [InlineData("E9", "Latin-1")]
    [InlineData("C32E", "a lead byte before ASCII")]
    public void Invalid_bytes_are_refused_in_values_in_names_and_outside(string hex, string what)
    {
        var bytes = Convert.FromHexString(hex);
        JsonCheck.Fault([.. "[\"a"u8, .. bytes, .. "\"]"u8]).ShouldNotBeNull(what).Code.ShouldBe("invalid_json");
        JsonCheck.Fault([.. "{\"a"u8, .. bytes, .. "\":1}"u8]).ShouldNotBeNull(what).Code.ShouldBe("invalid_json");
        JsonCheck.Fault([.. "[1]"u8, .. bytes]).ShouldNotBeNull(what).Code.ShouldBe("invalid_json");
        JsonCheck.Fault(bytes).ShouldNotBeNull(what).Code.ShouldBe("invalid_json");
    }

    [Fact]
    public void Other_encodings_of_Unicode_are_refused()
    {
        foreach (var encoding in new Encoding[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
        {
            JsonCheck.Fault(encoding.GetBytes("{\"a\":1}"))!.Code.ShouldBe("invalid_json");
            JsonCheck.Fault([.. encoding.GetPreamble(), .. encoding.GetBytes("[]")])!.Code.ShouldBe("invalid_json");
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_accepted_and_never_throw() => Gen.Byte.Array[0, 12].Sample(bytes =>
    {
        if (JsonValue.TryParse(bytes, Limits.Default, out var value, out _)) _ = (value.ToString(), value.Members, value.Items, value.Depth, value.ElementCount);
    }, iter: 10_000);

    [Fact]
    public void Bytes_that_look_like_JSON_are_refused_or_accepted_and_never_throw() =>
        Gen.OneOf("{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "d800", "dc00", "0", "1", "-", ".", "e", "a", " ", "null", "\"a\"", "é").Array[0, 10].Sample(pieces =>
        {
            if (JsonValue.TryParse(Encoding.UTF8.GetBytes(string.Concat(pieces)), Limits.Default, out var value, out _)) Walk(value);
        }, iter: 10_000);

    private static void Walk(JsonValue value)
    {
        if (value.Kind == JsonKind.String) _ = value.AsText();
        foreach (var (_, member) in value.Members) Walk(member);
        foreach (var item in value.Items) Walk(item);
    }
}
