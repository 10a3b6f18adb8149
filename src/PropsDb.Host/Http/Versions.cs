using System.Globalization;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;

namespace PropsDb.Host.Http;

/// <summary>All the ways in which a write names the version that it builds on, brought into one precondition.</summary>
public static class Versions
{
    public static bool TryParse(string text, out long version)
    {
        version = 0;
        return text.Length is > 0 and <= 19 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }

    /// <param name="body">The request's body where it is one that may name a version.</param>
    public static Precondition Precondition(HttpRequest request, PropertyPath target, JsonValue? body)
    {
        var header = OfHeaders(request.Headers);
        var query = new Query(request.Query);
        long? document = null, collection = null, property = null;
        Merge(ref document, query.Version("version"));
        Merge(ref document, query.Version("document_version"));
        Merge(ref collection, query.Version("collection_version"));
        Merge(ref property, query.Version("property_version"));
        if (body is not null)
        {
            Merge(ref document, OfBody(body, "version"));
            Merge(ref document, OfBody(body, "document_version"));
            Merge(ref collection, OfBody(body, "collection_version"));
            Merge(ref property, OfBody(body, "property_version"));
        }
        if (target.Collection is null) collection = null;
        if (target.Property is null) property = null;
        var named = (document is null ? 0 : 1) + (collection is null ? 0 : 1) + (property is null ? 0 : 1);
        if (named > 1 || (header is not null && (collection ?? property) is not null)) throw Ambiguous();
        if (header is { } h)
        {
            if (document is { } also && also != (h.Demand == Demand.Absent ? 0 : h.Demand == Demand.Present ? -1 : h.Version)) throw Ambiguous();
            return h;
        }
        if (property is { } p) return new Precondition(Demand.PropertyVersion, p);
        if (collection is { } c) return new Precondition(Demand.CollectionVersion, c);
        return document is { } d ? Events.Operations.Precondition.At(d) : Events.Operations.Precondition.None;
    }

    /// <summary>The precondition that one document's part of a larger body names.</summary>
    public static Precondition OfBody(JsonValue body)
    {
        long? document = null;
        Merge(ref document, OfBody(body, "version"));
        Merge(ref document, OfBody(body, "document_version"));
        return document is { } version ? Events.Operations.Precondition.At(version) : Events.Operations.Precondition.None;
    }

    private static void Merge(ref long? version, long? named)
    {
        if (named is null) return;
        if (version is not null && version != named) throw Ambiguous();
        version = named;
    }

    private static Precondition? OfHeaders(IHeaderDictionary headers)
    {
        var hasMatch = headers.TryGetValue("If-Match", out var match);
        var hasNoneMatch = headers.TryGetValue("If-None-Match", out var noneMatch);
        if (hasMatch && hasNoneMatch) throw Invalid("If-Match and If-None-Match stand together.");
        if (hasNoneMatch)
            return noneMatch is ["*"] ? new Precondition(Demand.Absent, ByHeader: true) : throw Invalid("If-None-Match on a write is *.");
        if (!hasMatch) return null;
        if (match is ["*"]) return new Precondition(Demand.Present, ByHeader: true);
        return match is [{ Length: > 2 } text] && text[0] == '"' && text[^1] == '"' && TryParse(text[1..^1], out var version)
            ? Events.Operations.Precondition.At(version, byHeader: true)
            : throw Invalid("If-Match is one quoted version, or *.");
    }

    private static long? OfBody(JsonValue body, string member)
    {
        if (body.Member(member) is not { } value || value.Kind == JsonKind.Null) return null;
        return value.Kind == JsonKind.Number && TryParse(value.ToString(), out var version)
            ? version
            : throw new ProblemException(new Problem("invalid_version", $"{member} is no version.", [new("/" + member, "is a whole number from 0 on.")]));
    }

    private static ProblemException Invalid(string detail) => new(new Problem("invalid_version", detail));

    private static ProblemException Ambiguous() => new(new Problem("version_ambiguous", "The write names versions that disagree."));
}
