namespace PropsDb.Events.Tests;

public sealed class NumberRangeTests
{
    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e309")]
    [InlineData("[1.8e308]")]
    [InlineData("""{"a":1e99999999999}""")]
    public void A_number_beyond_the_range_of_a_double_is_refused(string text) => JsonCheck.Fault(text)!.Code.ShouldBe("invalid_value");

    [Theory]
    [InlineData("1e-400")]
    [InlineData("-1e-400")]
    [InlineData("1e-99999999999")]
    [InlineData("4.9e-324")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("-1.7976931348623157E+308")]
    [InlineData("0e99999999999999999999")]
    [InlineData("-0.000e99999999999999999999")]
    [InlineData("0.0000001e310")]
    public void Underflow_and_the_whole_range_of_a_double_are_accepted(string text) => JsonCheck.Fault(text).ShouldBeNull();

    [Fact]
    public void A_number_of_400_characters_is_accepted() => JsonCheck.Fault("0." + new string('7', 398)).ShouldBeNull();

    [Fact]
    public void A_number_of_401_characters_is_refused() => JsonCheck.Fault("0." + new string('7', 399))!.Code.ShouldBe("invalid_value");

    [Fact]
    public void An_integer_of_309_digits_is_refused_and_of_308_accepted()
    {
        JsonCheck.Fault(new string('9', 308)).ShouldBeNull();
        JsonCheck.Fault(new string('9', 309))!.Code.ShouldBe("invalid_value");
    }

    [Fact]
    public void The_sign_counts_as_a_character()
    {
        JsonCheck.Fault("-0." + new string('7', 397)).ShouldBeNull();
        JsonCheck.Fault("-0." + new string('7', 398))!.Code.ShouldBe("invalid_value");
    }
}
