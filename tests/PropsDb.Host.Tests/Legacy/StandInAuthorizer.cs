using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PropsDb.Host.Tests.Legacy;

/// <summary>Speaks of the Authorizer's GraphQL what its users' backends ask it: whose session or token this is.</summary>
internal sealed class StandInAuthorizer : IAsyncDisposable
{
    private readonly WebApplication _app = WebApplication.CreateSlimBuilder().Build();

    /// <summary>Who has signed in: the session or access token, the user's id, the roles.</summary>
    public ConcurrentDictionary<string, (string? Id, string[] Roles)> SignedIn { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Answers in place of the usual ones.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public string Url => _app.Urls.First();

    public static async Task<StandInAuthorizer> Start()
    {
        var authorizer = new StandInAuthorizer();
        authorizer._app.Urls.Add("http://127.0.0.1:0");
        authorizer._app.MapPost("/graphql", authorizer.Answer);
        await authorizer._app.StartAsync();
        return authorizer;
    }

    private async Task Answer(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        var query = body.RootElement.GetProperty("query").GetString()!;
        var field = new[] { "validate_session", "validate_jwt_token", "profile" }.Single(query.Contains);
        Asked.Enqueue(field);
        if (Instead is not null)
        {
            await Instead(http);
            return;
        }
        if (http.Request.Headers["x-authorizer-url"] != Url || http.Request.Headers["x-authorizer-client-id"] != "props")
        {
            await Refuse(http, "unknown client");
            return;
        }
        var parameters = field == "profile" ? default : body.RootElement.GetProperty("variables").GetProperty("params");
        var credentials = field switch
        {
            "validate_session" => parameters.GetProperty("cookie").GetString()!,
            "validate_jwt_token" when parameters.GetProperty("token_type").GetString() == "access_token" => parameters.GetProperty("token").GetString()!,
            "profile" => http.Request.Headers.Authorization.ToString()["Bearer ".Length..],
            _ => "",
        };
        if (!SignedIn.TryGetValue(credentials, out var user)) await Refuse(http, "unauthorized");
        else if (field == "profile") await Send(http, new { profile = new { id = user.Id, email = "a@example.com", roles = user.Roles } });
        else
        {
            var isValid = parameters.GetProperty("roles").EnumerateArray().All(r => user.Roles.Contains(r.GetString()));
            await Send(http, field == "validate_session"
                ? new { validate_session = new { is_valid = isValid, user = isValid ? new { id = user.Id, email = "a@example.com", roles = user.Roles } : null } }
                : new { validate_jwt_token = new { is_valid = isValid } });
        }
    }

    private static Task Send(HttpContext http, object data) => http.Response.WriteAsJsonAsync(new { data });

    private static Task Refuse(HttpContext http, string message) => http.Response.WriteAsJsonAsync(new { errors = new[] { new { message } }, data = (object?)null });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
