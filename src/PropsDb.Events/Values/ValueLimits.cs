using PropsDb.Events.Operations;

namespace PropsDb.Events.Values;

/// <summary>The limits of one property's value.</summary>
public static class ValueLimits
{
    public static Rejection? Fault(JsonValue value, Limits limits, string pointer)
    {
        if (value.Depth > limits.MaxValueDepth) return Rejection.InvalidValue($"The nesting is deeper than {limits.MaxValueDepth} levels.", pointer);
        return value.ElementCount > limits.MaxValueElements ? Rejection.TooLarge($"A value has more than {limits.MaxValueElements} elements.") : null;
    }
}
