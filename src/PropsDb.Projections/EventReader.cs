using System.Runtime.CompilerServices;
using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <param name="Number">Its place in its stream, from 1 on.</param>
/// <param name="Position">Its place in the order of the whole database.</param>
/// <param name="Type">The name it is stored under.</param>
/// <param name="Data">Its JSON as it is stored.</param>
public sealed record RecordedEvent(long Number, long Position, string Type, string Data, DocumentEvent Event, Commit Commit);

/// <summary>Reads the events of one stream, forwards and backwards, a page at a time: nobody pays for events they do not look at.</summary>
public sealed class EventReader(NpgsqlDataSource source)
{
    private const int PageSize = 600;

    private const string Columns = "version, seq_id, type, data::text, timestamp, user_name, headers ->> 'device', headers ->> 'message'";

    /// <summary>The events behind the one of this number, oldest first.</summary>
    public IAsyncEnumerable<RecordedEvent> After(DocumentKey key, long number, CancellationToken cancel) =>
        Paged(key, number, "version > $3", "version", "", null, cancel);

    /// <summary>The events before the one of this number, newest first.</summary>
    /// <param name="condition">Further SQL that an event must meet, with its parameters from $4 on.</param>
    public IAsyncEnumerable<RecordedEvent> Before(DocumentKey key, long number, string condition, object[]? values, CancellationToken cancel) =>
        Paged(key, number, "version < $3", "version DESC", condition, values, cancel);

    /// <summary>The events that begin, end and bring back the document, newest first: few, and found by an index of their own.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> Lifecycle(DocumentKey key, CancellationToken cancel)
    {
        var found = new List<RecordedEvent>();
        await using var command = Command(key, $"""
            SELECT {Columns} FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND {StoreSetup.IsLifecycle} ORDER BY version DESC
            """);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) found.Add(Read(reader));
        return found;
    }

    public async Task<IReadOnlyDictionary<long, RecordedEvent>> Numbered(DocumentKey key, IReadOnlyCollection<long> numbers, CancellationToken cancel)
    {
        var found = new Dictionary<long, RecordedEvent>();
        if (numbers.Count == 0) return found;
        await using var command = Command(key, $"SELECT {Columns} FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND version = ANY ($3)");
        command.Parameters.Add(new() { Value = numbers.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) found[reader.GetInt64(0)] = Read(reader);
        return found;
    }

    private async IAsyncEnumerable<RecordedEvent> Paged(
        DocumentKey key, long number, string range, string order, string condition, object[]? values, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var page = new List<RecordedEvent>();
            await using (var command = Command(key, $"""
                SELECT {Columns} FROM {StoreSetup.Schema}.mt_events WHERE tenant_id = $1 AND stream_id = $2 AND {range} {condition} ORDER BY {order} LIMIT {PageSize}
                """))
            {
                command.Parameters.Add(new() { Value = number });
                foreach (var value in values ?? []) command.Parameters.Add(new() { Value = value });
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel)) page.Add(Read(reader));
            }
            foreach (var recorded in page) yield return recorded;
            if (page.Count < PageSize) yield break;
            number = page[^1].Number;
        }
    }

    private NpgsqlCommand Command(DocumentKey key, string sql)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = key.App });
        command.Parameters.Add(new() { Value = key.StreamId });
        return command;
    }

    private static RecordedEvent Read(NpgsqlDataReader reader)
    {
        var (type, data) = (reader.GetString(2), reader.GetString(3));
        var e = (DocumentEvent)EventJson.Read(type, data);
        var commit = new Commit(e.Version, reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5),
            reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetString(7));
        return new RecordedEvent(reader.GetInt64(0), reader.GetInt64(1), type, data, e, commit);
    }
}
