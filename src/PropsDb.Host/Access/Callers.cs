using PropsDb.Events.Apps;
using PropsDb.Host.Http;

namespace PropsDb.Host.Access;

/// <summary>Who asks: nobody without credentials, and bad credentials are never read as none.</summary>
public static class Callers
{
    public static async Task<Caller> Of(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (headers.ContainsKey("X-App-Key")) throw Unauthenticated("The key is not a valid one.");
        if (!headers.ContainsKey("Authorization")) return Caller.Anonymous;
        if (headers.Authorization is not [{ } credentials] || !credentials.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            throw Unauthenticated("Authorization is one Bearer token.");
        return await http.RequestServices.GetRequiredService<Tokens>().Read(credentials[7..].Trim())
            ?? throw Unauthenticated("The token is not valid here, or no longer.");
    }

    private static ProblemException Unauthenticated(string detail) => new(new Problem("unauthenticated", detail)
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["WWW-Authenticate"] = "Bearer error=\"invalid_token\"" },
    });
}
