using System.Text.Json;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace PropsDb.Host.Changes;

/// <summary>Sets up the hub: WebSockets alone, JSON and MessagePack, and bounds on what one client can ask of it.</summary>
public static class Live
{
    private const int MaxMessageBytes = 32 * 1024;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<LiveConnections>().AddHostedService(s => s.GetRequiredService<LiveConnections>());
        services.AddSingleton<Faults>();
        services.AddSignalR(hub =>
        {
            hub.AddFilter<Faults>();
            hub.MaximumReceiveMessageSize = MaxMessageBytes;
            hub.EnableDetailedErrors = false;
        })
        .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
        .AddMessagePackProtocol(pack => pack.SerializerOptions = MessagePackSerializerOptions.Standard
            .WithSecurity(MessagePackSecurity.UntrustedData)
            .WithResolver(CompositeResolver.Create([new LiveMessage.AsMessagePack()], [StandardResolver.Instance])));
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapHub<LiveHub>(LiveHub.Path, connection => connection.Transports = HttpTransportType.WebSockets);
}
