using PropsDb.Events.Search;

namespace PropsDb.Events.Tests.Search;

public sealed class SearchParserTests
{
    [Theory]
    [InlineData("dark", "[dark]")]
    [InlineData("  Dark   MODE ", "[dark] [mode]")]
    [InlineData("\"Dark mode\"", "[dark mode]")]
    [InlineData("-dark", "-[dark]")]
    [InlineData("dark-mode", "[dark mode]")]
    [InlineData("theme:dark", "theme=[dark]")]
    [InlineData("theme:\"a \\\"b\\\" \\\\ c\"", "theme=[a b c]")]
    [InlineData("\"my theme\":dark", "my theme=[dark]")]
    [InlineData("-theme:*", "-theme?")]
    [InlineData("theme:\"*x\"", "theme=[x]")]
    [InlineData("size:5", "size=[5]5")]
    [InlineData("size:1e2", "size=[1e2]0.1e3")]
    [InlineData("size:\"5\"", "size=[5]")]
    [InlineData("on:true", "on=[true]true")]
    [InlineData("size:>5", "size Greater 5")]
    [InlineData("size:>=-1.5", "size AtLeast -1.5")]
    [InlineData("at:<2026-01-01", "at Less \"2026-01-01\"")]
    [InlineData("at:<=\"5\"", "at AtMost \"5\"")]
    [InlineData("http://example.com", "http=[example com]")]
    [InlineData("a & & b", "[a] [b]")]
    [InlineData("a - b", "[a] [b]")]
    public void A_search_is_read_as(string text, string expected)
    {
        SearchParser.TryParse(text, out var query).ShouldBeNull();
        string.Join(' ', query.Terms.Select(Show)).ShouldBe(expected);
    }

    private static string Show(SearchTerm term) => (term.IsNegated ? "-" : "") + term switch
    {
        SearchTerm.Phrase(var words, _) => $"[{string.Join(' ', words)}]",
        SearchTerm.Has(var property, _) => property + "?",
        SearchTerm.Says(var property, var words, var scalar, _) => $"{property}=[{string.Join(' ', words)}]{scalar}",
        SearchTerm.Compares(var property, var comparison, var operand, _) => $"{property} {comparison} {operand}",
        _ => "?",
    };

    [Theory]
    [InlineData("", 1)]
    [InlineData("   ", 1)]
    [InlineData("&", 1)]
    [InlineData("*", 1)]
    [InlineData("abc \"open", 5)]
    [InlineData("abc name:", 10)]
    [InlineData("abc name: x", 10)]
    [InlineData("name:>", 7)]
    [InlineData("abc :x", 5)]
    [InlineData("name:\"!!\"", 6)]
    [InlineData("name:\"open", 6)]
    public void A_fault_has_its_column(string text, int column) => SearchParser.TryParse(text, out _).ShouldNotBeNull().Column.ShouldBe(column);
}
