using System.Diagnostics;
using System.Globalization;
using System.Text;
using PropsDb.Host.Access;
using PropsDb.Host.Ops;
using PropsDb.Testing;

namespace PropsDb.Faults;

/// <summary>A database server of the test's own, and one node or more on an empty database there.</summary>
public sealed class Cluster : IAsyncDisposable
{
    public const string Secret = "a secret of the tests, long enough for HS256";

    private Cluster(OwnServer server, string database, IReadOnlyList<Node> nodes) => (Server, Database, Nodes) = (server, database, nodes);

    public OwnServer Server { get; }
    public string Database { get; }
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Starts all nodes at once, on a database that has nothing yet.</summary>
    public static async Task<Cluster> Start(int nodes)
    {
        var server = await OwnServer.Start(CancellationToken.None);
        var database = await server.CreateDatabase("faults", CancellationToken.None);
        var cluster = new Cluster(server, database, [.. Enumerable.Range(0, nodes).Select(n => new Node($"node-{(char)('a' + n)}", database, nodes > 1))]);
        try
        {
            foreach (var node in cluster.Nodes) node.Launch();
            await Task.WhenAll(cluster.Nodes.Select(n => n.Ready()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public static string Token(string user, params string[] roles) =>
        Tokens.Issue(Encoding.UTF8.GetBytes(Secret), user, roles, ["default"], TimeProvider.System.GetUtcNow().AddHours(2));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>How long and how often, from outside: a short form for every change, a long one before a release.</summary>
public static class Scale
{
    /// <summary>The service that the nodes run: published as it is shipped, or else as it was built beside the tests.</summary>
    public static string Host { get; } = Environment.GetEnvironmentVariable("PROPSDB_FAULTS_HOST") is { Length: > 0 } published ? Path.Combine(published, "PropsDb.Host.dll") : typeof(Service).Assembly.Location;

    /// <summary>Seconds of writing in one run.</summary>
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(Number("PROPSDB_FAULTS_SECONDS", 8));

    /// <summary>Seconds of writing before a run's time begins, in which young processes compile: checked as all else, but not counted for its pace.</summary>
    public static TimeSpan WarmUp { get; } = TimeSpan.FromSeconds(Number("PROPSDB_FAULTS_WARMUP", 0));

    /// <summary>Crashes in the runs that count them.</summary>
    public static int Cycles { get; } = Number("PROPSDB_FAULTS_CYCLES", 1);

    /// <summary>Acknowledged operations a second below which a run proves nothing. On a machine that others use as well few are enough to pass.</summary>
    public static int MinRate { get; } = Number("PROPSDB_FAULTS_RATE", 5);

    public static int Writers { get; } = Number("PROPSDB_FAULTS_WRITERS", 8);

    /// <summary>Printed with each run; the same one gives the same clients' choices.</summary>
    public static int Seed { get; } = Number("PROPSDB_FAULTS_SEED", (int)(Stopwatch.GetTimestamp() % 1_000_000));

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
