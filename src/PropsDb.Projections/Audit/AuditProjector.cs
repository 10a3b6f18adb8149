using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Projections.Audit;

/// <summary>Links every event into its app's chain, behind the commit.</summary>
public sealed class AuditProjector : IAsyncDisposable
{
    private const long Key = 0x50726F7073444203;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(40);

    private readonly CommitQueue _queue;
    private readonly Leadership _leadership;

    public AuditProjector(NpgsqlDataSource source, CommitQueue queue, TimeProvider time, ILogger<AuditProjector> log)
    {
        _queue = queue;
        _leadership = new Leadership(source, Key, Gather, rest: () => 1, async (connection, cancel) =>
        {
            var round = await AuditRound.Begin(source, connection, cancel);
            return stop => round.Run(time, stop);
        }, log);
        _queue.Committed += OnCommitted;
    }

    /// <summary>Begins to work behind the commits, those of before included.</summary>
    public void Start() => _leadership.Start();

    private void OnCommitted(object? sender, EventArgs e) => _leadership.Signal();

    public ValueTask DisposeAsync()
    {
        _queue.Committed -= OnCommitted;
        return _leadership.DisposeAsync();
    }
}
