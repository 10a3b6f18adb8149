using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Webhooks;
using Wolverine;
using Wolverine.Runtime;

namespace PropsDb.Host.Webhooks;

/// <summary>
/// Reads the feed for all webhooks and hands over what each is to be told. With none set up nothing is read, and no write notices. On every
/// node it does the same; the cursors see to it that each change is handed over once.
/// </summary>
public sealed partial class HandOver(
    AppDirectory apps, ChangeFeed feed, WebhookCursors cursors, IWolverineRuntime messages, Seal seal, IHostApplicationLifetime life, TimeProvider time, ILogger<HandOver> log) : BackgroundService
{
    private const int BatchSize = 256;

    // A webhook that reads on and is told of nothing is written down this seldom.
    private const long UnwrittenAtMost = 10_000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<(string App, string Webhook), Place> _places = [];

    /// <summary>How far one webhook has come, as this node knows it.</summary>
    private sealed record Place(long BeginsAt, long Position, long Written);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Started(stoppingToken);
            while (true)
            {
                await Wait(() => !Webhooks().Any(), stoppingToken);
                using var joined = feed.Join();
                await Carry(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private IEnumerable<AppWebhook> Webhooks() => from app in apps.All where app.IsActive from webhook in app.Webhooks.Values select new AppWebhook(app.Id, webhook);

    // Messaging starts with the rest of the service.
    private async Task Started(CancellationToken stopping)
    {
        var started = new TaskCompletionSource();
        await using var registration = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private static async Task Wait(Func<bool> isIdle, CancellationToken stopping)
    {
        while (isIdle()) await Task.Delay(Look, stopping);
    }

    // Until no webhook is left.
    private async Task Carry(CancellationToken stopping)
    {
        while (Webhooks().ToList() is { Count: > 0 } webhooks)
        {
            var reached = long.MaxValue;
            try
            {
                foreach (var webhook in webhooks) reached = Math.Min(reached, await ReadOn(webhook, stopping));
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogAway(log, e);
                reached = long.MaxValue;
            }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var looked = Task.Delay(Look, patience.Token);
            await (reached == long.MaxValue ? Task.WhenAny(looked) : Task.WhenAny(looked, feed.MoreThan(reached)));
            await patience.CancelAsync();
            stopping.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Hands over everything there is; returns how far that is, or the last position of all where the webhook rests.</summary>
    private async Task<long> ReadOn(AppWebhook of, CancellationToken stopping)
    {
        var name = (of.App, of.Webhook.Name);
        while (true)
        {
            if (!_places.TryGetValue(name, out var place) || place.BeginsAt != of.Webhook.BeginsAt)
            {
                var begun = await cursors.Begin(of, From(of), stopping);
                _places[name] = place = new Place(of.Webhook.BeginsAt, begun, begun);
            }
            var batch = await feed.After(place.Position, of.Scope, BatchSize, stopping);
            var told = batch.Changes.Where(change => Courier.MayBeToldOf(apps, time, of, change)).ToList();
            if (told.Count == 0 && batch.Reached - place.Written < UnwrittenAtMost) _places[name] = place with { Position = batch.Reached };
            else
            {
                var handed = await cursors.HandOver(of, place.Position, told, batch.Reached, stopping);
                if (handed.IsFull) return long.MaxValue;
                if (handed.Position is not { } position)
                {
                    _places.Remove(name);
                    await apps.CatchUp(stopping);
                    return 0;
                }
                _places[name] = place with { Position = position, Written = position };
                foreach (var document in handed.Documents) await new MessageBus(messages).PublishAsync(new DeliverDocument(of.App, of.Webhook.Name, document));
            }
            if (batch.Changes.Count < BatchSize) return _places[name].Position;
        }
    }

    private long From(AppWebhook of) => seal.TryPosition(of.App, of.Webhook.From, out var position) ? position : throw new InvalidOperationException($"{of.Webhook.Name} has no position to begin at.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks cannot be served while the database is away; trying again.")]
    private static partial void LogAway(ILogger log, Exception e);
}
