using System.Globalization;
using Npgsql;
using PropsDb.Bench.Figures;
using PropsDb.Bench.Load;
using PropsDb.Bench.Push;

namespace PropsDb.Bench.Groups;

/// <summary>What the search index costs the writes, and how far it is behind them.</summary>
public sealed class IndexSteps(Steps steps)
{
    // Whoever holds it is the one who keeps the index; nobody else does.
    private const long Leader = 0x50726F7073444208;

    private const string Without = "conditional write, 256 connections, without the search index";

    private const string OldestWaiting = """
        SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - e.timestamp) * 1000 FROM propsdb.mt_events e
            WHERE e.seq_id > (SELECT position FROM propsdb.search_progress) ORDER BY e.seq_id LIMIT 1), 0)::float8
        """;

    // Views and the audit chain take what is behind from the same processors, and a steady pace leaves nothing behind.
    private const string NotTakenIn = """
        SELECT (SELECT coalesce(max(seq_id), 0) FROM propsdb.mt_events) - least((SELECT position FROM propsdb.search_progress), (SELECT max(position) FROM propsdb.audit_entry),
            (SELECT last_seq_id FROM propsdb.mt_event_progression WHERE name = 'document_view'))::float8
        """;

    private readonly Documents _documents = steps.Bed.Create(steps.Bed.Service, "indexed", steps.Bed.Options.Kept);

    public IEnumerable<Step> Rounds() =>
    [
        new(new Figure(Without, "/s"), async () =>
        {
            await using var connection = new NpgsqlConnection(steps.Bed.Postgres.SuperUser(Bed.Main));
            await connection.OpenAsync();
            await Take(connection);
            return Write();
        }),
        new(new Figure("conditional write, 256 connections, with it", "/s", Without) { Targets = [Target.Ratio(0.85)] }, async () =>
        {
            await CaughtUp(OldestWaiting);
            return Write();
        }),
        new(new Figure("search index: age of the oldest write not in it, at 1,000 writes/s", "ms") { Targets = [Target.P99(100)] }, async () =>
        {
            await CaughtUp(NotTakenIn);
            return await Lag(1_000);
        }),
    ];

    private Sample Write() => steps.Drive(steps.Bed.Service, 256, new ConditionalWrites(_documents, steps.Bed.Headers, 256));

    // Whoever has the lock is cut off, and this session is the next in line.
    private static async Task Take(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = {Leader >> 32} AND objid = {Leader & uint.MaxValue}
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
            SELECT pg_advisory_lock({Leader});
            """, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync();
    }

    private async Task CaughtUp(string behind)
    {
        for (var i = 0; await steps.Bed.Postgres.Number(Bed.Main, behind) > 0; i++)
        {
            if (i == 600) throw new BenchException("What follows behind the commits does not catch up within a minute.");
            await Task.Delay(100);
        }
    }

    private async Task<Sample> Lag(int perSecond)
    {
        using var enough = new CancellationTokenSource();
        var ages = new List<double>();
        var watching = Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(steps.Bed.Postgres.SuperUser(Bed.Main));
            await connection.OpenAsync(CancellationToken.None);
            await using var command = new NpgsqlCommand(OldestWaiting, connection);
            await command.PrepareAsync(CancellationToken.None);
            for (; !enough.IsCancellationRequested; await Task.Delay(5, CancellationToken.None)) ages.Add((double)(await command.ExecuteScalarAsync(CancellationToken.None))!);
        }, CancellationToken.None);
        var seconds = TimeSpan.FromSeconds(steps.Bed.Options.IsShort ? 1 : 2 * steps.Bed.Options.Seconds);
        var result = await Task.Run(() => new FanOut(steps.Bed.Service.Address, steps.Bed.UserToken, _documents, []).Run(64, perSecond, seconds), CancellationToken.None);
        await enough.CancelAsync();
        await watching;
        ages.Sort();
        double At(double share) => ages[Math.Min(ages.Count - 1, (int)(ages.Count * share))];
        return new Sample(At(0.5), At(0.5), At(0.99), Remark: string.Create(CultureInfo.InvariantCulture, $"{result.PerSecond:#,0} writes/s reached; looked {ages.Count:#,0} times"));
    }
}
