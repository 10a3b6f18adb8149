using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

/// <summary>What the store has of a document: how many events its stream has, and its view where that was asked for and holds the content.</summary>
/// <param name="Head">0: there is no such stream.</param>
internal readonly record struct StoredDocument(long Head, StoredView? View);

/// <summary>The row of a view that holds its document's content, as UTF-8.</summary>
internal sealed record StoredView(byte[] Content, long Version, long StreamVersion, long Position, bool IsDeleted);

/// <summary>
/// Looks documents up in the store in groups: whoever asks while others are being answered is asked for together with all who do, in one statement
/// and one round trip.
/// </summary>
public sealed class DocumentLookup(NpgsqlDataSource source)
{
    // While one group is under way the next is on its way.
    private const int GroupsAtOnce = 2;

    // With rows of small documents alone, some hundred KB.
    private const int MaxInGroup = 100;

    // Behind a group that the database does not answer none waits for much longer than its own answer would be worth.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<Question> _waiting = new();
    private int _underWay;

    private sealed class Question(DocumentKey key, bool withView) : TaskCompletionSource<StoredDocument>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public DocumentKey Key => key;
        public bool WithView => withView;
    }

    /// <exception cref="TimeoutException">The database does not answer.</exception>
    internal Task<StoredDocument> Find(DocumentKey key, bool withView, CancellationToken cancel)
    {
        var question = new Question(key, withView);
        _waiting.Enqueue(question);
        if (MayBegin())
        {
            // What is answered here for others is no part of the request that happened to begin it.
            using (ExecutionContext.SuppressFlow()) _ = Answer();
        }
        return question.Task.IsCompleted ? question.Task : question.Task.WaitAsync(Patience, cancel);
    }

    private bool MayBegin()
    {
        for (var underWay = Volatile.Read(ref _underWay); underWay < GroupsAtOnce;)
        {
            var found = Interlocked.CompareExchange(ref _underWay, underWay + 1, underWay);
            if (found == underWay) return true;
            underWay = found;
        }
        return false;
    }

    private async Task Answer()
    {
        do
        {
            while (NextGroup() is { Count: > 0 } group) await Answer(group);
            Interlocked.Decrement(ref _underWay);
        }
        // Who asked while this was about to end found it under way.
        while (!_waiting.IsEmpty && MayBegin());
    }

    private List<Question> NextGroup()
    {
        var group = new List<Question>();
        while (group.Count < MaxInGroup && _waiting.TryDequeue(out var question)) group.Add(question);
        return group;
    }

    private async Task Answer(List<Question> group)
    {
        try
        {
            await using var command = source.CreateCommand($"""
                SELECT k.place::integer - 1, s.version, v.content, v.version, v.stream_version, v.position, v.is_deleted
                FROM unnest($1, $2, $3) WITH ORDINALITY AS k(tenant, id, with_view, place)
                JOIN {StoreSetup.Schema}.mt_streams s ON s.tenant_id = k.tenant AND s.id = k.id
                LEFT JOIN {StoreSetup.Schema}.document_view v ON k.with_view AND v.tenant_id = k.tenant AND v.id = k.id AND v.content IS NOT NULL
                """);
            command.Parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar, TypedValue = [.. group.Select(q => q.Key.App)] });
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. group.Select(q => q.Key.StreamId)] });
            command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. group.Select(q => q.WithView)] });
            await using (var reader = await command.ExecuteReaderAsync())
                while (await reader.ReadAsync())
                    group[reader.GetInt32(0)].TrySetResult(new StoredDocument(reader.GetInt64(1), reader.IsDBNull(2) ? null
                        : new StoredView(reader.GetFieldValue<byte[]>(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetBoolean(6))));
            foreach (var question in group) question.TrySetResult(default);
        }
        catch (Exception e)
        {
            foreach (var question in group) question.TrySetException(e);
        }
    }
}
