using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace PropsDb.Events.Values;

/// <summary>JSON numbers as exact decimals: their text is kept as written, and compared by what it denotes.</summary>
public static class JsonNumber
{
    public const int MaxLength = 400;

    /// <summary>Refuses what a double-based reader would turn into infinity, and texts long enough to be an attack.</summary>
    public static string? Fault(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxLength) return $"A number has more than {MaxLength} characters.";
        return Utf8Parser.TryParse(text, out double value, out var read) && read == text.Length && double.IsFinite(value)
            ? null
            : "A number is beyond the range of a double.";
    }

    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right)) return true;
        Span<byte> leftDigits = stackalloc byte[MaxLength], rightDigits = stackalloc byte[MaxLength];
        var (leftLength, leftSign, leftExponent) = Normalise(left, leftDigits);
        var (rightLength, rightSign, rightExponent) = Normalise(right, rightDigits);
        return leftSign == rightSign && leftExponent == rightExponent
            && leftDigits[..leftLength].SequenceEqual(rightDigits[..rightLength]);
    }

    /// <summary>Below zero: left is less; zero: they denote the same.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> leftDigits = stackalloc byte[MaxLength], rightDigits = stackalloc byte[MaxLength];
        var (leftLength, leftSign, leftExponent) = Normalise(left, leftDigits);
        var (rightLength, rightSign, rightExponent) = Normalise(right, rightDigits);
        var (leftRank, rightRank) = (Sign(leftLength, leftSign), Sign(rightLength, rightSign));
        if (leftRank != rightRank || leftRank == 0) return leftRank.CompareTo(rightRank);
        var size = leftExponent.CompareTo(rightExponent);
        if (size == 0) size = leftDigits[..leftLength].SequenceCompareTo(rightDigits[..rightLength]);
        return leftRank * size;
    }

    private static int Sign(int digits, bool isNegative) => digits == 0 ? 0 : isNegative ? -1 : 1;

    /// <summary>One spelling for all texts of one number: <c>-0.123e4</c>, or <c>0</c>.</summary>
    /// <param name="exponent">The power of ten behind the digits, which all stand after the point.</param>
    public static string Canonical(ReadOnlySpan<byte> text, out BigInteger exponent)
    {
        Span<byte> digits = stackalloc byte[MaxLength];
        (var length, var isNegative, exponent) = Normalise(text, digits);
        return length == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{(isNegative ? "-" : "")}0.{System.Text.Encoding.ASCII.GetString(digits[..length])}e{exponent}");
    }

    // 0.d1d2d3… × 10^exponent without leading or trailing zeros; zero has no digits, no sign and exponent 0.
    // The exponent is a BigInteger because 0e99999999999999999999 is a legal spelling of 0.
    private static (int Length, bool Negative, BigInteger Exponent) Normalise(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        var negative = text[0] == '-';
        if (negative) text = text[1..];
        var exponent = BigInteger.Zero;
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            exponent = BigInteger.Parse(System.Text.Encoding.ASCII.GetString(text[(e + 1)..]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var point = text.IndexOf((byte)'.');
        var integerLength = point < 0 ? text.Length : point;
        var length = 0;
        var leadingZeros = 0;
        foreach (var c in text)
        {
            if (c == '.') continue;
            if (length == 0 && c == '0') leadingZeros++;
            else digits[length++] = c;
        }
        while (length > 0 && digits[length - 1] == '0') length--;
        return length == 0 ? (0, false, BigInteger.Zero) : (length, negative, exponent + integerLength - leadingZeros);
    }
}
