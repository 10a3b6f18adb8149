using Npgsql;

namespace PropsDb.Projections;

/// <summary>
/// A schema says in its comment which build has made it and which role may work there: to find out what is missing, or to grant again what was
/// granted, would be most of a start.
/// </summary>
/// <param name="schema">The schema's name, as it is written in statements.</param>
/// <param name="build">Of all that decides what the schema is made of.</param>
public sealed class SchemaMark(string schema, string build)
{
    /// <summary>Nothing is to be done. A dump may have been restored without its grants, so whether the role may read each table is looked at.</summary>
    public async Task<bool> IsSet(NpgsqlDataSource owner, string? runtimeRole, CancellationToken cancel)
    {
        await using var asking = owner.CreateCommand("""
            SELECT obj_description(to_regnamespace($1), 'pg_namespace') = $2 AND ($3::text IS NULL OR (
                SELECT bool_and(has_table_privilege(role.oid, relation.oid, 'SELECT')) FROM pg_class relation, pg_roles role
                WHERE role.rolname = $3 AND relation.relnamespace = to_regnamespace($1) AND relation.relkind IN ('r', 'p')))
            """);
        asking.Parameters.Add(new() { Value = schema });
        asking.Parameters.Add(new() { Value = Text(runtimeRole) });
        asking.Parameters.Add(new() { Value = (object?)runtimeRole ?? DBNull.Value });
        return await asking.ExecuteScalarAsync(cancel) is true;
    }

    /// <summary>All is done.</summary>
    public async Task Set(NpgsqlDataSource owner, string? runtimeRole, CancellationToken cancel)
    {
        await using var saying = owner.CreateCommand($"COMMENT ON SCHEMA {schema} IS '{Text(runtimeRole).Replace("'", "''", StringComparison.Ordinal)}'");
        await saying.ExecuteNonQueryAsync(cancel);
    }

    private string Text(string? runtimeRole) => runtimeRole is null ? build : $"{build} for {runtimeRole}";
}
