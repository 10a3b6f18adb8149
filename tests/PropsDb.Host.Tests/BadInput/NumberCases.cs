using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Rows 53 to 57: numbers keep their spelling, and those that a double cannot hold even roughly are refused.</summary>
public static class NumberCases
{
    private static readonly Expect.Refused BadValue = Refused(400, "invalid_value") with { DetailHas = "number" };

    public static IReadOnlyList<Case> All { get; } =
    [
        .. Beyond(53, "1e400", "-1e400", "1E+400", "1e309", "1.8e308", "-1.8e308", "[[1e400]]", "{\"a\":1e400}", new string('9', 310)),
        new(53, "1e400 as a version", Send.Put("user/$new/c/p", """{"version":1e400,"value":1}"""), BadValue),
        new(53, "1e400 in a member nobody reads", Send.Put("user/$new/c/p", """{"version":0,"value":1,"x":1e400}"""), BadValue),
        new(53, "1e400 in a merge patch", Send.MergePatch("user/$doc?version=1", """{"ui":{"x":1e400}}"""), BadValue),
        new(53, "1e400 in a JSON patch", Send.JsonPatch("user/$doc?version=1", """[{"op":"add","path":"/ui/x","value":1e400}]"""), BadValue),
        .. Kept(53, "1e308", "1.7976931348623157e308", "-1.7976931348623157E+308"),
        .. Beyond(54, $"[{string.Join(',', Enumerable.Repeat("1e131071", 2000))}]"),
        .. Beyond(55, "1e131072", "1e2147483648", "1e99999999999999999999", "-1e9999999999"),
        .. Kept(55, "1e-16384", "1e-99999999999999999999", "-1e-2147483649", "0e99999999999999999999", "0.0e400", "5e-324", "1e-400"),
        .. Kept(56, "9007199254740993", "10000000000000000999", "0.1000000000000000055511151231257827", "123456789012345678901234567890123456789012345678901234567890", "-0.00000000000000000000000000000000000000000000000000000000000001"),
        .. Kept(57, "-0", "1.0", "1e2", "1.50e1", "1E5", "1e+5", "1e-5", "0.10", "-0.0", "0e0", "100", "1.10"),
    ];

    private static IEnumerable<Case> Beyond(int row, params string[] values) =>
        values.Select((value, i) => new Case(row, $"beyond {i}", Send.Value(value), BadValue));

    private static IEnumerable<Case> Kept(int row, params string[] values) =>
        values.Select((value, i) => new Case(row, $"kept {i}: {value}", Send.Value(value), Accepted(201, value), "numbers keep their digits; underflow is fine"));
}
