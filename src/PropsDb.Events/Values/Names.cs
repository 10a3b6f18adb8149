using System.Globalization;
using System.Text;

namespace PropsDb.Events.Values;

/// <summary>What documents, collections, properties, apps, tiers, roles and users may be called.</summary>
public static class Names
{
    public const int MaxLength = 255;

    /// <summary>Null for a good name, else the reason it is refused.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 0) return "A name is empty.";
        var count = 0;
        foreach (var rune in EnumerateScalars(name, out var isWellFormed))
        {
            if (!isWellFormed) return "A name has a lone surrogate.";
            if (++count > MaxLength) return $"A name has more than {MaxLength} characters.";
            // ZERO WIDTH NON-JOINER and JOINER are letters' business in Persian, Indic scripts and emoji.
            if (rune.Value is 0x200C or 0x200D) continue;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return $"A name has the character U+{rune.Value:X4}, which names may not have.";
        }
        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1])) return "A name begins or ends with a blank.";
        if (name is "." or "..") return "A name is . or ..";
        // IsNormalized throws on U+FFFE. It composes with nothing, so U+FFFF can stand in for it.
        return name.Replace('\uFFFE', '\uFFFF').IsNormalized(NormalizationForm.FormC) ? null : "A name is not in Unicode normalization form C.";
    }

    public static string? DocumentFault(string name) =>
        Fault(name) ?? (name[0] == '_' ? "A document's name begins with _." : null);

    public static string? CollectionFault(string name) =>
        Fault(name) ?? (string.Equals(name, "__version", StringComparison.Ordinal) ? "A collection is named __version." : null);

    /// <summary>A URL segment of this form is always an operation and never a name.</summary>
    public static bool IsOperation(string segment) =>
        segment.Length > 1 && segment[0] == '_' && segment.AsSpan(1).IndexOfAnyExceptInRange('a', 'z') < 0;

    public static bool IsAppId(string id) => IsIdentifier(id) && id is not ("api" or "app" or "user" or "shared");

    public static bool IsWebhook(string name) => IsIdentifier(name);

    public static bool IsTier(string tier) => IsIdentifier(tier) || RoleOfTier(tier) is not null;

    /// <summary>The role that a tier written <c>role:{role}</c> is open to. Nobody meant to let everyone write, so <c>public</c> has none.</summary>
    public static string? RoleOfTier(string tier) =>
        tier.StartsWith("role:", StringComparison.Ordinal) && IsRole(tier[5..]) && tier is not "role:public" ? tier[5..] : null;

    public static bool IsRole(string role) =>
        role.Length is >= 1 and <= 50 && char.IsAsciiLetter(role[0]) && role.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public static bool IsUserId(string id) =>
        id.Length >= 1 && !id.Any(char.IsControl) && EnumerateScalars(id, out var isWellFormed).Count() <= MaxLength && isWellFormed;

    private static bool IsIdentifier(string id) =>
        id.Length is >= 1 and <= 50 && char.IsAsciiLetterLower(id[0]) && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static StringRuneEnumerator EnumerateScalars(string name, out bool isWellFormed)
    {
        isWellFormed = true;
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i])) continue;
            if (i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1])) i++;
            else isWellFormed = false;
        }
        return name.EnumerateRunes();
    }
}
