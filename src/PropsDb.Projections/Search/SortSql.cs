namespace PropsDb.Projections.Search;

/// <summary><see cref="Events.Search.SortKey"/> in SQL, of a jsonb called <c>v.value</c>.</summary>
internal static class SortSql
{
    public const string RankOf = """
        CASE jsonb_typeof(v.value) WHEN 'null' THEN 1 WHEN 'boolean' THEN 2 WHEN 'number' THEN 3 WHEN 'string' THEN 4 WHEN 'array' THEN 5 WHEN 'object' THEN 6 ELSE 0 END::smallint
        """;

    public const string NumberOf = "CASE jsonb_typeof(v.value) WHEN 'number' THEN v.value::numeric WHEN 'boolean' THEN v.value::boolean::integer::numeric ELSE 0 END";

    public const string TextOf = "CASE jsonb_typeof(v.value) WHEN 'string' THEN left(v.value #>> '{}', 256) ELSE '' END";
}
