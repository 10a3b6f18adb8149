using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace PropsDb.Faults;

/// <summary>What all clients of a run did, on one clock.</summary>
public sealed class Log
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<Op> _ops = new();
    private readonly ConcurrentQueue<string> _unexpected = new();

    public long Now => (long)_clock.Elapsed.TotalNanoseconds;
    public IReadOnlyList<Op> Ops => [.. _ops];

    /// <summary>Answers that are in no documentation.</summary>
    public IReadOnlyCollection<string> Unexpected => _unexpected;

    public void Add(Op op) => _ops.Enqueue(op);

    public void Surprise(string what) => _unexpected.Enqueue(what);
}

/// <summary>The changes of a commit, as values by the paths of properties, whether it is told by a feed or by history.</summary>
public static class Told
{
    public static Commit Commit(string document, JsonElement json)
    {
        var values = new Dictionary<string, string?>();
        foreach (var change in json.GetProperty("changes").EnumerateArray())
        {
            var (op, path) = (change.GetProperty("op").GetString(), change.GetProperty("path").GetString()!);
            if (op == "order") continue;
            // A new collection is one change; here it is as many as it has properties.
            if (op == "set" && change.GetProperty("value") is { ValueKind: JsonValueKind.Object } collection)
                foreach (var property in collection.EnumerateObject()) values[$"{path}/{property.Name}"] = property.Value.GetString();
            else values[path] = op == "set" ? change.GetProperty("value").GetString() : null;
        }
        return new Commit(document, json.GetProperty("version").GetInt64(), values);
    }
}
