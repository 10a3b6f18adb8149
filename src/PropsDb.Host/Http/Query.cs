using System.Globalization;
using PropsDb.Events.Operations;

namespace PropsDb.Host.Http;

/// <summary>Reads query parameters: a known one that is malformed, or stands twice, is refused.</summary>
public readonly struct Query(IQueryCollection query)
{
    public string? Text(string name)
    {
        var values = query[name];
        return values.Count switch
        {
            0 => null,
            // PostgreSQL's text cannot hold U+0000, and nothing that a query could name has it.
            1 when values[0] is { } text && text.Contains('\0', StringComparison.Ordinal) => throw new ProblemException(Problem.Query(name, "has the character U+0000.")),
            1 => values[0],
            _ => throw new ProblemException(Problem.Query(name, "stands more than once.")),
        };
    }

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new ProblemException(Problem.Query(name, "is true or false.")),
    };

    public long? Number(string name, long min, long max)
    {
        if (Text(name) is not { } text) return null;
        return IsDecimal(text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new ProblemException(Problem.Query(name, $"is a whole number from {min} to {max}."));
    }

    public string OneOf(string name, string otherwise, params ReadOnlySpan<string> choices)
    {
        if (Text(name) is not { } text) return otherwise;
        foreach (var choice in choices)
            if (string.Equals(choice, text, StringComparison.Ordinal)) return choice;
        throw new ProblemException(Problem.Query(name, $"is one of {string.Join(", ", choices!)}."));
    }

    /// <summary>A version in the query: digits without a leading zero.</summary>
    public long? Version(string name)
    {
        if (Text(name) is not { } text) return null;
        return Versions.TryParse(text, out var version) ? version : throw new ProblemException(new Problem("invalid_version", $"{name} is no version."));
    }

    /// <summary>The texts of a parameter that may repeat and hold commas; null if it is not there.</summary>
    public IReadOnlyList<string>? List(string name) => query.TryGetValue(name, out var values)
        ? [.. values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)]
        : null;

    public ConflictStrategy? Strategy(string name) => Text(name) is null ? null : ConflictStrategies.TryParse(Text(name)!, out var strategy) ? strategy
        : throw new ProblemException(Problem.Query(name, "is manual, merge or last_write_wins."));

    /// <summary>A time as RFC 3339 writes it, with its offset.</summary>
    public DateTimeOffset? Time(string name) => Text(name) is not { } text ? null
        : Times.TryParse(text, out var at) ? at : throw new ProblemException(Problem.Query(name, "is a time as in RFC 3339, such as 2026-11-22T12:00:00Z."));

    private static bool IsDecimal(string text) => text.Length is > 0 and <= 19 && text.All(char.IsAsciiDigit);
}
