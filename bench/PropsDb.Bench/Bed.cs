using System.Net;
using System.Text;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

namespace PropsDb.Bench;

/// <summary>
/// What a run measures on: one PostgreSQL, in it the yardstick's database and the service's, and the servers, as shipped. All of it is gone
/// with the run.
/// </summary>
public sealed class Bed : IAsyncDisposable
{
    public const string App = "default", Tier = "shared", Yardstick = "yardstick", Main = "service", Store = "uncached";

    private static readonly HttpClient Http = new();

    private readonly string _scratch;
    private Service? _uncached;

    private Bed(Options options, string scratch, Postgres postgres) =>
        (Options, _scratch, Postgres, Proof) = (options, scratch, postgres, new Proof(this));

    public Options Options { get; }
    public Postgres Postgres { get; }
    public Service Service { get; private set; } = null!;
    public Service Bare { get; private set; } = null!;
    public string Scratch => _scratch;
    public string UserToken { get; } = Token.For("alice", App);
    public string Headers => Token.Header(UserToken);

    /// <summary>1,000 documents of about 2 KB, as the yardstick has them.</summary>
    public Documents Small { get; private set; } = null!;

    public Proof Proof { get; }

    /// <summary>All documents of the measured service that this run made and keeps count of.</summary>
    public ICollection<Documents> Made { get; } = new List<Documents>();

    public static string[] HostCommand(Options options) => ["dotnet", Path.Combine(options.Host, "PropsDb.Host.dll")];

    public static async Task<Bed> Make(Options options)
    {
        var scratch = Directory.CreateDirectory(Path.Combine(options.Data, $"propsdb-bench-{Environment.ProcessId}")).FullName;
        // PostgreSQL runs as another user when this runs as root, and must get through.
        File.SetUnixFileMode(scratch, (UnixFileMode)0b111_101_101);
        Bed? bed = null;
        try
        {
            bed = new Bed(options, scratch, await Postgres.Start(Path.Combine(scratch, "postgres"), options.MaxConnections));
            await bed.Postgres.Create(Yardstick);
            await bed.Postgres.Script(Yardstick, Path.Combine(options.Yardstick, "setup.sql"));
            bed.Service = await bed.StartService(Main);
            var driver = Path.Combine(AppContext.BaseDirectory, "PropsDb.Bench.dll");
            bed.Bare = Service.Start(scratch, Service.FreePort(), ["dotnet", driver, "bare", bed.Postgres.SuperUser(Yardstick)], new Dictionary<string, string>(StringComparer.Ordinal));
            await bed.Bare.Ready();
            bed.Small = bed.Create(bed.Service, "doc", options.Kept);
            await bed.Proof.Begin();
            return bed;
        }
        catch
        {
            if (bed is not null) await bed.DisposeAsync();
            else Directory.Delete(scratch, recursive: true);
            throw;
        }
    }

    /// <summary>The service with all its defaults, on a database of its own.</summary>
    public async Task<Service> StartService(string database, params (string Name, string Value)[] settings)
    {
        var (owner, runtime) = await Postgres.Create(database);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PROPSDB__CONNECTIONSTRING"] = runtime, ["PROPSDB__OWNERCONNECTIONSTRING"] = owner, ["PROPSDB__AUTH__JWTSECRET"] = Token.Secret,
            ["PROPSDB__DATA"] = Path.Combine(_scratch, database),
        };
        foreach (var (name, value) in settings) environment[name] = value;
        var service = Service.Start(_scratch, Service.FreePort(), HostCommand(Options), environment, Options.KeepsLog ? Path.Combine(Options.Artifacts, $"{database}.log") : null);
        await service.Ready();
        return service;
    }

    /// <summary>The same service with its cache switched off, beside the other: started when first asked for, and idle unless it is asked.</summary>
    public async Task<(Service Service, Documents Documents)> Uncached()
    {
        if (_uncached is null)
        {
            var setting = Options.Uncached.Split('=', 2);
            _uncached = await StartService(Store, (setting[0], setting.ElementAtOrDefault(1) ?? ""));
            _uncachedDocuments = Create(_uncached, "doc", Options.Kept);
        }
        return (_uncached, _uncachedDocuments!);
    }

    private Documents? _uncachedDocuments;

    public Documents Create(Service service, string prefix, int count, int properties = 10, int propertyBytes = 32)
    {
        var documents = new Documents(App, Tier, prefix, count, properties, propertyBytes);
        Create(service, documents);
        return documents;
    }

    public void Create(Service service, Documents documents)
    {
        // Large ones by fewer: creating them is not what is measured.
        var connections = Math.Min(documents.Count, documents.Properties > 100 ? 2 : 16);
        Driver.Run(service.Address, connections, new Creation(documents, HeadersFor(documents)), TimeSpan.Zero, duration: null);
        if (service == Service) Made.Add(documents);
    }

    /// <summary>With a place for the token where each document has its own.</summary>
    public string HeadersFor(Documents documents) => documents.Tokens is { } tokens ? Token.Header($"{{token:{tokens[0].Length}}}") : Headers;

    /// <summary>What the database has of a kind of event, in all documents: a figure that no answer of the service can pretend.</summary>
    public Task<double> StoredEvents(string database, string type) => Postgres.Number(database, $"SELECT count(*) FROM propsdb.mt_events WHERE type = '{type}'");

    /// <summary>One request of an administrator's.</summary>
    public async Task Administer(HttpMethod method, string target, string body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Service.Url, target)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", Token.For("root", "*", "admin"));
        using var answer = await Http.SendAsync(request);
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created)) throw new BenchException($"{method} {target}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_uncached is not null) await _uncached.DisposeAsync();
        if (Bare is not null) await Bare.DisposeAsync();
        if (Service is not null) await Service.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(_scratch, recursive: true);
    }
}
