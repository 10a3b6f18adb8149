using CsCheck;
using PropsDb.Events.Search;

namespace PropsDb.Events.Tests.Search;

public sealed class WordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Dark mode", "dark|mode")]
    [InlineData("font-size_px", "font|size|px")]
    [InlineData("STRASSE Straße", "strasse|strasse")]
    [InlineData("ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ|σίσυφοσ")]
    [InlineData("E\u0301té \uFB01n", "été|fin")]
    [InlineData("日本語です ok", "日|本|語|で|す|ok")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("a & & b | !c", "a|b|c")]
    [InlineData("\uFFFE x", "x")]
    [InlineData("2026-01-01T10:00", "2026|01|01t10|00")]
    public void A_text_has_these_words(string text, string words) => string.Join('|', Words.Of(text)).ShouldBe(words);

    [Fact]
    public void Ascii_has_the_words_that_it_has_beside_anything_else() =>
        Gen.Char['\0', '\u007F'].Array[0, 40].Select(c => new string(c)).Sample(text => Words.Of($"{text} é").ShouldBe([.. Words.Of(text), "é"]));
}
