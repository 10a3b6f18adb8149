using System.Text;
using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>
/// Where a value stands among values of all kinds: what is absent first, then null, false and true, numbers, texts by their code points,
/// arrays, objects. Of a text the first 256 characters count; arrays are all equal, as objects are.
/// </summary>
public readonly record struct SortKey(int Rank, string Number, string Text)
{
    public const int TextLength = 256;

    public const int OfNumber = 3;
    public const int OfText = 4;

    public static SortKey Absent { get; } = new(0, "0", "");

    public static SortKey Of(JsonValue? value) => value?.Kind switch
    {
        null => Absent,
        JsonKind.Null => Absent with { Rank = 1 },
        JsonKind.Boolean => new(2, value.Utf8.Span[0] == 't' ? "1" : "0", ""),
        JsonKind.Number => new(OfNumber, value.ToString(), ""),
        JsonKind.String => new(OfText, "0", First(value.AsText())),
        JsonKind.Array => Absent with { Rank = 5 },
        _ => Absent with { Rank = 6 },
    };

    private static string First(string text)
    {
        if (text.Length <= TextLength) return text;
        var (length, count) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (++count > TextLength) break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }

    /// <summary>Below zero: left stands first; zero: nothing tells them apart.</summary>
    public static int Compare(SortKey left, SortKey right)
    {
        if (left.Rank != right.Rank) return left.Rank.CompareTo(right.Rank);
        var number = JsonNumber.Compare(Encoding.ASCII.GetBytes(left.Number), Encoding.ASCII.GetBytes(right.Number));
        return number != 0 ? number : CompareTexts(left.Text, right.Text);
    }

    /// <summary>By code points, as PostgreSQL's collation C has it in UTF-8. Ordinal comparison goes by UTF-16 units.</summary>
    public static int CompareTexts(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
