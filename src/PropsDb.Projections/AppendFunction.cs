namespace PropsDb.Projections;

/// <summary>
/// Appends a group of commits to Marten's own tables in one statement: the rows are those that Marten's session would have written. Each
/// commit is judged by itself: one whose stream is not at the expected version is left out and costs its neighbours nothing.
/// </summary>
internal static class AppendFunction
{
    /// <summary>Held by every appender until its commit, so that the order of positions is the order of commits.</summary>
    public const long OrderLock = 0x50726F7073444200;

    /// <summary>Tells the other nodes of a cluster that there is more to read.</summary>
    public const string Channel = "propsdb_commits";

    /// <summary>Raised for several commits that stand or fall together, when one of them falls.</summary>
    public const string StaleState = "PD001";

    public static string Sql { get; } = $"""
        CREATE OR REPLACE FUNCTION {StoreSetup.Schema}.append_commits(
            p_all_or_none boolean, p_notify boolean, p_tenants varchar[], p_streams uuid[], p_expected bigint[], p_counts bigint[], p_at timestamptz[], p_by varchar[],
            p_correlations varchar[], p_causations varchar[], p_headers jsonb[],
            p_commits integer[], p_numbers bigint[], p_ids uuid[], p_types varchar[], p_dotnet_types varchar[], p_bodies jsonb[])
        RETURNS TABLE(accepted integer, last_position bigint, previous_position bigint) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            v_accepted integer[];
            v_previous bigint;
        BEGIN
            PERFORM pg_advisory_xact_lock({OrderLock});
            SELECT last_value INTO v_previous FROM {StoreSetup.Schema}.mt_events_sequence;

            WITH input AS (
                SELECT * FROM unnest(p_tenants, p_streams, p_expected, p_counts) WITH ORDINALITY AS i(tenant, stream, expected, count, ord)
            ), moved AS (
                UPDATE {StoreSetup.Schema}.mt_streams s SET version = s.version + i.count, timestamp = now()
                FROM input i WHERE i.expected > 0 AND s.tenant_id = i.tenant AND s.id = i.stream AND s.version = i.expected
                RETURNING i.ord
            ), begun AS (
                INSERT INTO {StoreSetup.Schema}.mt_streams (tenant_id, id, version, timestamp)
                SELECT i.tenant, i.stream, i.count, now() FROM input i WHERE i.expected = 0
                ON CONFLICT DO NOTHING RETURNING tenant_id, id
            )
            SELECT array_agg(ord::integer) INTO v_accepted FROM (
                SELECT ord FROM moved
                UNION ALL SELECT i.ord FROM begun b JOIN input i ON i.tenant = b.tenant_id AND i.stream = b.id) a;

            IF p_all_or_none AND coalesce(array_length(v_accepted, 1), 0) < array_length(p_streams, 1) THEN
                RAISE EXCEPTION 'a stream of the append is not at its expected version' USING ERRCODE = '{StaleState}';
            END IF;
            IF v_accepted IS NULL THEN RETURN; END IF;

            RETURN QUERY
            WITH appended AS (
                INSERT INTO {StoreSetup.Schema}.mt_events
                    (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name, is_archived)
                SELECT nextval('{StoreSetup.Schema}.mt_events_sequence'), e.id, e.stream, e.number, e.body, e.type, e.at, e.tenant, e.dotnet_type,
                    e.correlation, e.causation, e.headers, e.by, FALSE
                FROM (
                    SELECT u.id, u.number, u.body, u.type, u.dotnet_type, c.* FROM unnest(p_commits, p_numbers, p_ids, p_types, p_dotnet_types, p_bodies) WITH ORDINALITY
                        AS u(commit, number, id, type, dotnet_type, body, ord)
                    JOIN unnest(p_tenants, p_streams, p_at, p_by, p_correlations, p_causations, p_headers) WITH ORDINALITY
                        AS c(tenant, stream, at, by, correlation, causation, headers, commit) ON c.commit = u.commit
                    WHERE u.commit = ANY (v_accepted) ORDER BY u.ord) e
                RETURNING seq_id, stream_id, tenant_id
            ), last AS (
                SELECT tenant_id, stream_id, max(seq_id) AS position FROM appended GROUP BY tenant_id, stream_id
            )
            SELECT i.ord::integer, l.position, v_previous FROM unnest(p_tenants, p_streams) WITH ORDINALITY AS i(tenant, stream, ord)
            JOIN last l ON l.tenant_id = i.tenant AND l.stream_id = i.stream WHERE i.ord = ANY (v_accepted);

            IF p_notify THEN PERFORM pg_notify('{Channel}', ''); END IF;
            -- Every node's copy of who may do what hears of it when the transaction is there.
            IF p_types && ARRAY[{AppDirectory.TypeList}]::varchar[] THEN PERFORM pg_notify('{AppDirectory.Channel}', ''); END IF;
        END
        $function$;
        """;
}
