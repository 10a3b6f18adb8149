using Microsoft.Net.Http.Headers;

namespace PropsDb.Host.Http;

/// <summary>Which of the representations there are the client wants.</summary>
public static class Accepts
{
    public static void Json(HttpRequest request) => Best(request, "application/json");

    /// <summary>The offered media type that the client likes best; the first where it does not mind.</summary>
    public static string Best(HttpRequest request, params ReadOnlySpan<string> offered)
    {
        if (request.Headers.Accept.Count == 0) return offered[0];
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) || accepted.Count == 0) return offered[0];
        string? best = null;
        var bestQuality = 0.0;
        foreach (var type in offered)
        {
            var offer = MediaTypeHeaderValue.Parse(type);
            // The most specific range that fits decides, whatever wider ranges say.
            var range = accepted.Where(a => offer.IsSubsetOf(a) && (a.MatchesAllTypes || a.MatchesAllSubTypes || a.MediaType == offer.MediaType))
                .OrderBy(a => a.MatchesAllTypes ? 2 : a.MatchesAllSubTypes ? 1 : 0).FirstOrDefault();
            if (range is null || (range.Quality ?? 1.0) <= bestQuality) continue;
            (best, bestQuality) = (type, range.Quality ?? 1.0);
        }
        return best ?? throw new ProblemException(new Problem("not_acceptable", $"There is {string.Join(" and ", offered!)}."));
    }
}
