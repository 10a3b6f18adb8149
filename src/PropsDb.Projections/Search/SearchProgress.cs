using System.Diagnostics;
using Npgsql;

namespace PropsDb.Projections.Search;

/// <summary>How far the search index is, and a way to wait for it.</summary>
public sealed class SearchProgress(NpgsqlDataSource source, CommitQueue queue)
{
    /// <summary>How long a reader waits who says what must be included.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // And how long one who says nothing, for what this node has acknowledged: mostly that takes some milliseconds. Once it was too short, nobody waits
    // so for a while.
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private long _position;
    private long _lateAt;
    private volatile bool _isBuilt;
    private volatile bool _isBehind;

    /// <summary>Somebody waits: the index is wanted sooner than it would come by itself.</summary>
    internal event EventHandler? Wanted;

    /// <param name="isBehind">There is more to take in than one round can.</param>
    internal void Reached(long position, bool isBuilt, bool isBehind)
    {
        Volatile.Write(ref _position, position);
        (_isBuilt, _isBehind) = (isBuilt, isBehind);
    }

    /// <summary>Waits until the index includes a position; and without one, a moment for what this node has last written in the app.</summary>
    /// <returns>False: it does not, after all that waiting, or was never complete.</returns>
    public async Task<bool> Includes(string app, long? position, CancellationToken cancel)
    {
        if (position is { } wanted) return await Includes(wanted, Patience, cancel);
        var written = queue.LastPositionIn(app);
        if (written > Volatile.Read(ref _position) && !_isBehind && Stopwatch.GetElapsedTime(Volatile.Read(ref _lateAt)) > Courtesy
            && !await Includes(written, Courtesy, cancel)) Volatile.Write(ref _lateAt, Stopwatch.GetTimestamp());
        return _isBuilt || await Includes(0, Patience, cancel);
    }

    private async Task<bool> Includes(long position, TimeSpan patience, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        for (var looks = 1; ; looks++)
        {
            if (_isBuilt && Volatile.Read(ref _position) >= position) return true;
            if (Stopwatch.GetElapsedTime(started) >= patience) return false;
            Wanted?.Invoke(this, EventArgs.Empty);
            // Another node may make the index.
            if (looks % 4 == 0) await Read(cancel);
            await Task.Delay(Look, cancel);
        }
    }

    private async Task Read(CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT position, is_built FROM {SearchTables.Progress}");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (await reader.ReadAsync(cancel)) Reached(Math.Max(reader.GetInt64(0), Volatile.Read(ref _position)), reader.GetBoolean(1), _isBehind);
    }
}
