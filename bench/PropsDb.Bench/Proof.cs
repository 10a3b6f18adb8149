using System.Globalization;
using PropsDb.Bench.Load;

namespace PropsDb.Bench;

/// <summary>
/// That the work which was measured was done: each acknowledged change is an event in the database, once, and each document is at the version
/// that its writer was told. No answer of the service's can pretend that.
/// </summary>
public sealed class Proof(Bed bed)
{
    private double _before;
    private long _proved;

    /// <summary>From here on it is counted.</summary>
    public async Task Begin()
    {
        foreach (var documents in bed.Made) documents.AcceptedEvents = 0;
        _before = await bed.StoredEvents(Bed.Main, "property_set");
    }

    /// <summary>After a failure it is not known which writes were made: what is there now is what counts from here.</summary>
    public async Task GoOnFromWhatIsThere()
    {
        // What was under way when the connections were cut is still being decided.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Compare(learns: true);
        await Begin();
    }

    /// <summary>Compares what has been acknowledged since the last time.</summary>
    public async Task Take()
    {
        var acknowledged = bed.Made.Sum(d => d.AcceptedEvents);
        Require(acknowledged, await bed.StoredEvents(Bed.Main, "property_set") - _before);
        _proved += acknowledged;
        await Begin();
    }

    public async Task<string> Complete()
    {
        await Take();
        Compare(learns: false);
        return string.Create(CultureInfo.InvariantCulture,
            $"{_proved:#,0} acknowledged property changes are {_proved:#,0} events in the database, and all {bed.Made.Sum(d => d.Count):#,0} documents are at the versions that were acknowledged.");
    }

    public static void Require(long acknowledged, double stored)
    {
        if (Math.Abs(stored - acknowledged) > 0.5)
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{acknowledged:#,0} property changes were acknowledged, but {stored:#,0} events were added to the database."));
    }

    private void Compare(bool learns)
    {
        foreach (var documents in bed.Made) Driver.Run(bed.Service.Address, 16, new EachOnce(documents, bed.HeadersFor(documents), learns), TimeSpan.Zero, duration: null);
    }
}

/// <summary>Reads each document once and compares its version.</summary>
/// <param name="learns">Takes the version instead, whatever it is.</param>
public sealed class EachOnce(Documents documents, string headers, bool learns = false) : ITraffic
{
    private readonly Template _request = new("GET", documents.Target, headers, "");
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
        if (learns && answer.Status == 200) documents.Versions[_underWay[connection]] = answer.Version;
        var version = documents.Versions[_underWay[connection]];
        if (answer.Status != 200 || answer.Version != version) throw new BenchException($"A document should be at version {version}: {answer.ToString()}");
    }
}
