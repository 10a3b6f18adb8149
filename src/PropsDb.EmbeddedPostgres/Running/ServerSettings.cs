using System.Text;
using System.Text.RegularExpressions;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>The server's settings, written out at each start and included by the cluster's postgresql.conf.</summary>
internal static partial class ServerSettings
{
    /// <summary>Relative to the cluster, so that a data directory can be moved.</summary>
    public const string Include = "include = '../postgres.conf'";

    public static string For(PostgresOptions options, Endpoint endpoint)
    {
        var settings = Defaults(options.Fsync);
        foreach (var (name, value) in options.Settings) settings[name] = value;

        // Last, because the connection string depends on them.
        settings["listen_addresses"] = endpoint.SocketDirectory is null ? "127.0.0.1" : "";
        settings["port"] = $"{endpoint.Port}";
        settings["unix_socket_directories"] = endpoint.SocketDirectory is null ? "" : $"\"{endpoint.SocketDirectory}\"";
        settings["unix_socket_permissions"] = "0700";

        var text = new StringBuilder("# Written anew at each start of PropsDB; change PostgresOptions.Settings instead.\n");
        foreach (var (name, value) in settings) text.Append(Line(name, value));
        return text.ToString();
    }

    /// <summary>The same settings as arguments of <c>postgres</c>, for a container.</summary>
    public static IEnumerable<string> AsArguments(PostgresOptions options)
    {
        var settings = Defaults(options.Fsync);
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" });
    }

    private static Dictionary<string, string> Defaults(bool fsync)
    {
        var durable = fsync ? "on" : "off";
        return new(StringComparer.OrdinalIgnoreCase)
        {
            ["fsync"] = durable,
            ["synchronous_commit"] = durable,
            ["full_page_writes"] = durable,
            ["shared_buffers"] = fsync ? "256MB" : "32MB",
            ["max_connections"] = "100",
            ["wal_level"] = "replica",
            ["max_wal_size"] = fsync ? "2GB" : "256MB",
            ["password_encryption"] = "scram-sha-256",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_line_prefix"] = "%m [%p] ",
            ["log_destination"] = "stderr",
            ["logging_collector"] = "off",      // one file, kept small by ServerLog
            ["lc_messages"] = "C",              // Postmaster reads the reason of a failed start
        };
    }

    private static string Line(string name, string value)
    {
        if (!Name().IsMatch(name) || value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
        {
            throw new PostgresStartException($"{name} is no server setting that can be written to a configuration file.");
        }

        return $"{name} = '{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'\n";
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.]*\z", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
