using PropsDb.Events.Apps;
using PropsDb.Host.Http;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>Who asks: nobody without credentials, and bad credentials are never read as none.</summary>
public static class Callers
{
    private const int MaxKeyLength = 256;

    private sealed record Known(Caller Caller);

    /// <summary>The caller of a request, found out once.</summary>
    public static async ValueTask<Caller> Of(HttpContext http)
    {
        if (http.Features.Get<Known>() is { } known) return known.Caller;
        var key = KeyOf(http);
        var caller = TokenOf(http) is { } token ? await OfToken(http, token, key) : key is { } alone ? Caller.Of(alone.Key, alone.App.Id) : Caller.Anonymous;
        http.Features.Set(new Known(caller));
        return caller;
    }

    /// <summary>The app's key that stands in a request of a caller who is known, beside a token or alone.</summary>
    public static (string App, string Id)? NamedKey(HttpContext http) => KeyOf(http) is { } named ? (named.App.Id, named.Key.Id) : null;

    private static (App App, AppKey Key)? KeyOf(HttpContext http)
    {
        if (!http.Request.Headers.TryGetValue("X-App-Key", out var header)) return null;
        var services = http.RequestServices;
        var key = header is [{ Length: <= MaxKeyLength } text] ? AppKeys.Find(services.GetRequiredService<AppDirectory>(), text) : null;
        if (key is not { } found) throw Unauthenticated("The key is not a valid one.");
        services.GetRequiredService<KeyUses>().Note(found.App.Id, found.Key.Id);
        return found;
    }

    private static ReadOnlyMemory<char>? TokenOf(HttpContext http)
    {
        var headers = http.Request.Headers;
        // Browsers cannot give a WebSocket headers, so there, and nowhere else, the token may stand in the query.
        if (!headers.ContainsKey("Authorization"))
            return http.Features.Get<Address>()?.Api is ["_live", ..] && http.Request.Query["access_token"] is [{ Length: > 0 } inQuery] ? inQuery.AsMemory() : (ReadOnlyMemory<char>?)null;
        return headers.Authorization is [{ } credentials] && credentials.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? credentials.AsMemory(7).Trim()
            : throw Unauthenticated("Authorization is one Bearer token.");
    }

    // A token may leave it to the key to name the app; where both do, they agree.
    private static async ValueTask<Caller> OfToken(HttpContext http, ReadOnlyMemory<char> token, (App App, AppKey Key)? key)
    {
        var caller = await http.RequestServices.GetRequiredService<Tokens>().Read(token, http.Features.Get<Address>()?.App, key?.App.Id)
            ?? throw Unauthenticated("The token is not valid here, or no longer.");
        if (key is { } named && !caller.BelongsTo(named.App.Id))
            throw new ProblemException(new Problem("forbidden", "The key is another app's than the token's.") { More = writer => writer.WriteString("reason", $"requires_app:{named.App.Id}") });
        return caller;
    }

    private static ProblemException Unauthenticated(string detail) => new(new Problem("unauthenticated", detail)
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["WWW-Authenticate"] = "Bearer error=\"invalid_token\"" },
    });
}
