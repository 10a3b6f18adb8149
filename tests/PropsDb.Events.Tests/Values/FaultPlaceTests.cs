namespace PropsDb.Events.Tests;

public sealed class FaultPlaceTests
{
    [Theory]
    [InlineData("{\"a\":1,\n \"a\":2}", 2, 2)]
    [InlineData("[1,\n\n  1e400]", 3, 3)]
    [InlineData("[\"\\ud800\"]", 1, 2)]
    [InlineData("{\n\"\\udc00\":1}", 2, 1)]
    [InlineData("{\"a\":\n{\"é\":1, \"é\":2}}", 2, 10)]
    public void A_fault_of_content_has_the_line_and_byte_column_of_its_token(string text, int line, int column)
    {
        var fault = JsonCheck.Fault(text)!;
        (fault.Line, fault.Column).ShouldBe((line, column));
        fault.Offset.ShouldBe(OffsetOf(text, line, column));
    }

    [Theory]
    [InlineData("[1,\n 2,\n x]", 3, 2)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("[1 2]", 1, 4)]
    [InlineData("1 1", 1, 3)]
    [InlineData("{\n\"a\" 1}", 2, 5)]
    public void A_fault_of_syntax_has_the_line_and_byte_column_of_the_wrong_byte(string text, int line, int column)
    {
        var fault = JsonCheck.Fault(text)!;
        fault.Code.ShouldBe("invalid_json");
        (fault.Line, fault.Column).ShouldBe((line, column));
    }

    [Theory]
    [InlineData("[1,\n 2,\n x]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[1 2]")]
    [InlineData("[nul]")]
    [InlineData("[\"a\\x\"]")]
    [InlineData("1 1")]
    [InlineData("[01]")]
    public void The_offset_of_a_fault_of_syntax_is_where_its_line_and_column_are(string text)
    {
        var fault = JsonCheck.Fault(text)!;
        fault.Offset.ShouldBe(OffsetOf(text, fault.Line, fault.Column));
    }

    [Fact]
    public void Invalid_utf8_is_refused_with_its_place()
    {
        var fault = JsonCheck.Fault([.. "[1,\n \""u8, 0xFF, .. "\"]"u8])!;
        (fault.Code, fault.Line, fault.Column, fault.Offset).ShouldBe(("invalid_json", 2, 3, 6));
    }

    private static int OffsetOf(string text, int line, int column) =>
        Encoding.UTF8.GetByteCount(string.Concat(text.Split('\n').Take(line - 1).Select(l => l + "\n"))) + column - 1;
}
