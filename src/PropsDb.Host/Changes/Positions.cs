using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Changes;

namespace PropsDb.Host.Changes;

/// <summary>Positions as clients send them.</summary>
public static class Positions
{
    /// <summary>The position that a text stands for; an empty one for the beginning.</summary>
    /// <exception cref="ProblemException">It was not given out for this app, or nothing is told from there.</exception>
    public static async Task<long> Parse(HttpContext http, string app, string text) => await Known(http, app, text)
        ?? throw new ProblemException(new Problem("position_gone", "What follows the position is not told any more, or the position lies beyond the last commit. Read the documents anew."));

    /// <summary>
    /// Null: nothing is told from there, since it is too long ago, or since the position was given out by a database that this one is an
    /// older copy of.
    /// </summary>
    /// <exception cref="ProblemException">It was not given out for this app.</exception>
    public static async Task<long?> Known(HttpContext http, string app, string text)
    {
        var services = http.RequestServices;
        var position = 0L;
        if (text.Length > 0 && !services.GetRequiredService<Seal>().TryPosition(app, text, out position))
            throw new ProblemException(new Problem("invalid_position", "The position was not given out for this app."));
        return await services.GetRequiredService<FeedRetention>().IsGone(app, position, http.RequestAborted) ? null : position;
    }
}
