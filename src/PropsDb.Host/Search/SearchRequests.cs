using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Host.Access;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Search;

/// <summary>What every question about the documents of a tier has: whose they are, how fresh the index must be, and where a page goes on.</summary>
public static class SearchRequests
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 500;

    private static readonly TimeSpan CursorLife = TimeSpan.FromHours(24);

    /// <summary>The documents that the caller may read, as the tier's list holds them.</summary>
    public static SearchScope Scope(this DocumentRequest request) =>
        ReadableDocuments.Of(request.Admission.App, request.Admission.Access, request.Admission.Caller, request.Query.Text("owner"), request.Http.Now());

    /// <summary>The position that an answer must include, from the URL or the body.</summary>
    public static long? MinPosition(this DocumentRequest request, JsonValue? body = null)
    {
        if ((request.Query.Text("min_position") ?? body?.Text("min_position")) is not { } text) return null;
        return request.Service<Seal>().TryPosition(request.Key.App, text, out var position) ? position
            : throw new ProblemException(new Problem("invalid_position", "min_position was not given out for this app."));
    }

    public static async Task WaitForIndex(this DocumentRequest request, JsonValue? body = null)
    {
        if (!await request.Service<SearchProgress>().Includes(request.Key.App, request.MinPosition(body), request.Cancel)) throw new IndexBehindException();
    }

    public static int LimitOf(JsonValue body, int most = MaxLimit, int otherwise = DefaultLimit) => body.Member("limit") switch
    {
        null or { Kind: JsonKind.Null } => otherwise,
        { Kind: JsonKind.Number } number when int.TryParse(number.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most => limit,
        _ => throw FilterBody.Refused("/limit", $"limit is a whole number from 1 to {most}."),
    };

    /// <summary>A cursor for the same caller and the same question, for a day.</summary>
    public static string Cursor(this DocumentRequest request, string question, string place) =>
        request.Service<Seal>().Cursor(Bound(request, question), string.Create(CultureInfo.InvariantCulture, $"{request.Http.Now().ToUnixTimeSeconds():D12}{place}"));

    public static string PlaceOf(this DocumentRequest request, string question, string cursor)
    {
        var place = request.Service<Seal>().PlaceOf(Bound(request, question), cursor);
        return place is { Length: >= 12 } && request.Http.Now() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(place[..12], CultureInfo.InvariantCulture)) <= CursorLife
            ? place[12..] : throw BadCursor();
    }

    public static ProblemException BadCursor() => new(Problem.Query("cursor", "was not given out for this question, to this caller, within a day."));

    private static string Bound(DocumentRequest request, string question)
    {
        var (caller, scope) = (request.Admission.Caller, request.Scope());
        return string.Join('\n', scope.App, scope.Tier, scope.Owner is null ? "*" : "=" + scope.Owner, scope.OnlyShared ? "shared" : "all",
            caller.UserId is { } user ? "u" + user : "anonymous", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(question))));
    }

    public static void WriteEntry(this Utf8JsonWriter writer, FoundDocument found)
    {
        writer.WriteString("id", found.Id);
        writer.WriteString("name", found.Name);
        writer.WriteNumber("version", found.Version);
        writer.WriteString("owner", found.Owner);
        writer.WriteTime("updated_at", found.UpdatedAt);
        writer.WriteString("last_modified_by", found.UpdatedBy);
    }
}
