using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Legacy;

/// <summary>The Authorizer could not be asked, or its answer makes no sense: nobody knows whether the caller may.</summary>
public sealed class AuthorizerUnreachableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// Asks an Authorizer (authorizer.dev) whose session it is, by GraphQL. What it accepts is believed for some seconds, so that a page's
/// requests ask once; a refusal is never kept, since the next moment may bring the sign-in.
/// </summary>
public sealed class Authorizer : IDisposable
{
    private const int MaxKept = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private readonly Settings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient? _client;
    private readonly ConcurrentDictionary<string, (string User, DateTimeOffset Until)> _accepted = new(StringComparer.Ordinal);

    public Authorizer(Settings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        if (settings.AuthorizerUrl is not { } url) return;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Patience, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        _client = new HttpClient(handler) { BaseAddress = new Uri(url.TrimEnd('/') + "/"), Timeout = Patience, MaxResponseContentBufferSize = 1024 * 1024 };
        _client.DefaultRequestHeaders.Add("x-authorizer-url", url);
        _client.DefaultRequestHeaders.Add("x-authorizer-client-id", settings.AuthorizerClientId);
    }

    public bool IsConfigured => _client is not null;

    /// <summary>The id of the user whose session or access token this is, if it holds the role; null: it is refused.</summary>
    /// <exception cref="AuthorizerUnreachableException">It cannot be told.</exception>
    public async Task<string?> UserOf(string session, string role, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        // Of the session itself no copy is kept.
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{role}\n{session}")));
        if (_accepted.TryGetValue(key, out var kept) && now < kept.Until) return kept.User;
        var user = session.Contains('.', StringComparison.Ordinal) ? await OfToken(session, role, cancel) : await OfSession(session, role, cancel);
        // What keys are called as writers; no user may pass for one.
        if (user is null || !Names.IsUserId(user) || Caller.IsReserved(user)) return null;
        if (_accepted.Count >= MaxKept) Forget(now);
        _accepted[key] = (user, now + KeptFor);
        return user;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, (_, until)) in _accepted)
            if (until <= now) _accepted.TryRemove(key, out _);
        if (_accepted.Count >= MaxKept) _accepted.Clear();
    }

    private async Task<string?> OfSession(string session, string role, CancellationToken cancel)
    {
        const string Query = "query validateSession($params: ValidateSessionInput!) { validate_session(params: $params) { is_valid user { id email roles } } }";
        var answer = await Ask(Query, new { @params = new { cookie = session, roles = new[] { role } } }, bearer: null, "validate_session", cancel);
        return answer is { } valid && IsValid(valid) ? IdOf(Member(valid, "user")) : null;
    }

    private async Task<string?> OfToken(string token, string role, CancellationToken cancel)
    {
        const string Query = "query validateJWTToken($params: ValidateJWTTokenInput!) { validate_jwt_token(params: $params) { is_valid } }";
        var answer = await Ask(Query, new { @params = new { token, token_type = "access_token", roles = new[] { role } } }, bearer: null, "validate_jwt_token", cancel);
        if (answer is not { } valid || !IsValid(valid)) return null;
        return IdOf(await Ask("query { profile { id email roles } }", variables: null, token, "profile", cancel));
    }

    private static bool IsValid(JsonElement answer) => Member(answer, "is_valid") is { ValueKind: JsonValueKind.True };

    private static string? IdOf(JsonElement? user) => user is { } known && Member(known, "id") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;

    private static JsonElement? Member(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;

    // Null where the Authorizer refuses.
    private async Task<JsonElement?> Ask(string query, object? variables, string? bearer, string field, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = JsonContent.Create(new { query, variables }) };
            if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            using var response = await _client!.SendAsync(request, cancel);
            if ((int)response.StatusCode is >= 300 and < 400 or >= 500) throw new AuthorizerUnreachableException($"The Authorizer answers with {(int)response.StatusCode}.");
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            if (Member(json.RootElement, "errors") is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0) return null;
            return Member(json.RootElement, "data") is { } data && Member(data, field) is { } answer ? answer.Clone()
                : throw new AuthorizerUnreachableException($"The Authorizer's answer has no {field}.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new AuthorizerUnreachableException($"The Authorizer cannot be asked: {e.Message}", e);
        }
    }

    public void Dispose() => _client?.Dispose();
}
