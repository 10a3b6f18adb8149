namespace PropsDb.Events.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Theme")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a~b")]
    [InlineData("a%2Fb")]
    [InlineData("...")]
    [InlineData(".a")]
    [InlineData("\"\\")]
    [InlineData("_id")]
    [InlineData("__proto__")]
    [InlineData("0")]
    [InlineData("-")]
    [InlineData("\u00e9")]
    [InlineData("日本語")]
    [InlineData("e\u0327")]
    [InlineData("a\u00a0b")]
    [InlineData("a\u3000b")]
    [InlineData("\u0301")]
    [InlineData("\ue000")]
    [InlineData("\ufffd")]
    [InlineData("😀")]
    [InlineData("\ud83d\udc69\u200d\ud83d\udcbb")]
    [InlineData("نامه\u200cای")]
    [InlineData("\u200d")]
    public void A_name_may_have_any_other_character(string name)
    {
        if (!name.IsNormalized()) name = name.Normalize();
        Values.Names.Fault(name).ShouldBeNull();
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "dot")]
    [InlineData("..", "two dots")]
    [InlineData(" a", "leading blank")]
    [InlineData("a ", "trailing blank")]
    [InlineData(" ", "only a blank")]
    [InlineData("\u00a0a", "leading no-break space")]
    [InlineData("a\u3000", "trailing ideographic space")]
    [InlineData("a\u2003", "trailing em space")]
    [InlineData("a\0b", "Cc NUL")]
    [InlineData("a\tb", "Cc tab")]
    [InlineData("a\nb", "Cc newline")]
    [InlineData("a\u007fb", "Cc DEL")]
    [InlineData("a\u0085b", "Cc next line")]
    [InlineData("a\u009fb", "Cc last of C1")]
    [InlineData("a\u00adb", "Cf soft hyphen")]
    [InlineData("a\u200bb", "Cf zero width space")]
    [InlineData("a\u200eb", "Cf left-to-right mark")]
    [InlineData("a\u202eb", "Cf right-to-left override")]
    [InlineData("a\u2060b", "Cf word joiner")]
    [InlineData("a\u2066b", "Cf isolate")]
    [InlineData("a\u061cb", "Cf arabic letter mark")]
    [InlineData("\ufeffa", "Cf byte order mark")]
    [InlineData("a\ufff9b", "Cf interlinear annotation")]
    [InlineData("a\U000E0001b", "Cf astral language tag")]
    [InlineData("a\U000E0041b", "Cf astral tag letter")]
    [InlineData("\U000E007F", "Cf astral cancel tag")]
    [InlineData("a\U0001D173b", "Cf astral musical format")]
    [InlineData("a\U000110BDb", "Cf astral number sign")]
    [InlineData("a\u2028b", "Zl")]
    [InlineData("a\u2029b", "Zp")]
    [InlineData("e\u0301", "NFD")]
    [InlineData("\u212b", "Angstrom sign, not NFC")]
    [InlineData("\uac00\u11a8", "Hangul not composed")]
    [InlineData("\u1100\u1161", "Hangul jamo")]
    [InlineData("a\u0301\u0327", "marks out of order")]
    [InlineData("\U0001D15E", "astral composition exclusion")]
    public void What_a_name_may_not_be_is_refused(string name, string why) => Values.Names.Fault(name).ShouldNotBeNull(why);

    [Fact]
    public void A_noncharacter_is_a_character_like_any_other_unassigned_one() => Values.Names.Fault("a\ufffe").ShouldBeNull();

    [Fact]
    public void Lone_surrogates_are_refused_wherever_they_stand()
    {
        foreach (var name in new[] { "\ud800", "a\ud800", "\udc00a", "a\udc00\ud800b", "\ud83d\ude00\ude00", "\ud83d\ud83d\ude00" })
            Values.Names.Fault(name).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("日")]
    [InlineData("😀")]
    public void A_name_has_255_characters_at_the_most_whatever_they_take(string character)
    {
        Values.Names.Fault(string.Concat(Enumerable.Repeat(character, 255))).ShouldBeNull();
        Values.Names.Fault(string.Concat(Enumerable.Repeat(character, 256))).ShouldNotBeNull();
    }

    [Fact]
    public void Every_code_point_is_judged_by_its_category_and_never_throws()
    {
        var wrong = new List<string>();
        for (var code = 1; code <= 0x10FFFF; code++)
        {
            if (code is >= 0xD800 and <= 0xDFFF) continue;
            var character = char.ConvertFromUtf32(code);
            try
            {
                if (Values.Names.Fault(character) is null == IsRefused(code, character)) wrong.Add($"U+{code:X4}");
            }
            catch (ArgumentException)
            {
                wrong.Add($"U+{code:X4} throws");
            }
        }
        wrong.ShouldBeEmpty();
    }

    // Noncharacters are of category Cn and have no other form, though the framework's normalizer throws at U+FFFE.
    private static bool IsRefused(int code, string character) =>
        code is not (0x200C or 0x200D)
        && (System.Globalization.CharUnicodeInfo.GetUnicodeCategory(code) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
            || string.IsNullOrWhiteSpace(character) || code == '.' || (code != 0xFFFE && !character.IsNormalized()));

    [Fact]
    public void Names_are_case_sensitive_and_not_folded() =>
        Scenario.Given(Created).When(Merge("""{"UI":{"A":1,"a":2},"ui":{"ß":1,"ss":2}}""")).ThenContent("""{"UI":{"A":1,"a":2},"ui":{"ß":1,"ss":2}}""");
}
