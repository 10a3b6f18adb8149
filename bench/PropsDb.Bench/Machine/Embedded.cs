using System.Diagnostics;
using System.Globalization;
using PropsDb.Bench.Load;

namespace PropsDb.Bench.Machine;

/// <summary>The service as it is started on a machine with nothing else: with a PostgreSQL of its own, in a data directory of its own.</summary>
public sealed class Embedded(string hostDirectory, string scratch) : IAsyncDisposable
{
    private readonly string _data = Directory.CreateDirectory(Path.Combine(scratch, string.Create(CultureInfo.InvariantCulture, $"embedded-{Stopwatch.GetTimestamp()}"))).FullName;
    private readonly int _port = Service.FreePort();

    public Service Service { get; private set; } = null!;

    /// <summary>The postmaster's process.</summary>
    public int Postgres => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    private string PidFile => Path.Combine(_data, "postgres", "postmaster.pid");

    /// <summary>Does not wait for it.</summary>
    public Service Start() => Service = Service.Start(scratch, _port, ["dotnet", Path.Combine(hostDirectory, "PropsDb.Host.dll")],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["PROPSDB__DATA"] = _data, ["PROPSDB__AUTH__JWTSECRET"] = Token.Secret });

    public Documents Create(string prefix, int count, string headers)
    {
        var documents = new Documents(Bed.App, Bed.Tier, prefix, count);
        Driver.Run(Service.Address, Math.Min(16, count), new Creation(documents, headers), TimeSpan.Zero, duration: null);
        return documents;
    }

    public async ValueTask DisposeAsync()
    {
        if (Service is not null) await Service.DisposeAsync();
        // A run that failed after a kill: the database has no owner to stop it.
        if (File.Exists(PidFile))
        {
            const int interrupt = 2;
            Service.Signal(Postgres, interrupt);
            for (var i = 0; i < 500 && File.Exists(PidFile); i++) await Task.Delay(20);
        }
        Directory.Delete(_data, recursive: true);
    }
}
