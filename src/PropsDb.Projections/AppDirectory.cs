using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Npgsql;
using PropsDb.Events.Apps;
using PropsDb.Events.Documents;

namespace PropsDb.Projections;

/// <summary>
/// Every app with all that access depends on, in memory: no request asks the database who may do what. Each node folds the events that
/// concern access in position order, and reads on when one is committed, here or elsewhere.
/// </summary>
public sealed class AppDirectory : IAsyncDisposable
{
    internal const string Channel = "propsdb_access";

    private static readonly HashSet<Type> OfDocuments = [typeof(DocumentShared), typeof(ShareRevoked), typeof(ShareExpired), typeof(SharesEnded), typeof(SharesReturned)];

    internal static string TypeList { get; } =
        string.Join(", ", AppEventNames.All.Values.Concat(OfDocuments.Select(t => StoredNames.OfDocumentEvents[t])).Select(t => $"'{t}'"));

    /// <remarks>Most events are of one type, and an index that leaves them out finds that with one comparison.</remarks>
    internal static string ConcernsAccess { get; } = $"(type <> 'property_set' AND type IN ({TypeList}))";

    // A notification can be lost with its connection; whoever listens looks again after this time in any case.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _reading = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _listening = Task.CompletedTask;
    private volatile ImmutableDictionary<string, App> _apps = ImmutableDictionary<string, App>.Empty;
    private long _position;

    private AppDirectory(NpgsqlDataSource source) => _source = source;

    /// <param name="listens">Other nodes share the database.</param>
    public static async Task<AppDirectory> Open(NpgsqlDataSource source, bool listens, ILogger<AppDirectory> log, CancellationToken cancel)
    {
        var directory = new AppDirectory(source);
        await directory.CatchUp(cancel);
        if (listens) directory._listening = Notifications.Listen(source, Channel, LookAgain, directory.CatchUp, log, directory._stopping.Token);
        return directory;
    }

    /// <summary>The app, deactivated ones too; null: none was ever registered under this id.</summary>
    public App? Find(string id) => _apps.GetValueOrDefault(id);

    public IEnumerable<App> All => _apps.Values;

    /// <summary>Whether an event changes who may do what.</summary>
    internal static bool Concerns(object e) => e is AppEvent || OfDocuments.Contains(e.GetType());

    /// <summary>Reads on to what is committed now.</summary>
    public async Task CatchUp(CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            await using var command = _source.CreateCommand($"""
                SELECT seq_id, tenant_id, stream_id, type, data::text, timestamp, user_name FROM {StoreSetup.Schema}.mt_events
                WHERE seq_id > $1 AND {ConcernsAccess} ORDER BY seq_id
                """);
            command.Parameters.Add(new() { Value = _position });
            var (apps, position) = (_apps, _position);
            await using (var reader = await command.ExecuteReaderAsync(cancel))
            {
                while (await reader.ReadAsync(cancel))
                {
                    position = reader.GetInt64(0);
                    var id = reader.GetString(1);
                    apps = apps.SetItem(id, Evolve(apps.GetValueOrDefault(id) ?? App.Unregistered(id), reader));
                }
            }
            (_apps, _position) = (apps, position);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads on to a commit that is there already, before anyone is told of it.</summary>
    /// <exception cref="OutcomeUnknownException">It is there, but cannot be shown to be in force.</exception>
    internal async Task CatchUpWithCommit()
    {
        try
        {
            await CatchUp(CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            throw new OutcomeUnknownException(e);
        }
    }

    /// <summary>An app as it was set up at a time; null before it was registered.</summary>
    public async Task<App?> At(string id, DateTimeOffset at, CancellationToken cancel)
    {
        await using var command = _source.CreateCommand($"""
            SELECT seq_id, tenant_id, stream_id, type, data::text, timestamp, user_name FROM {StoreSetup.Schema}.mt_events
            WHERE tenant_id = $1 AND timestamp <= $2 AND {ConcernsAccess} ORDER BY seq_id
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = at.ToUniversalTime() });
        App? app = null;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) app = Evolve(app ?? App.Unregistered(id), reader);
        return app is { StreamVersion: > 0 } ? app : null;
    }

    private static App Evolve(App app, NpgsqlDataReader row)
    {
        var (at, by) = (row.GetFieldValue<DateTimeOffset>(5), row.GetString(6));
        return EventJson.Read(row.GetString(3), row.GetString(4)) switch
        {
            AppEvent e => App.Evolve(app, e, at, by),
            DocumentEvent e => App.Evolve(app, row.GetGuid(2), e, at, by),
            var other => throw new UnknownEventException(other.GetType().Name),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listening;
        _stopping.Dispose();
        _reading.Dispose();
    }
}
