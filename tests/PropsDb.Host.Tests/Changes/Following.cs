using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace PropsDb.Host.Tests;

/// <summary>Clients of the hub, as SignalR's own library is one.</summary>
internal static class Following
{
    public static async Task<HubConnection> Connect(PropsDbServer to, string token, bool packed = false)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(to.Address, "/api/v1/_live"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(token));
        if (packed) builder.AddMessagePackProtocol();
        var connection = builder.Build();
        await connection.StartAsync();
        return connection;
    }

    public sealed class Followed(ChannelReader<JsonElement> messages)
    {
        public async Task<JsonElement> Next()
        {
            using var patience = new CancellationTokenSource(Waiting.Patience);
            return await messages.ReadAsync(patience.Token);
        }

        public async Task<JsonElement> Next(string type)
        {
            while (true)
                if (await Next() is var told && told.GetProperty("type").GetString() == type) return told;
        }

        public Task Completion => messages.Completion.WaitAsync(Waiting.Patience);
    }

    public static async Task<Followed> Follow(HubConnection connection, object request) =>
        new(await connection.StreamAsChannelAsync<JsonElement>("Changes", request));

    public static JsonElement ShouldBeOf(this JsonElement message, string type)
    {
        message.GetProperty("type").GetString().ShouldBe(type, message.ToString());
        return message;
    }
}
