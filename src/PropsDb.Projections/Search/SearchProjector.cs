using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Search;

/// <summary>Brings the search index up to date behind the commit, makes it anew where that was asked for, and builds declared indexes.</summary>
public sealed class SearchProjector : IAsyncDisposable
{
    private const long Key = 0x50726F7073444208;

    // Several commits to one document within it cost one row.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);

    // So many events a second it keeps up with. Beyond, writes come first: for each so many more it rests once as long as it worked, and twelve times at most.
    private const int KeptUpWith = 1_200;
    private const double MoreForEachRest = 400;
    private const double MostRests = 12;

    // A change of a large document makes a row as large: for each so many bytes of a row it rests once more, while there are writes.
    private const double BytesForEachRest = 32 * 1024;
    private const double MostRestsForSize = 8;
    private const double FewEvents = 20;

    // What can wait is looked for so often.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    private readonly CommitQueue _queue;
    private readonly AppDirectory _apps;
    private readonly SearchProgress _progress;
    private readonly TimeProvider _time;
    private readonly Leadership _leadership;
    private long _looked;
    private bool _hasMore;
    private double _bytesOfARow;

    public SearchProjector(NpgsqlDataSource source, CommitQueue queue, DocumentReader documents, AppDirectory apps, SearchProgress progress, TimeProvider time, ILogger<SearchProjector> log)
    {
        (_queue, _apps, _progress, _time) = (queue, apps, progress, time);
        _leadership = new Leadership(source, Key, Gather, rest: () => Rests(queue.EventsPerSecond, _bytesOfARow), async (connection, cancel) =>
        {
            var round = await SearchRound.Begin(connection, documents, cancel);
            return async stop => await Step(round, stop) || await DoWhatCanWait(round, stop);
        }, log);
        _queue.Committed += OnCommitted;
        _progress.Wanted += OnWanted;
    }

    /// <returns>How many times as long as a round took it rests after it.</returns>
    internal static double Rests(double eventsPerSecond, double bytesOfARow)
    {
        var forNumber = Math.Clamp((eventsPerSecond - KeptUpWith) / MoreForEachRest, 0, MostRests);
        var forSize = Math.Clamp((bytesOfARow / BytesForEachRest) - 1, 0, MostRestsForSize) * Math.Min(1, eventsPerSecond / FewEvents);
        return Math.Max(forNumber, forSize);
    }

    /// <summary>Begins to work behind the commits, those of before included.</summary>
    public void Start() => _leadership.Start();

    private void OnCommitted(object? sender, EventArgs e) => _leadership.Signal();

    private void OnWanted(object? sender, EventArgs e) => _leadership.Hurry();

    private async Task<bool> Step(SearchRound round, CancellationToken stop)
    {
        try
        {
            var hasMore = await round.Run(stop);
            _bytesOfARow = round.BytesOfARow;
            _progress.Reached(round.Position, round.IsBuilt, round.IsBehind);
            return hasMore;
        }
        finally
        {
            Measures.SearchLag.Record(round.OldestWaiting is { } oldest ? Math.Max(0, (_time.GetUtcNow() - oldest).TotalSeconds) : 0);
        }
    }

    private async Task<bool> DoWhatCanWait(SearchRound round, CancellationToken stop)
    {
        if (!_hasMore && TimeProvider.System.GetElapsedTime(_looked) < Look) return false;
        _looked = TimeProvider.System.GetTimestamp();
        if (round.Rebuilding is null) await round.Look(stop);
        if (round.Rebuilding is not null) await round.Rebuild(stop);
        var isBuilding = await round.Indexes.Build(_apps.All, stop);
        return _hasMore = isBuilding || round.Rebuilding is not null;
    }

    public ValueTask DisposeAsync()
    {
        _queue.Committed -= OnCommitted;
        _progress.Wanted -= OnWanted;
        return _leadership.DisposeAsync();
    }
}
