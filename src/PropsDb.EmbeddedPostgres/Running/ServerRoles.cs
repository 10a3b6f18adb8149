using Npgsql;
using PropsDb.EmbeddedPostgres.Files;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>
/// Two roles beside the superuser: one owns what is in the database, the other works there and can make, change or drop nothing that it was
/// not granted. It may act as a replica does, which spares the append of events PostgreSQL's second look at their streams.
/// </summary>
internal sealed record ServerRoles(string Owner, string OwnerPassword, string Runtime, string RuntimePassword)
{
    private const string OwnerName = "propsdb_owner", RuntimeName = "propsdb_runtime";

    // Before, superusers alone could be replicas.
    private const int FirstWithParameterPrivileges = 15;

    /// <param name="connection">The superuser's.</param>
    public static async Task<ServerRoles> Prepare(DataDirectory directory, NpgsqlConnection connection, string superUserPassword, CancellationToken cancel)
    {
        var (owner, runtime) = (Password.Read(directory.OwnerPassword), Password.Read(directory.RuntimePassword));
        var roles = new ServerRoles(OwnerName, owner ?? Password.New(), RuntimeName, runtime ?? Password.New());
        var canBeReplica = connection.PostgreSqlVersion.Major >= FirstWithParameterPrivileges;
        var (areReady, isOld) = await Look(connection, canBeReplica, cancel);
        if (!areReady || owner is null || runtime is null)
        {
            await Make(connection, roles, isOld, canBeReplica, cancel);
            // Last: a start that is killed before it does all of this again.
            Password.Write(directory, directory.OwnerPassword, roles.OwnerPassword);
            Password.Write(directory, directory.RuntimePassword, roles.RuntimePassword);
        }
        return isOld ? roles with { Owner = Cluster.SuperUser, OwnerPassword = superUserPassword } : roles;
    }

    // Older releases had the superuser alone, and what it made stays its own.
    private static async Task<(bool AreReady, bool IsOld)> Look(NpgsqlConnection connection, bool canBeReplica, CancellationToken cancel)
    {
        await using var look = new NpgsqlCommand($"""
            SELECT (SELECT count(*) = 2{(canBeReplica ? " AND bool_and(rolname = '" + OwnerName + "' OR has_parameter_privilege(oid, 'session_replication_role', 'SET'))" : "")}
                FROM pg_roles WHERE rolname IN ('{OwnerName}', '{RuntimeName}')),
                EXISTS (SELECT FROM pg_namespace WHERE nspowner = '{Cluster.SuperUser}'::regrole AND nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'public'))
            """, connection);
        await using var reader = await look.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return (reader.GetBoolean(0), reader.GetBoolean(1));
    }

    private static async Task Make(NpgsqlConnection connection, ServerRoles roles, bool isOld, bool canBeReplica, CancellationToken cancel)
    {
        using var quoting = new NpgsqlCommandBuilder();
        var database = quoting.QuoteIdentifier(connection.Database);
        // The passwords are hexadecimal digits, so they can stand in a text.
        await using var make = new NpgsqlCommand($"""
            DO $make$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OwnerName}') THEN CREATE ROLE {OwnerName}; END IF;
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{RuntimeName}') THEN CREATE ROLE {RuntimeName}; END IF;
            END $make$;
            ALTER ROLE {OwnerName} LOGIN PASSWORD '{roles.OwnerPassword}';
            ALTER ROLE {RuntimeName} LOGIN PASSWORD '{roles.RuntimePassword}';
            REVOKE ALL ON DATABASE {database} FROM PUBLIC;
            GRANT CONNECT ON DATABASE {database} TO {OwnerName}, {RuntimeName};
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            {(canBeReplica ? $"GRANT SET ON PARAMETER session_replication_role TO {RuntimeName};" : "")}
            {(isOld ? "" : $"ALTER DATABASE {database} OWNER TO {OwnerName}")}
            """, connection);
        await make.ExecuteNonQueryAsync(cancel);
    }
}
