namespace PropsDb.Events.Tests;

/// <summary>JSON as one may write it, and the same without insignificant white space.</summary>
internal readonly record struct Spelling(string Written, string Compact);

internal static class JsonTextGens
{
    private static Gen<string> Blank { get; } = Gen.Frequency((4, Gen.Const("")), (1, Gen.OneOf(" ", "\t", "\n", "\r\n", "  ")));

    private static Gen<string> Piece { get; } = Gen.OneOf("a", "B", "é", "😀", " ", "\u2028", "\u007f", "[,]", "{:}", "/", "\\\"", "\\\\", "\\/", "\\n", "\\u0000", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\uFFFF");

    private static Gen<string> Digits { get; } = Gen.String["0123456789"].Select(s => s.Length == 0 ? "7" : s[..Math.Min(s.Length, 30)]);

    public static Gen<string> Number { get; } = Gen.Select(
        Gen.OneOf("", "-"),
        Digits.Select(d => d.TrimStart('0') is { Length: > 0 } n ? n : "0"),
        Gen.Frequency((1, Gen.Const("")), (1, Digits.Select(d => "." + d))),
        Gen.Frequency((1, Gen.Const("")), (1, Gen.Select(Gen.OneOf("e", "E"), Gen.OneOf("", "+", "-"), Gen.Int[0, 250], (e, sign, n) => e + sign + n))),
        (sign, whole, fraction, exponent) => sign + whole + fraction + exponent);

    public static Gen<string> Text { get; } = Piece.Array[0, 6].Select(pieces => "\"" + string.Concat(pieces) + "\"");

    private static Gen<Spelling> Scalar { get; } = Gen.OneOf(Gen.OneOf("null", "true", "false"), Number, Text).Select(s => new Spelling(s, s));

    public static Gen<Spelling> Value { get; } =
        Gen.Recursive<Spelling>((depth, self) => depth > 4 ? Padded(Scalar) : Padded(Gen.Frequency((2, Scalar), (1, Array(self)), (1, Object(self)))));

    private static Gen<Spelling> Padded(Gen<Spelling> inner) =>
        Gen.Select(Blank, inner, Blank, (before, value, after) => value with { Written = before + value.Written + after });

    private static Gen<Spelling> Array(Gen<Spelling> item) => Gen.Select(Blank, item.Array[0, 4], (blank, items) => items.Length == 0
        ? new Spelling($"[{blank}]", "[]")
        : new Spelling($"[{string.Join(',', items.Select(i => i.Written))}]", $"[{string.Join(',', items.Select(i => i.Compact))}]"));

    // A number at its end makes each name of an object its own.
    private static Gen<Spelling> Object(Gen<Spelling> value) => Gen.Select(Blank, Gen.Select(Text, Blank, value).Array[0, 4], (blank, members) =>
    {
        if (members.Length == 0) return new Spelling($"{{{blank}}}", "{}");
        var named = members.Select((m, i) => (Name: m.Item1[..^1] + i + "\"", Blank: m.Item2, Value: m.Item3)).ToList();
        return new Spelling(
            "{" + string.Join(',', named.Select(m => m.Blank + m.Name + m.Blank + ":" + m.Value.Written)) + "}",
            "{" + string.Join(',', named.Select(m => m.Name + ":" + m.Value.Compact)) + "}");
    });
}
