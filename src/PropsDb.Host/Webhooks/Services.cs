using PropsDb.Host.Ops;
using PropsDb.Projections.Webhooks;
using Wolverine;

namespace PropsDb.Host.Webhooks;

/// <summary>Sets up what webhooks need.</summary>
public static class Services
{
    public static void AddWebhooks(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(settings.Webhooks).AddSingleton<Destinations>().AddSingleton<Sender>().AddSingleton<Places>().AddSingleton<Courier>();
        services.AddSingleton<WebhookCursors>().AddSingleton<WebhookDeliveries>().AddSingleton<WebhookStates>();
        services.AddSingleton<IWolverineExtension, DeliveryHandler>();
        services.AddHostedService<HandOver>().AddHostedService<Sweep>();
    }
}
