using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;

namespace PropsDb.Projections;

/// <summary>
/// Commits the writes of this node in groups: whatever is waiting when the last group is durable goes into the next one, in one
/// transaction and one round trip.
/// </summary>
public sealed partial class CommitQueue : IAsyncDisposable
{
    // An append holds the order lock while it runs, so one group must not hold it for long.
    private const int MaxEventsInGroup = 1_000;
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly ILogger _log;
    private readonly AfterCommit? _after;
    private readonly CommitsUnderWay _underWay;
    private readonly bool _notifies;
    private long _position;
    private readonly EventRate _rate = new(TimeProvider.System);
    private NpgsqlConnection? _connection;
    private readonly Channel<PendingAppend> _waiting = Channel.CreateUnbounded<PendingAppend>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, long> _lastPositions = new(StringComparer.Ordinal);
    private readonly Task _running;

    /// <param name="after">What of this node must know of a commit before anybody else does.</param>
    /// <param name="underWay">Is told when commits are in the store and not yet known here.</param>
    /// <param name="notifies">Other nodes share the database.</param>
    public CommitQueue(NpgsqlDataSource source, ILogger<CommitQueue> log, AfterCommit? after = null, CommitsUnderWay? underWay = null, bool notifies = false)
    {
        (_source, _log, _after, _underWay, _notifies) = (source, log, after, underWay ?? new CommitsUnderWay(), notifies);
        _running = Run();
    }

    /// <summary>Something was committed: for those who work behind the commit. It is called between groups, so it returns at once.</summary>
    public event EventHandler? Committed;

    /// <summary>Is told what was given until an instant: here, where every commit passes, so that nobody who gives something can forget it.</summary>
    public Action<Expiry>? Given { get; set; }

    /// <summary>The position of the last commit in an app that this node has acknowledged; 0: of none.</summary>
    public long LastPositionIn(string app) => _lastPositions.GetValueOrDefault(app);

    /// <summary>How many events there were to append lately.</summary>
    public double EventsPerSecond => _rate.PerSecond;

    /// <summary>The position of this node's last commit.</summary>
    public long Position => Volatile.Read(ref _position);

    internal Task<IReadOnlyList<long>?> Append(PendingAppend append)
    {
        Measures.Queue.Add(append.Commits.Count);
        if (!_waiting.Writer.TryWrite(append))
        {
            Measures.Queue.Add(-append.Commits.Count);
            append.Fail(new InvalidOperationException("The service is stopping."));
        }
        return append.Done;
    }

