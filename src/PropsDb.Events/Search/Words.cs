using System.Globalization;
using System.Text;

namespace PropsDb.Events.Search;

/// <summary>
/// The words of a text, folded so that equal words are equal texts: runs of letters, digits and the marks on them, in compatibility form and
/// without case. Scripts that put no blanks between words (Han, Hiragana, Katakana) give a word for each character.
/// </summary>
public static class Words
{
    public static IReadOnlyList<string> Of(string text) => Ascii.IsValid(text) ? OfAscii(text) : OfAny(text);

    // The same as of any text, without a look into Unicode: of most texts there is nothing else.
    private static List<string> OfAscii(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && char.IsAsciiLetterOrDigit(text[i])) i++;
            if (i > start) words.Add(text[start..i].ToLowerInvariant());
        }
        return words;
    }

    private static List<string> OfAny(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in Fold(text).EnumerateRunes())
        {
            var isWord = IsWord(rune);
            if (!isWord || IsWordByItself(rune))
            {
                if (word.Length > 0) words.Add(word.ToString());
                word.Clear();
                if (isWord) words.Add(rune.ToString());
            }
            else word.Append(rune.ToString());
        }
        if (word.Length > 0) words.Add(word.ToString());
        return words;
    }

    // Upper case first: it joins the two small sigmas, and the long s with the short.
    private static string Fold(string text)
    {
        // Normalization throws on U+FFFE. It composes with nothing, so U+FFFF can stand in for it.
        var folded = text.Replace('\uFFFE', '\uFFFF').Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant();
        return folded.Contains('ß', StringComparison.Ordinal) ? folded.Replace("ß", "ss", StringComparison.Ordinal) : folded;
    }

    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
        or UnicodeCategory.OtherNumber;

    private static bool IsWordByItself(Rune rune) => rune.Value is >= 0x3040 and <= 0x30FF or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF
        or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF;
}
