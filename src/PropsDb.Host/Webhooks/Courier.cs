using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using PropsDb.Events.Apps;
using PropsDb.Host.Changes;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Webhooks;

namespace PropsDb.Host.Webhooks;

/// <summary>Makes the deliveries of one document to one webhook, one after the other, and never one before those ahead of it.</summary>
public sealed partial class Courier(
    AppDirectory apps, ChangeReader changes, WebhookDeliveries deliveries, Sender sender, Places places, Seal seal, WebhookSettings settings, TimeProvider time, ILogger<Courier> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    // What a claim lasts beyond the longest answer: the look-up before and the record after it.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    // A message is handled within a minute, the wait for a place and the longest answer included; a long queue goes on with another.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private static readonly Counter<long> s_attempts = Measures.Meter.CreateCounter<long>("propsdb.webhook.attempts", "{attempt}", "Deliveries that were tried, by what came of it.");

    private readonly Func<CommittedChange, byte[]> _text = ChangeJson.Writer(seal);

    /// <summary>Delivers what is due; returns how long it is until there is more to do, null: nothing waits any more.</summary>
    public async Task<TimeSpan?> Deliver(DeliveryQueue queue, CancellationToken cancel)
    {
        using var place = await places.Enter(queue.App, queue.Webhook, cancel);
        if (place is null) return places.AskAgain(queue.App, queue.Webhook);
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Turn)
        {
            // Of a closed app nothing is told; what waits is found when it is open again.
            if (apps.Find(queue.App) is not { IsActive: true } app || !app.Webhooks.TryGetValue(queue.Webhook, out var webhook)) return null;
            if (await deliveries.Claim(queue, settings.Timeout + Slack, cancel) is not { } delivery) return await deliveries.Left(queue, cancel);
            await Deliver(delivery, webhook, cancel);
        }
        return TimeSpan.Zero;
    }

    private async Task Deliver(Delivery delivery, Webhook webhook, CancellationToken cancel)
    {
        var of = new AppWebhook(delivery.Queue.App, webhook);
        if (!of.Scope.Holds(delivery.Key) || await changes.At(delivery.Key, delivery.After, delivery.Position, cancel) is not { } change || !MayBeToldOf(apps, time, of, change))
        {
            await deliveries.Done(delivery, isDelivered: false, cancel);
            return;
        }
        var failure = await sender.Send(Post(of, delivery, change), cancel);
        s_attempts.Add(1, new KeyValuePair<string, object?>("outcome", failure ?? "delivered"));
        if (failure is null)
        {
            await deliveries.Done(delivery, isDelivered: true, cancel);
            return;
        }
        var now = time.GetUtcNow();
        var isGivenUp = now - delivery.HandedOverAt >= settings.GiveUpAfter;
        await deliveries.Failed(delivery, failure, isGivenUp ? null : now + Pause(delivery.Attempt), cancel);
        if (isGivenUp) LogGivenUp(log, of.App, webhook.Name, delivery.Attempt, failure);
    }

    /// <summary>The app itself is told, as far as it still has the tier.</summary>
    public static bool MayBeToldOf(AppDirectory apps, TimeProvider time, AppWebhook of, CommittedChange change) =>
        AccessPolicy.Allows(of.Webhook.Caller(of.App), DocumentAction.Read, new AccessTarget(of.App, apps.Find(of.App), change.Key.Tier, change.Key.Owner, change.Key.Name), time.GetUtcNow()).IsAllowed;

    private Post Post(AppWebhook of, Delivery delivery, CommittedChange change)
    {
        var (position, body, now) = (seal.Position(of.App, delivery.Position), _text(change), time.GetUtcNow());
        return new Post(of.Webhook.Url, of.Webhook.Name, IdOf(of.App, of.Webhook.Name, position), position, delivery.Attempt, Signature.Of(body, of.Webhook.Secrets(now).Select(seal.Open), now), body);
    }

    /// <summary>The id of a delivery: the same however often it is made.</summary>
    public static Guid IdOf(string app, string webhook, string position) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{app}\n{webhook}\n{position}")).AsSpan(..16));

    /// <summary>1 s, 2 s, 4 s … 10 minutes, each up to a half shorter by chance, so that what failed together does not come back together.</summary>
    private static TimeSpan Pause(int attempt)
    {
        var pause = Math.Min(FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 20)), LongestPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(pause * RandomNumberGenerator.GetInt32(500, 1_001) / 1_000);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A delivery of {App}'s webhook {Webhook} was given up after {Attempts} attempts: {Reason}.")]
    private static partial void LogGivenUp(ILogger log, string app, string webhook, int attempts, string reason);
}