    private async Task Run()
    {
        var group = new List<PendingAppend>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var events = 0;
            var streams = new HashSet<Guid>();
            while (_waiting.Reader.TryPeek(out var next) && Fits(next, group, events, streams))
            {
                _waiting.Reader.TryRead(out _);
                Measures.Queue.Add(-next.Commits.Count);
                group.Add(next);
                events += next.EventCount;
                streams.UnionWith(next.Commits.Select(c => c.StreamId));
                if (next.Commits.Count > 1) break;
            }
            await AppendGroup(group);
            _rate.Count(events);
            group.Clear();
            if (!_waiting.Reader.TryPeek(out _)) await LetGo();
            Committed?.Invoke(this, EventArgs.Empty);
        }
    }

    // Two commits of one stream cannot share a group: the second was decided before the first was known. And several commits that stand
    // or fall together make a transaction of their own.
    private static bool Fits(PendingAppend next, List<PendingAppend> group, int events, HashSet<Guid> streams) => group.Count == 0
        || (next.Commits.Count == 1 && events + next.EventCount <= MaxEventsInGroup && !streams.Contains(next.Commits[0].StreamId));

    private async Task AppendGroup(List<PendingAppend> group)
    {
        try
        {
            var commits = group.SelectMany(a => a.Commits).ToList();
            var positions = await AppendAndApply(commits, isAllOrNone: group[0].Commits.Count > 1);
            foreach (var (append, own) in Each(group, positions)) Settle(append, own);
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            // The server answered, so nothing of the group is there. One bad commit must not take its neighbours along.
            if (group.Count == 1 && e.SqlState == AppendFunction.StaleState) Settle(group[0], null);
            else if (group.Count == 1) group[0].Fail(e);
            else foreach (var append in group) await AppendGroup([append]);
        }
        catch (Exception e)
        {
            LogBroken(_log, e, group.Count);
            await LetGo();
            await SettleLost(group, e);
        }
    }

    private async Task<long?[]> AppendAndApply(List<PendingCommit> commits, bool isAllOrNone)
    {
        _underWay.Begin();
        try
        {
            var (positions, previous) = await Append(commits, isAllOrNone);
            if (_after is not null) await _after.Apply(commits, positions, previous);
            return positions;
        }
        catch (Exception e) when (e is not PostgresException { IsTransient: false })
        {
            // It may be there: memory does not count until that is found out.
            _after?.Lose();
            throw;
        }
        finally
        {
            _underWay.End();
        }
    }

    // The position of each commit, or null where its stream had moved on; and up to where there was something before them.
    private async Task<(long?[] Positions, long Previous)> Append(List<PendingCommit> commits, bool isAllOrNone)
    {
        // One connection for all groups that follow one another: what the server has planned and cached for them is there.
        _connection ??= await _source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(_connection);
        batch.BatchCommands.Add(AppendCommand.Of(commits, isAllOrNone, _notifies));
        var beginning = commits.FindAll(c => c is { Expected: 0, View: not null });
        if (beginning.Count > 0) DocumentViewRow.WriteFirst(batch, beginning);
        var withReceipt = commits.FindAll(c => c.Receipt is not null);
        if (withReceipt.Count > 0) batch.BatchCommands.Add(Receipts.KeepWith(withReceipt));
        var withDevice = commits.FindAll(c => c.Place is not null);
        if (withDevice.Count > 0) batch.BatchCommands.Add(DeviceSequences.AdvanceWith(withDevice));
        var (positions, previous) = (new long?[commits.Count], 0L);
        var started = Stopwatch.GetTimestamp();
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync()) (positions[reader.GetInt32(0) - 1], previous) = (reader.GetInt64(1), reader.GetInt64(2));
        // Errors of the later statements come with their results.
        while (await reader.NextResultAsync()) { }
        Measures.CommitDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        Measures.GroupSize.Record(commits.Count);
        return (positions, previous);
    }

    // What waited together has positions or has none.
    private static IEnumerable<(PendingAppend Append, IReadOnlyList<long>? Positions)> Each(List<PendingAppend> group, long?[] positions)
    {
        var at = 0;
        foreach (var append in group)
        {
            var own = positions[at..(at + append.Commits.Count)];
            at += own.Length;
            yield return (append, own.Contains(null) ? null : Array.ConvertAll(own, p => p!.Value));
        }
    }

    private void Settle(PendingAppend append, IReadOnlyList<long>? positions)
    {
        if (positions is null)
        {
            Measures.LostRaces.Add(1);
            _after?.Forget(append.Commits);
        }
        else
        {
            Measures.Commits.Add(append.Commits.Count);
            Measures.Events.Add(append.EventCount);
            foreach (var (commit, position) in append.Commits.Zip(positions))
                _lastPositions.AddOrUpdate(commit.App, position, (_, before) => Math.Max(before, position));
            Volatile.Write(ref _position, Math.Max(_position, positions[^1]));
            foreach (var commit in append.Commits)
                foreach (var e in commit.Events)
                    if (Expiry.Of(commit.App, commit.StreamId, e) is { } expiry) Given?.Invoke(expiry);
        }
        append.Settle(positions);
    }

    private async Task SettleLost(List<PendingAppend> group, Exception cause)
    {
        var lost = group.FindAll(append => !append.Done.IsCompleted);
        using var patience = new CancellationTokenSource(SettleWithin);
        while (true)
        {
            try
            {
                var positions = await LostCommits.Find([.. lost.SelectMany(a => a.Commits)], _source, patience.Token);
                _after?.Find();
                foreach (var (append, own) in Each(lost, positions))
                {
                    if (own is null) append.Fail(new NotCommittedException(cause));
                    else Settle(append, own);
                }
                return;
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                if (patience.IsCancellationRequested)
                {
                    foreach (var append in lost) append.Fail(new OutcomeUnknownException(cause));
                    return;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection broke while {Count} commits were under way; looking up what became of them.")]
    private static partial void LogBroken(ILogger log, Exception e, int count);

    private async Task LetGo()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _connection = null;
    }

    /// <summary>Takes no more commits and waits for those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
        await LetGo();
    }
}
