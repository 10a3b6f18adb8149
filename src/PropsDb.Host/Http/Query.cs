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

    public ConflictStrategy? Strategy(string name) => Text(name) is null ? null : ParseStrategy(OneOf(name, "manual", "manual", "merge", "last_write_wins"));

    public static ConflictStrategy ParseStrategy(string text) => text switch
    {
        "merge" => ConflictStrategy.Merge,
        "last_write_wins" => ConflictStrategy.LastWriteWins,
        _ => ConflictStrategy.Manual,
    };

    private static bool IsDecimal(string text) => text.Length is > 0 and <= 19 && text.All(char.IsAsciiDigit);
}
