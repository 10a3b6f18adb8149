namespace PropsDb.Events.Tests;

internal static class JsonCheck
{
    public static JsonFault? Fault(string text) => Fault(Encoding.UTF8.GetBytes(text));

    public static JsonFault? Fault(byte[] utf8)
    {
        var accepted = JsonValue.TryParse(utf8, Limits.Default, out _, out var fault);
        accepted.ShouldBe(fault is null);
        return fault;
    }
}
