using Npgsql;
using PropsDb.EmbeddedPostgres.Files;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>
/// Two roles beside the superuser: one owns what is in the database, the other works there and can make, change or drop nothing that it was
/// not granted.
/// </summary>
internal sealed record ServerRoles(string Owner, string OwnerPassword, string Runtime, string RuntimePassword)
{
    private const string OwnerName = "propsdb_owner", RuntimeName = "propsdb_runtime";

    /// <summary>At every start, so that files that were lost, or a start that was killed half-way, mend themselves.</summary>
    public static async Task<ServerRoles> Prepare(DataDirectory directory, string superUserConnection, string superUserPassword, CancellationToken cancel)
    {
        var roles = new ServerRoles(OwnerName, Password.ReadOrCreate(directory, directory.OwnerPassword), RuntimeName, Password.ReadOrCreate(directory, directory.RuntimePassword));
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(superUserConnection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancel);
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
            SELECT EXISTS (SELECT FROM pg_namespace WHERE nspowner = '{Cluster.SuperUser}'::regrole AND nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'public'))
            """, connection);
        // Older releases had the superuser alone, and what it made stays its own.
        if ((bool)(await make.ExecuteScalarAsync(cancel))!) return roles with { Owner = Cluster.SuperUser, OwnerPassword = superUserPassword };
        await using var own = new NpgsqlCommand($"ALTER DATABASE {database} OWNER TO {OwnerName}", connection);
        await own.ExecuteNonQueryAsync(cancel);
        return roles;
    }
}
