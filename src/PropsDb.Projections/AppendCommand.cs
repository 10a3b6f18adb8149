using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;

namespace PropsDb.Projections;

/// <summary>Hands a group of commits to <see cref="AppendFunction"/>.</summary>
internal static class AppendCommand
{
    public static NpgsqlBatchCommand Of(List<PendingCommit> commits, bool isAllOrNone, bool notifies)
    {
        var command = new NpgsqlBatchCommand(
            $"SELECT accepted, last_position, previous_position FROM {StoreSetup.Schema}.append_commits($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)");
        var events = commits.SelectMany((commit, i) => commit.Events.Select((e, n) => (Commit: i + 1, Number: commit.Expected + n + 1, Event: e))).ToList();
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = isAllOrNone });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = notifies });
        Add(NpgsqlDbType.Varchar, commits.Select(c => c.App));
        Add(NpgsqlDbType.Uuid, commits.Select(c => c.StreamId));
        Add(NpgsqlDbType.Bigint, commits.Select(c => c.Expected));
        Add(NpgsqlDbType.Bigint, commits.Select(c => (long)c.Events.Count));
        Add(NpgsqlDbType.TimestampTz, commits.Select(c => c.Committed.At));
        Add(NpgsqlDbType.Varchar, commits.Select(c => c.Committed.By));
        Add(NpgsqlDbType.Varchar, commits.Select(c => c.Author.RequestId));
        Add(NpgsqlDbType.Varchar, commits.Select(c => c.Id.ToString()));
        Add(NpgsqlDbType.Jsonb, commits.Select(c => Headers(c.Committed)));
        Add(NpgsqlDbType.Integer, events.Select(e => e.Commit));
        Add(NpgsqlDbType.Bigint, events.Select(e => e.Number));
        Add(NpgsqlDbType.Uuid, NewIds(events.Count));
        Add(NpgsqlDbType.Varchar, events.Select(e => EventJson.NameOf(e.Event)));
        Add(NpgsqlDbType.Varchar, events.Select(e => EventJson.DotNetNameOf(e.Event)));
        Add(NpgsqlDbType.Jsonb, events.Select(e => EventJson.Write(e.Event)));
        return command;

        void Add<T>(NpgsqlDbType type, IEnumerable<T> values) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. values] });
    }

    private static Guid[] NewIds(int count)
    {
        var ids = new Guid[count];
        RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan()));
        return ids;
    }

    private static string Headers(Commit commit)
    {
        if (commit.Device is null && commit.Message is null) return "{}";
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (commit.Device is not null) headers["device"] = commit.Device;
        if (commit.Message is not null) headers["message"] = commit.Message;
        return JsonSerializer.Serialize(headers);
    }
}
