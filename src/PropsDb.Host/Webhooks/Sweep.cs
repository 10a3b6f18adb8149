using Npgsql;
using PropsDb.Host.Ops;
using PropsDb.Projections;
using PropsDb.Projections.Webhooks;
using Wolverine;
using Wolverine.Runtime;

namespace PropsDb.Host.Webhooks;

/// <summary>
/// Finds deliveries that wait without a message, because a node died between the hand-over and the message or because their app was closed
/// meanwhile, and what webhooks have left that are no more.
/// </summary>
public sealed partial class Sweep(
    AppDirectory apps, WebhookCursors cursors, WebhookDeliveries deliveries, Settings settings, Lazy<IWolverineRuntime> messages, IHostApplicationLifetime life, TimeProvider time, ILogger<Sweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);

    // Before anything is delivered here: a node that is alone has made no claim that still counts.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!settings.IsCluster) await Try(() => deliveries.ReleaseAll(cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var started = new TaskCompletionSource();
            await using (life.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(Every, time);
            var since = settings.IsCluster ? Overdue : TimeSpan.Zero;
            do
            {
                await Try(() => Find(since, stoppingToken));
                since = Overdue;
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Find(TimeSpan since, CancellationToken stopping)
    {
        // A webhook that another node has just begun must not be taken for one that is no more.
        await apps.CatchUp(stopping);
        await cursors.Forget([.. from app in apps.All from webhook in app.Webhooks.Values select new AppWebhook(app.Id, webhook)], stopping);
        foreach (var queue in await deliveries.Overdue(since, stopping))
            if (apps.Find(queue.App) is { IsActive: true }) await new MessageBus(messages.Value).PublishAsync(new DeliverDocument(queue.App, queue.Webhook, queue.Document));
    }

    private async Task Try(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (NpgsqlException e)
        {
            LogLater(log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting deliveries could not be looked for; the next round tries again.")]
    private static partial void LogLater(ILogger log, Exception e);
}
