using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Webhooks;
using Wolverine;
using Wolverine.Runtime;

namespace PropsDb.Host.Webhooks;

/// <summary>
/// Follows the feed for each webhook and hands over what it is to be told. With none set up nothing is followed, and no write notices. Every
/// node does the same; the cursors see to it that each change is handed over once.
/// </summary>
public sealed partial class HandOver(
    AppDirectory apps, ChangeFeed feed, WebhookCursors cursors, Lazy<IWolverineRuntime> messages, Seal seal, IHostApplicationLifetime life, TimeProvider time, ILogger<HandOver> log) : BackgroundService
{
    private const int BatchSize = 256;

    // A webhook that reads on and is told of nothing is written down this seldom: else a restart would read all of it again.
    private const long UnwrittenAtMost = 10_000;
    private static readonly TimeSpan BetweenWritings = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private sealed record Following(AppWebhook Of, CancellationTokenSource Stop, Task Task);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new Dictionary<(string App, string Webhook), Following>();
        try
        {
            await Started(stoppingToken);
            while (true)
            {
                var webhooks = Webhooks().ToDictionary(w => (w.App, w.Webhook.Name));
                foreach (var (name, following) in followed)
                    if (following.Task.IsCompleted || !webhooks.TryGetValue(name, out var now) || !IsSame(now, following.Of)) await Leave(followed, name);
                foreach (var (name, webhook) in webhooks)
                {
                    if (followed.ContainsKey(name)) continue;
                    var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                    followed[name] = new Following(webhook, stop, Follow(webhook, stop.Token));
                }
                await Task.Delay(Look, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        foreach (var name in followed.Keys) await Leave(followed, name);
    }

    private IEnumerable<AppWebhook> Webhooks() => from app in apps.All where app.IsActive from webhook in app.Webhooks.Values select new AppWebhook(app.Id, webhook);

    private static bool IsSame(AppWebhook one, AppWebhook other) => one.Scope == other.Scope && one.Webhook.BeginsAt == other.Webhook.BeginsAt;

    // Messaging starts with the rest of the service.
    private async Task Started(CancellationToken stopping)
    {
        var started = new TaskCompletionSource();
        await using var registration = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private static async Task Leave(Dictionary<(string App, string Webhook), Following> followed, (string App, string Webhook) name)
    {
        followed.Remove(name, out var following);
        await following!.Stop.CancelAsync();
        await following.Task;
        following.Stop.Dispose();
    }

    // It ends where it has to begin again from the cursor.
    private async Task Follow(AppWebhook of, CancellationToken stop)
    {
        try
        {
            await Carry(of, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            LogAway(log, e);
        }
    }

    private async Task Carry(AppWebhook of, CancellationToken stop)
    {
        var begin = seal.TryPosition(of.App, of.Webhook.From, out var from) ? from : throw new InvalidOperationException($"{of.Webhook.Name} has no position to begin at.");
        var position = await cursors.Begin(of, begin, stop);
        var (written, at) = (position, TimeProvider.System.GetTimestamp());
        var (reader, _) = await feed.Join(of.Scope, position, () => TimeProvider.System.GetElapsedTime(at) > BetweenWritings, stop);
        using var place = reader;
        while (true)
        {
            var batch = await reader.Next(BatchSize);
            at = TimeProvider.System.GetTimestamp();
            var told = batch.Changes.Where(change => Courier.MayBeToldOf(apps, time, of, change)).ToList();
            if (told.Count > 0 || batch.Reached - written >= UnwrittenAtMost)
            {
                if (!await Hand(of, position, told, batch.Reached, stop)) return;
                written = batch.Reached;
            }
            position = batch.Reached;
            if (!batch.HasMore) await reader.Wait();
        }
    }

    /// <returns>False: the webhook begins elsewhere by now.</returns>
    private async Task<bool> Hand(AppWebhook of, long after, IReadOnlyList<CommittedChange> changes, long reached, CancellationToken stop)
    {
        HandedOver handed;
        while ((handed = await cursors.HandOver(of, after, changes, reached, stop)).IsFull) await Task.Delay(Look, stop);
        foreach (var document in handed.Documents) await new MessageBus(messages.Value).PublishAsync(new DeliverDocument(of.App, of.Webhook.Name, document));
        if (handed.IsBegun) return true;
        await apps.CatchUp(stop);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks cannot be served while the database is away; trying again.")]
    private static partial void LogAway(ILogger log, Exception e);
}
