using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PropsDb.Bench.Load;
using PropsDb.EmbeddedPostgres;

namespace PropsDb.Bench.Machine;

/// <summary>The PostgreSQL that both the yardstick and the service use: a cluster of this run's own, with fsync, on a disk; removed afterwards.</summary>
public sealed partial class Postgres : IAsyncDisposable
{
    private readonly PostgresServer _server;

    private Postgres(PostgresServer server, string binaries) => (_server, Binaries) = (server, binaries);

    public string Binaries { get; }
    public int ProcessId => _server.ProcessId;
    public Version Version => _server.ServerVersion;

    public static async Task<Postgres> Start(string directory, int maxConnections)
    {
        if (new DriveInfo(Path.GetDirectoryName(directory)!).DriveFormat is "tmpfs" or "ramfs") throw new BenchException($"{directory} is in memory, where fsync costs nothing: name a directory on a disk by --data.");
        // PostgreSQL's defaults but for its buffers; what the embedded server sets otherwise is set back.
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["shared_buffers"] = "256MB", ["max_wal_size"] = "1GB", ["max_connections"] = maxConnections.ToString(CultureInfo.InvariantCulture),
        };
        return new Postgres(await PostgresServer.Start(new PostgresOptions { DataDirectory = directory, Settings = settings }, NullLogger.Instance, CancellationToken.None), FindBinaries());
    }

    /// <summary>A new database that the service's two roles work in.</summary>
    public async Task<(string Owner, string Runtime)> Create(string database)
    {
        await Execute("postgres", $"CREATE DATABASE {database} OWNER {new NpgsqlConnectionStringBuilder(_server.OwnerConnectionString).Username}");
        return (In(_server.OwnerConnectionString, database), In(_server.RuntimeConnectionString, database));
    }

    public string SuperUser(string database) => In(_server.ConnectionString, database);

    public async Task Execute(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(SuperUser(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }

    public async Task<double> Number(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(SuperUser(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        return Convert.ToDouble(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public Task Script(string database, string file) => Run("psql", database, ["-q", "-v", "ON_ERROR_STOP=1", "-f", file]);

    /// <returns>Transactions a second, and their mean duration in milliseconds.</returns>
    public async Task<(double PerSecond, double Milliseconds)> Bench(string database, string file, int clients, int seconds)
    {
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        var output = await Run("pgbench", database, ["-n", "-M", "prepared", "-c", Text(clients), "-j", Text(Math.Min(2, clients)), "-T", Text(seconds), "-f", file]);
        // Servers before 15 do not say.
        if (FailedTransactions().Match(output) is { Success: true, Value: not "0" }) throw new BenchException($"pgbench had failed transactions:\n{output}");
        if (!Latency().IsMatch(output)) throw new BenchException($"pgbench got nothing done in its time:\n{output}");
        return (Parse(Rate().Match(output)), Parse(Latency().Match(output)));
        static double Parse(Match match) => double.Parse(match.Value, CultureInfo.InvariantCulture);
    }

    private async Task<string> Run(string tool, string database, IEnumerable<string> arguments)
    {
        var target = new NpgsqlConnectionStringBuilder(_server.ConnectionString);
        var start = new ProcessStartInfo(Path.Combine(Binaries, tool), [.. arguments, "-h", target.Host!, "-p", target.Port.ToString(CultureInfo.InvariantCulture), "-U", target.Username!, database])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["PGPASSWORD"] = target.Password;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new BenchException($"{tool} ended with {process.ExitCode}:\n{output}\n{await errors}");
    }

    private static string FindBinaries() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(d => d is not "/usr/bin")
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => double.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0).Select(d => Path.Combine(d, "bin")) : [])
            .Append("/usr/bin").FirstOrDefault(d => d.Length > 0 && File.Exists(Path.Combine(d, "pgbench")) && File.Exists(Path.Combine(d, "psql")))
        ?? throw new BenchException("There is no pgbench: apt-get install postgresql (or postgresql-contrib) has it.");

    private static string In(string connectionString, string database) => new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [GeneratedRegex(@"(?<=tps = )[\d.]+", RegexOptions.None, 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"(?<=latency average = )[\d.]+", RegexOptions.None, 1000)]
    private static partial Regex Latency();

    [GeneratedRegex(@"(?<=number of failed transactions: )\d+", RegexOptions.None, 1000)]
    private static partial Regex FailedTransactions();
}
