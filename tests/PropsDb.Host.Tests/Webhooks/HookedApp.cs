using System.Text.Json;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>A service of a test's own whose default app's changes are posted to a receiver.</summary>
public sealed class HookedApp : IAsyncDisposable
{
    private static readonly string[] s_settings = ["--PROPSDB:WEBHOOKS:ALLOW=127.0.0.0/8", "--PROPSDB:WEBHOOKS:TIMEOUT=1s", "--PROPSDB:WEBHOOKS:GIVEUPAFTER=1h"];

    private HookedApp(PropsDbServer server, Receiver receiver) => (Server, Receiver) = (server, receiver);

    public PropsDbServer Server { get; }
    public Receiver Receiver { get; }
    public Client Admin => Server.As("root", "admin");
    public Client Alice => Server.As("alice");
    public string Secret { get; private set; } = "";

    public static Task<HookedApp> Start(params string[] settings) => On(null, settings);

    public static async Task<HookedApp> On(string? database, params string[] settings)
    {
        var server = new PropsDbServer { Database = database, Settings = [.. s_settings, .. settings] };
        await server.InitializeAsync();
        return new HookedApp(server, await Receiver.Start());
    }

    public async Task<HookedApp> Hook(string more = "", string name = "hook")
    {
        var made = await Admin.Put($"_webhooks/{name}", $$"""{"url":"{{Receiver.Url}}"{{more}}}""");
        made.Status.ShouldBe(201, made.ToString());
        Secret = made.Json.GetProperty("secret").GetString()!;
        return this;
    }

    public async Task<JsonElement> State(string name = "hook")
    {
        var answer = await Admin.Get($"_webhooks/{name}");
        answer.Status.ShouldBe(200, answer.ToString());
        return answer.Json;
    }

    public Task Until(Func<JsonElement, bool> isSo, string what) => Eventually.So(async () => isSo(await State()), () => $"{what}; received: {string.Join(", ", Receiver.What)}");

    public async Task Set(string document, int version, string? value = null)
    {
        var answer = await Alice.Put($"user/{document}/c/p", $$"""{"version":{{version - 1}},"value":{{value ?? $"{version}"}}}""");
        answer.Status.ShouldBe(version == 1 ? 201 : 200, answer.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
