using System.Collections.Immutable;
using PropsDb.Events.Apps.Operations;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>The app that the service is set up with, registered at the first start.</summary>
public static class DefaultApp
{
    public static async Task Register(IServiceProvider services, Settings settings)
    {
        if (services.GetRequiredService<AppDirectory>().Find(settings.App) is { StreamVersion: > 0 }) return;
        // Another node may be doing the same, and then finds that it is done.
        ImmutableArray<string> tiers = [.. RegisterApp.DefaultTiers.Select(t => t.Tier)];
        await services.GetRequiredService<AppStreams>().Transact(settings.App, new RegisterApp(settings.App, tiers), new Author("service"), CancellationToken.None);
    }
}
