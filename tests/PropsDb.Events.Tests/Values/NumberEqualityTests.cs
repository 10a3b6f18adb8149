namespace PropsDb.Events.Tests;

public sealed class NumberEqualityTests
{
    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("1", "10e-1")]
    [InlineData("1", "1e0")]
    [InlineData("1", "0.1E+1")]
    [InlineData("1", "1e-0")]
    [InlineData("0", "-0")]
    [InlineData("0", "-0.0e5")]
    [InlineData("0", "0e99999999999999999999")]
    [InlineData("0", "0e-99999999999999999999")]
    [InlineData("1e2", "100")]
    [InlineData("100", "100.00")]
    [InlineData("0.001", "1e-3")]
    [InlineData("0.0010", "10e-4")]
    [InlineData("-12.50", "-1250e-2")]
    [InlineData("1e-99999999999", "10e-100000000000")]
    [InlineData("1e-400", "0.1e-399")]
    public void Numbers_that_denote_the_same_decimal_are_equal(string left, string right) => Compare(left, right).ShouldBeTrue();

    [Theory]
    [InlineData("1", "2")]
    [InlineData("1", "-1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("0.1", "0.10000000000000000000000000000000000001")]
    [InlineData("1e-400", "0")]
    [InlineData("1e-400", "1e-401")]
    [InlineData("12", "120")]
    [InlineData("1e10", "1e11")]
    [InlineData("1e-99999999999", "1e-99999999998")]
    public void Numbers_that_denote_different_decimals_differ(string left, string right) => Compare(left, right).ShouldBeFalse();

    [Fact]
    public void Numbers_of_the_greatest_length_are_compared_digit_by_digit()
    {
        var digits = "0." + new string('7', 397);
        Compare(digits + "1", digits + "1").ShouldBeTrue();
        Compare(digits + "1", digits + "2").ShouldBeFalse();
        Compare("1e-400", "0." + new string('0', 391) + "1e-8").ShouldBeTrue();
    }

    [Fact]
    public void A_number_is_never_equal_to_a_string_of_its_digits() => Json("1").Equals(Json("\"1\"")).ShouldBeFalse();

    // JsonNumber's own comparison, and through values with their hash.
    private static bool Compare(string left, string right)
    {
        var equal = JsonNumber.AreEqual(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
        var (a, b) = (JsonValue.FromChecked(left), JsonValue.FromChecked(right));
        a.Equals(b).ShouldBe(equal);
        b.Equals(a).ShouldBe(equal);
        if (equal) a.GetHashCode().ShouldBe(b.GetHashCode());
        return equal;
    }
}
