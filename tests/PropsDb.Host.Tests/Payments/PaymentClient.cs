using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PropsDb.Host.Tests.Payments;

/// <summary>An app of its own on a service, and a payment provider that sends it messages.</summary>
public sealed class PaymentClient(PropsDbServer server, string app, string provider, string secret)
{
    public const string GoldTier = """{"type":"shared","permissions":[{"role":"gold","can_read":true,"can_write":true,"can_delete":true}]}""";

    public string App => app;
    public string Path => $"/api/v1/{app}/_payments/{provider}";
    public DateTimeOffset Now => server.Time.GetUtcNow();
    public long Seconds => Now.ToUnixTimeSeconds();

    public static async Task<PaymentClient> Start(PropsDbServer server, string provider)
    {
        var (app, secret) = (server.New("shop"), "whsec_" + server.New("secret"));
        var root = server.Root();
        (await root.Post("/api/v1/_apps", $$"""{"id":"{{app}}","name":"Shop"}""")).Status.ShouldBe(201);
        (await root.Send(HttpMethod.Patch, $"/api/v1/_apps/{app}", $$$"""{"payments":{"{{{provider}}}":{"secret":"{{{secret}}}"} } }""", "application/json")).Status.ShouldBe(200);
        (await root.Put($"/api/v1/{app}/_tiers/gold", GoldTier)).Status.ShouldBe(201);
        return new PaymentClient(server, app, provider, secret);
    }

    public PaymentClient With(string? app = null, string? provider = null, string? secret = null) => new(server, app ?? App, provider ?? Provider, secret ?? Secret);
    public string Provider => provider;
    public string Secret => secret;

    public string Sign(string body, long? at = null) => $"t={at ?? Seconds},v1={Mac(body, secret, at)}";

    public string Mac(string body, string with, long? at = null) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(with), Encoding.UTF8.GetBytes($"{at ?? Seconds}.{body}")));

    public Task<Answer> Send(string body, string? signature = null) =>
        server.Anonymous.Post(Path, body, (provider == "stripe" ? "Stripe-Signature" : "X-PropsDb-Signature", signature ?? Sign(body)));

    public async Task<string> Result(string body)
    {
        var answer = await Send(body);
        answer.Status.ShouldBe(200, answer.ToString());
        return answer.Json.GetProperty("result").GetString()!;
    }

    public Client User(string user) => server.With(server.AppToken(app, user));

    /// <summary>Whether the user gets into the tier that the plan opens.</summary>
    public async Task<bool> IsLetIn(string user) => (await User(user).Get($"/api/v1/{app}/gold")).Status switch
    {
        200 => true,
        403 => false,
        var other => throw new ShouldAssertException($"{other}"),
    };

    public async Task<IReadOnlyList<string>> Roles(string user) =>
        [.. (await User(user).Get($"/api/v1/{app}/_access")).Json.GetProperty("roles").EnumerateArray().Select(r => r.GetProperty("name").GetString()!)];

    public async Task<IReadOnlyList<JsonElement>> Subscriptions(string user) =>
        [.. (await server.Root().Get($"/api/v1/{app}/_users/{user}/_subscriptions")).Json.GetProperty("subscriptions").EnumerateArray()];

    public async Task<IReadOnlyList<(string Type, string By)>> Events()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand("SELECT type, user_name FROM propsdb.mt_events WHERE tenant_id = $1 AND type LIKE 'subscription%' ORDER BY seq_id");
        command.Parameters.Add(new() { Value = app });
        List<(string, string)> events = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) events.Add((reader.GetString(0), reader.GetString(1)));
        return events;
    }
}
