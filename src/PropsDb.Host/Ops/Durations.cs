using System.Globalization;

namespace PropsDb.Host.Ops;

/// <summary>Durations as they are set: a whole number above zero and a unit, <c>7d</c>, <c>12h</c>, <c>30m</c>, <c>10s</c>.</summary>
public static class Durations
{
    /// <summary>Null: it is none, or one of more than a hundred years.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return null;
        TimeSpan? unit = text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => null,
        };
        return unit * number is { TotalDays: <= 36_525 } duration ? duration : null;
    }
}
