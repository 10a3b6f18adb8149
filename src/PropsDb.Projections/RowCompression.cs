using PropsDb.Projections.Search;

namespace PropsDb.Projections;

/// <summary>
/// How PostgreSQL compresses what it keeps of documents outside their rows: with LZ4, where it was built with it (from version 14 on), which
/// takes a fraction of the time of its own way. What was stored before stays as it is.
/// </summary>
internal static class RowCompression
{
    private static readonly (string Table, string[] Columns)[] Large =
    [
        ($"{StoreSetup.Schema}.document_view", ["content"]),
        ($"{StoreSetup.Schema}.document_snapshot", ["content"]),
        (SearchTables.Document, ["content", "searchable", "texts", "terms"]),
    ];

    // Older versions know no such statement, so it is put together only where it is run.
    public static string Sql { get; } = $"""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
                {string.Join("\n        ", Large.Select(t => $"EXECUTE 'ALTER TABLE {t.Table} {string.Join(", ", t.Columns.Select(c => $"ALTER COLUMN {c} SET COMPRESSION lz4"))}';"))}
            END IF;
        END $$;
        """;
}
