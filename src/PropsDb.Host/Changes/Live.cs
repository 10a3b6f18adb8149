using System.Text.Json;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using PropsDb.Host.Http;

namespace PropsDb.Host.Changes;

/// <summary>Sets up the hub: WebSockets alone, JSON and MessagePack, and bounds on what one client can ask of it.</summary>
public static class Live
{
    private const int MaxMessageBytes = 32 * 1024;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<LiveConnections>().AddHostedService(s => s.GetRequiredService<LiveConnections>());
        services.AddSingleton<LiveDoor>();
        services.AddSingleton<Faults>();
        services.AddSignalR(hub =>
        {
            hub.AddFilter<Faults>();
            hub.MaximumReceiveMessageSize = MaxMessageBytes;
            hub.MaximumParallelInvocationsPerClient = 1;
            hub.EnableDetailedErrors = false;
            hub.HandshakeTimeout = TimeSpan.FromSeconds(15);
            hub.KeepAliveInterval = TimeSpan.FromSeconds(15);
            hub.ClientTimeoutInterval = TimeSpan.FromSeconds(30);
        })
        .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
        .AddMessagePackProtocol(pack => pack.SerializerOptions = MessagePackSerializerOptions.Standard
            .WithSecurity(MessagePackSecurity.UntrustedData)
            .WithResolver(CompositeResolver.Create([new LiveMessage.AsMessagePack()], [StandardResolver.Instance])));
        Watch(services);
    }

    private static void Watch(IServiceCollection services)
    {
        foreach (var protocol in services.Where(s => s.ServiceType == typeof(IHubProtocol)).ToList())
        {
            services.Remove(protocol);
            services.AddSingleton<IHubProtocol>(s => new WatchedProtocol((IHubProtocol)ActivatorUtilities.CreateInstance(s, protocol.ImplementationType!)));
        }
    }

    public static void Map(WebApplication app)
    {
        var door = app.Services.GetRequiredService<LiveDoor>();
        app.Use((http, next) => http.Features.Get<Address>()?.Api is ["_live", ..] ? door.Enter(http, next) : next(http));
        app.MapHub<LiveHub>(LiveHub.Path, connection =>
        {
            connection.Transports = HttpTransportType.WebSockets;
            // What it buffers for who comes back would be told without asking whether they still may know it.
            connection.AllowStatefulReconnects = false;
        });
    }
}
