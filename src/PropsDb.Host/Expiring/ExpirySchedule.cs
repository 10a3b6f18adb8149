using System.Threading.Channels;
using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Projections;
using Wolverine;
using Wolverine.Runtime;

namespace PropsDb.Host.Expiring;

/// <summary>
/// Sees to it that a message waits for the instant of each expiry: for what is given here at once, and in sweeps for what has none because a
/// node died before it came to that, or whose instant has passed without a record.
/// </summary>
public sealed partial class ExpirySchedule(
    CommitQueue commits, AppDirectory apps, Lazy<IWolverineRuntime> messages, IHostApplicationLifetime life, TimeProvider time, ILogger<ExpirySchedule> log) : BackgroundService
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);

    // What ends later than this has no message yet: a sweep finds it in time, and the last instants of the calendar cannot be waited for.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly Channel<Expiry> _unscheduled = Channel.CreateUnbounded<Expiry>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        commits.Given = expiry => _unscheduled.Writer.TryWrite(expiry);
        try
        {
            await Started(stoppingToken);
            await Task.WhenAll(Schedule(stoppingToken), Sweep(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // Messaging starts with the rest of the service.
    private async Task Started(CancellationToken stopping)
    {
        var started = new TaskCompletionSource();
        await using var registration = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private async Task Schedule(CancellationToken stopping)
    {
        await foreach (var expiry in _unscheduled.Reader.ReadAllAsync(stopping)) await Surely(() => Schedule(expiry), stopping);
    }

    private async Task Schedule(Expiry expiry)
    {
        var left = expiry.At - time.GetUtcNow();
        if (left > Ahead) return;
        // Who confirms what ends then already has no need of a second message.
        if ((await Waiting([ExpiryMessages.Id(expiry)], CancellationToken.None)).Count > 0) return;
        await new MessageBus(messages.Value).ScheduleAsync(expiry, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private async Task Sweep(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenSweeps, time);
        do await Surely(() => FindUnscheduled(stopping), stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    // What ends after the next sweep is left to it.
    private async Task FindUnscheduled(CancellationToken stopping)
    {
        var until = time.GetUtcNow() + BetweenSweeps;
        var ending = apps.All.SelectMany(Expiry.Of).Where(e => e.At <= until).ToDictionary(ExpiryMessages.Id);
        if (ending.Count == 0) return;
        foreach (var id in await Waiting([.. ending.Keys], stopping)) ending.Remove(id);
        foreach (var expiry in ending.Values) _unscheduled.Writer.TryWrite(expiry);
    }

    // Those of the messages that wait already.
    private async Task<IReadOnlyList<Guid>> Waiting(Guid[] ids, CancellationToken cancel)
    {
        var waiting = await messages.Value.Storage.ScheduledMessages.QueryAsync(new() { MessageIds = ids, PageSize = ids.Length }, cancel);
        return [.. waiting.Messages.Select(m => m.Id)];
    }

    private async Task Surely(Func<Task> act, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (NpgsqlException e)
            {
                LogAgain(log, e);
                await Task.Delay(BetweenAttempts, time, stopping);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of something that was given cannot be scheduled while the database is away; trying again.")]
    private static partial void LogAgain(ILogger log, Exception e);
}
