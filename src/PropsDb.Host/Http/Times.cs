using System.Globalization;
using System.Text.RegularExpressions;

namespace PropsDb.Host.Http;

/// <summary>Times in requests: RFC 3339 with an offset, any number of digits of the second's fraction.</summary>
public static partial class Times
{
    public static bool TryParse(string text, out DateTimeOffset at)
    {
        at = default;
        if (Shape().Match(text) is not { Success: true } match) return false;
        // The clock counts in ten-millionths; what is finer is no later than them.
        var fraction = match.Groups["fraction"].Value;
        var kept = match.Groups["second"].Value + (fraction.Length == 0 ? "" : "." + fraction[..Math.Min(7, fraction.Length)]);
        var offset = match.Groups["offset"].Value is "Z" or "z" ? "+00:00" : match.Groups["offset"].Value;
        return DateTimeOffset.TryParse(kept.ToUpperInvariant() + offset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
    }

    [GeneratedRegex(@"^(?<second>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.(?<fraction>\d{1,30}))?(?<offset>[Zz]|[+-]\d\d:\d\d)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
