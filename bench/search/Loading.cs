using System.Diagnostics;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.SearchBench;

/// <summary>
/// Fills the search index, and only that: rows made by the product's own code, copied in binary form, the indexes made afterwards. There are no events
/// behind them, so this measures questions and no writes.
/// </summary>
internal static class Loading
{
    private const string Columns = "tenant_id, id, tier, owner, name, version, position, is_deleted, created_at, created_by, updated_at, updated_by, content, searchable, name_words, word_count, texts, terms, is_whole";

    public static async Task Fill(NpgsqlDataSource source, int documents, int owners)
    {
        var started = Stopwatch.GetTimestamp();
        await Execute(source, string.Join(' ', SearchTables.IndexNames.Where(n => n.StartsWith("search_document", StringComparison.Ordinal)).Select(n => $"DROP INDEX IF EXISTS propsdb.{n};")) + "ALTER TABLE propsdb.search_document SET UNLOGGED; ");
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var copy = await connection.BeginBinaryImportAsync($"COPY {SearchTables.Document} ({Columns}) FROM STDIN (FORMAT BINARY)");
            for (int number; (number = Interlocked.Increment(ref next)) < documents;)
            {
                var (key, document) = Made.Document(number, owners);
                await Write(copy, SearchRow.Of(key, document));
                if (number % 100_000 == 0) Console.WriteLine($"{number} rows after {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
            }
            await copy.CompleteAsync();
        })));
        Console.WriteLine($"{documents} rows copied in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s; making the indexes");
        await Execute(source, $"SET maintenance_work_mem = '2GB'; {SearchTables.CreateIndexes}");
        Console.WriteLine($"indexes made after {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s; analysing");
        await Execute(source, $"""
            INSERT INTO {SearchTables.Index} (tenant_id, tier, index_name, path, tokens, is_ready, built_id) VALUES ('{Made.App}', '{Made.Tier}', 'by-size', '/body/size', ARRAY['body', 'size'], true, '00000000-0000-0000-0000-000000000000');
            INSERT INTO {SearchTables.Key} (tenant_id, id, index_name, tier, rank, number, text) SELECT tenant_id, id, 'by-size', tier, 3, (searchable #>> ARRAY['body','size'])::numeric, '' FROM {SearchTables.Document};
            """);
        await Execute(source, $"VACUUM ANALYZE {SearchTables.Document}");
        await Execute(source, $"VACUUM ANALYZE {SearchTables.Key}");
        Console.WriteLine($"ready after {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
    }

    private static async Task Write(NpgsqlBinaryImporter copy, SearchRow row)
    {
        await copy.StartRowAsync();
        await copy.WriteAsync(row.Key.App, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Key.StreamId, NpgsqlDbType.Uuid);
        await copy.WriteAsync(row.Key.Tier, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Key.Owner!, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Key.Name, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Document.Version, NpgsqlDbType.Bigint);
        await copy.WriteAsync(row.Document.Position, NpgsqlDbType.Bigint);
        await copy.WriteAsync(false, NpgsqlDbType.Boolean);
        await copy.WriteAsync(row.Document.Created.At, NpgsqlDbType.TimestampTz);
        await copy.WriteAsync(row.Document.Created.By, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Document.Updated.At, NpgsqlDbType.TimestampTz);
        await copy.WriteAsync(row.Document.Updated.By, NpgsqlDbType.Varchar);
        await copy.WriteAsync(row.Content, NpgsqlDbType.Text);
        await copy.WriteAsync(row.Searchable, NpgsqlDbType.Jsonb);
        await copy.WriteAsync(row.NameWords, NpgsqlDbType.Text);
        await copy.WriteAsync(row.WordCount, NpgsqlDbType.Integer);
        await copy.WriteAsync(row.Texts.Split('\n'), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await copy.WriteAsync(row.Terms.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        await copy.WriteAsync(row.IsWhole, NpgsqlDbType.Boolean);
    }

    public static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 3_600;
        await command.ExecuteNonQueryAsync();
    }
}
