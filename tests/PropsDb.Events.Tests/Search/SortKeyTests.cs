using System.Text;
using CsCheck;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Events.Tests.Search;

public sealed class SortKeyTests
{
    [Fact]
    public void Values_of_all_kinds_have_one_order()
    {
        string?[] ordered = [null, "null", "false", "true", "-1e300", "-2", "-1.5", "-0.001", "-1e-300", "0", "1e-300", "0.5", "1", "1.0000000000000000000000000000001", "2", "10", "1e2", "1e300",
            "\"\"", "\"A\"", "\"a\"", "\"aa\"", "\"é\"", "\"\uFF5E\"", "\"😀\"", "[]", "{}"];
        for (var i = 0; i < ordered.Length; i++)
            for (var j = 0; j < ordered.Length; j++)
                Math.Sign(SortKey.Compare(Key(ordered[i]), Key(ordered[j]))).ShouldBe(Math.Sign(i.CompareTo(j)), $"{ordered[i]} and {ordered[j]}");
    }

    private static SortKey Key(string? json) => SortKey.Of(json is null ? null : JsonValue.FromChecked(json));

    [Fact]
    public void Only_the_beginning_of_a_text_counts() =>
        SortKey.Compare(Key($"\"{new string('x', 256)}a\""), Key($"\"{new string('x', 256)}b\"")).ShouldBe(0);

    [Fact]
    public void Numbers_are_compared_as_decimals_do() => Gen.Select(Gen.Decimal, Gen.Decimal).Sample((a, b) =>
        Math.Sign(JsonNumber.Compare(Bytes(a), Bytes(b))).ShouldBe(Math.Sign(a.CompareTo(b))));

    private static byte[] Bytes(decimal number) => Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
