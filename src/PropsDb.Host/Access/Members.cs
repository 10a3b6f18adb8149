using System.Collections.Concurrent;
using System.Threading.Channels;
using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Projections;

namespace PropsDb.Host.Access;

/// <summary>Records who came for the first time, behind the request that brought them.</summary>
public sealed partial class Members(AppStreams streams, ILogger<Members> log) : BackgroundService
{
    private const int MaxWaiting = 10_000;

    private readonly Channel<(string App, string User)> _waiting = Channel.CreateBounded<(string, string)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<(string App, string User), byte> _pending = new();

    public void Seen(App app, Caller caller)
    {
        if (caller.UserId is not { } user || caller.Key is not null || !caller.Apps.Contains(app.Id) || app.User(user).JoinedAt is not null) return;
        if (!_pending.TryAdd((app.Id, user), 0)) return;
        // Who finds no place comes again.
        if (!_waiting.Writer.TryWrite((app.Id, user))) _pending.TryRemove((app.Id, user), out _);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stoppingToken.Register(() => _waiting.Writer.TryComplete());
        await foreach (var member in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await streams.Transact(member.App, new JoinUser(member.User), new Author(member.User), stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or NotCommittedException or OutcomeUnknownException or OperationCanceledException or TimeoutException)
            {
                LogLater(log, e);
            }
            _pending.TryRemove(member, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A new member could not be recorded; their next request tries again.")]
    private static partial void LogLater(ILogger log, Exception e);
}
