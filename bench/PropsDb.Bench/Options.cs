using System.Globalization;
using PropsDb.Bench.Load;

namespace PropsDb.Bench;

/// <summary>What a run is told on its command line.</summary>
public sealed record Options
{
    public bool IsShort { get; init; }
    public int Rounds { get; init; } = 5;
    public int Seconds { get; init; } = 5;
    public int Warmup { get; init; } = 2;
    /// <summary>Groups of figures; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];
    /// <summary>The published service's directory.</summary>
    public string Host { get; init; } = "";
    /// <summary>The directory of the yardstick's scripts.</summary>
    public string Yardstick { get; init; } = "";
    /// <summary>Where results go.</summary>
    public string Artifacts { get; init; } = "artifacts/bench";
    /// <summary>Where the cluster is made; on a disk.</summary>
    public string Data { get; init; } = Path.GetTempPath();
    /// <summary>What switches the cache off, for reads from the store.</summary>
    public string Uncached { get; init; } = "PROPSDB__CACHE__BYTES=0";
    /// <summary>Keeps what the service says, without its line for each request, beside the results.</summary>
    public bool KeepsLog { get; init; }
    /// <summary>Of PostgreSQL; its own default.</summary>
    public int MaxConnections { get; init; } = 100;
    /// <summary>How many documents are there to be read and written.</summary>
    public int Kept { get; init; } = 1_000;
    public int Replayed { get; init; } = 100_000;
    public int Events { get; init; } = 100_000;
    public int Subscribers { get; init; } = 5_000;
    public int ChangesPerSecond { get; init; } = 2_000;
    /// <summary>The largest step of each kind of growth.</summary>
    public int Documents { get; init; } = 100_000;
    public int Apps { get; init; } = 1_000;
    public int Connections { get; init; } = 5_000;

    public bool Has(string group) => Only.Count == 0 || Only.Contains(group, StringComparer.Ordinal);

    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        // First, because the others may change it.
        if (arguments.Contains("--short", StringComparer.Ordinal))
            options = options with { IsShort = true, Rounds = 1, Seconds = 1, Warmup = 0, Kept = 300, Replayed = 2_000, Events = 1_000, Subscribers = 100, ChangesPerSecond = 200, Documents = 2_000, Apps = 10, Connections = 256 };
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--log") options = options with { KeepsLog = true };
            if (name is "--short" or "--log") continue;
            var value = ++i < arguments.Count ? arguments[i] : throw new BenchException($"{name} has no value.");
            options = name switch
            {
                "--rounds" => options with { Rounds = Number() },
                "--seconds" => options with { Seconds = Number() },
                "--warmup" => options with { Warmup = Number() },
                "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries) },
                "--host" => options with { Host = Path.GetFullPath(value) },
                "--yardstick" => options with { Yardstick = Path.GetFullPath(value) },
                "--artifacts" => options with { Artifacts = Path.GetFullPath(value) },
                "--data" => options with { Data = Path.GetFullPath(value) },
                "--uncached" => options with { Uncached = value },
                "--max-connections" => options with { MaxConnections = Number() },
                "--replayed" => options with { Replayed = Number() },
                "--events" => options with { Events = Number() },
                "--subscribers" => options with { Subscribers = Number() },
                "--changes-per-second" => options with { ChangesPerSecond = Number() },
                "--documents" => options with { Documents = Number() },
                "--apps" => options with { Apps = Number() },
                "--connections" => options with { Connections = Number() },
                _ => throw new BenchException($"There is no {name}."),
            };

            int Number() => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new BenchException($"{name} is a number above 0.");
        }
        return options;
    }
}
