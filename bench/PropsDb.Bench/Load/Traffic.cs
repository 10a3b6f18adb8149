using System.Diagnostics;

namespace PropsDb.Bench.Load;

/// <summary>Creates each of the documents once.</summary>
public sealed class Creation(Documents documents, string headers) : ITraffic
{
    private readonly Template _request = new("POST", documents.Target, headers + "Content-Type: application/json\r\nPrefer: return=minimal\r\n", documents.Body());
    private readonly Dictionary<int, int> _underWay = [];
    private int _next;

    public ReadOnlySpan<byte> Next(int connection)
    {
        if (_next == documents.Count) return default;
        _underWay[connection] = _next;
        documents.Address(_request, _next++);
        return _request.Bytes;
    }

    public void Answered(int connection, in Answer answer)
    {
        if (answer.Status != 201 || answer.Version != 1) throw new BenchException($"A document was not created: {answer.ToString()}");
        documents.Versions[_underWay[connection]] = 1;
    }
}

/// <summary>Numbers like those that dice would throw, the same in every run.</summary>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15 + 1;

    public long Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (long)(_state >> 1);
    }
}

/// <summary>Writes that name the version they build on, as the last answer gave it, each with values that nobody wrote before.</summary>
/// <param name="events">How many properties each write sets: 1 by PUT of a property, more by a batch.</param>
public sealed class ConditionalWrites(Documents documents, string headers, int connections, int events = 1) : ITraffic
{
    private readonly Template _request = events == 1
        ? new("PUT", documents.Target + "/collection1/property3", headers + "Content-Type: application/json\r\nIf-Match: {version:14}\r\n", """{"value":"0123456789abcdef01234567{value0:16}"}""")
        : new("POST", documents.Target + "/_batch", headers + "Content-Type: application/json\r\nIf-Match: {version:14}\r\n", Batch(events));

    private readonly string[] _places = [.. Enumerable.Range(0, events).Select(i => $"value{i}")];
    private readonly int[] _document = new int[connections];
    private readonly Dice _dice = new((ulong)connections);
    private long _value = Stopwatch.GetTimestamp();

    /// <summary>What the connection wrote last.</summary>
    public int DocumentOf(int connection) => _document[connection];

    private static string Batch(int events) =>
        "{\"operations\":[" + string.Join(',', Enumerable.Range(0, events).Select(i => $$"""{"op":"set","path":"/collection{{i % 4 + 1}}/property{{i / 4 + 1}}","value":"0123456789abcdef01234567{value{{i}}:16}"}""")) + "]}";

    public ReadOnlySpan<byte> Next(int connection)
    {
        var document = _document[connection] = documents.Owned(connection, connections, _dice.Next());
        documents.Address(_request, document);
        _request.Quoted("version", documents.Versions[document]);
        foreach (var place in _places) _request.Digits(place, _value++);
        return _request.Bytes;
    }

    public void Answered(int connection, in Answer answer)
    {
        var document = _document[connection];
        if (answer.Status is 412)
        {
            // How many were refused decides at the end; here the run goes on, from the version that the refusal names.
            documents.Refused++;
            documents.Versions[document] = Actual(answer);
            return;
        }
        if (answer.Status != 200) throw new BenchException($"A write was not accepted: {answer.ToString()}");
        if (answer.Version != documents.Versions[document] + 1)
            throw new BenchException($"A write on version {documents.Versions[document]} was answered with another version than the next: {answer.ToString()}");
        documents.Versions[document]++;
        documents.AcceptedWrites++;
        documents.AcceptedEvents += events;
    }

    private static long Actual(in Answer refusal)
    {
        var at = refusal.Body.IndexOf("\"actual\":"u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(refusal.Body[(at + 9)..], out long actual, out _) ? actual : throw new BenchException($"A refusal names no version: {refusal.ToString()}");
    }
}

/// <summary>Reads of documents or of what is under them, by chance; nobody writes meanwhile, so the ETag is known.</summary>
/// <param name="path">What follows the document's name.</param>
/// <param name="isKnown">The client has that version already: 304.</param>
/// <param name="hasETag">Pages of a history or a list have none.</param>
public sealed class Reads(Documents documents, string headers, string path = "", bool isKnown = false, bool hasETag = true, int? only = null) : ITraffic
{
    private readonly Template _request = new("GET", documents.Target + path, headers + (isKnown ? "If-None-Match: {version:14}\r\n" : ""), "");
    private readonly Dictionary<int, int> _document = [];
    private readonly Dice _dice = new(7);

    public ReadOnlySpan<byte> Next(int connection)
    {
        var document = _document[connection] = only ?? (int)(_dice.Next() % documents.Count);
        documents.Address(_request, document);
        if (isKnown) _request.Quoted("version", documents.Versions[document]);
        return _request.Bytes;
    }

    public void Answered(int connection, in Answer answer)
    {
        if (answer.Status != (isKnown ? 304 : 200)) throw new BenchException($"A read failed: {answer.ToString()}");
        if (hasETag && answer.Version != documents.Versions[_document[connection]])
            throw new BenchException($"A read of version {documents.Versions[_document[connection]]} was answered with another: {answer.ToString()}");
        if (!isKnown && answer.Body.IsEmpty) throw new BenchException("A read was answered with nothing.");
    }
}

/// <summary>The same request for ever, and any 200.</summary>
public sealed class Constant(string target, string headers) : ITraffic
{
    private readonly Template _request = new("GET", target, headers, "");

    public ReadOnlySpan<byte> Next(int connection) => _request.Bytes;

    public void Answered(int connection, in Answer answer)
    {
        if (answer.Status != 200 || answer.Body.IsEmpty) throw new BenchException($"The yardstick failed: {answer.ToString()}");
    }
}

/// <summary>So much of other traffic, and then no more.</summary>
public sealed class Limited(ITraffic traffic, long requests) : ITraffic
{
    private long _left = requests;

    public ReadOnlySpan<byte> Next(int connection) => _left-- > 0 ? traffic.Next(connection) : default;

    public void Answered(int connection, in Answer answer) => traffic.Answered(connection, answer);
}
