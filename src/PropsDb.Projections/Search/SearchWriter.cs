using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace PropsDb.Projections.Search;

/// <summary>Writes rows of the index in sets.</summary>
internal sealed class SearchWriter(NpgsqlConnection connection, DeclaredIndexes indexes)
{
    // Of a term, with its sign and a comma.
    private const int MaxDigits = 21;

    // Terms and texts are lists in each row, and a list of lists of different lengths is none in PostgreSQL: they travel as texts.
    private const string Upsert = $"""
        INSERT INTO {SearchTables.Document} AS d (tenant_id, id, tier, owner, name, version, position, is_deleted, created_at, created_by, updated_at, updated_by,
            content, searchable, name_words, word_count, texts, terms, is_whole)
        SELECT tenant_id, id, tier, owner, name, version, position, is_deleted, created_at, created_by, updated_at, updated_by,
            content, searchable, name_words, word_count, string_to_array(texts, E'\n'), terms::bigint[], is_whole
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            AS i(tenant_id, id, tier, owner, name, version, position, is_deleted, created_at, created_by, updated_at, updated_by,
                content, searchable, name_words, word_count, texts, terms, is_whole)
        ON CONFLICT (tenant_id, id) DO UPDATE SET tier = excluded.tier, owner = excluded.owner, name = excluded.name, version = excluded.version, position = excluded.position, is_deleted = excluded.is_deleted,
            created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
            content = excluded.content, searchable = excluded.searchable, word_count = excluded.word_count, texts = excluded.texts,
            name_words = excluded.name_words, terms = excluded.terms, is_whole = excluded.is_whole
        """;

    public async Task Write(List<SearchRow> rows, CancellationToken cancel)
    {
        if (rows.Count == 0) return;
        await using var command = new NpgsqlCommand(Upsert, connection);
        Add(NpgsqlDbType.Varchar, r => r.Key.App);
        Add(NpgsqlDbType.Uuid, r => r.Key.StreamId);
        Add(NpgsqlDbType.Varchar, r => r.Key.Tier);
        Add(NpgsqlDbType.Varchar, r => r.Key.Owner);
        Add(NpgsqlDbType.Varchar, r => r.Key.Name);
        Add(NpgsqlDbType.Bigint, r => r.Document.Version);
        Add(NpgsqlDbType.Bigint, r => r.Document.Position);
        Add(NpgsqlDbType.Boolean, r => r.Document.IsDeleted);
        Add(NpgsqlDbType.TimestampTz, r => r.Document.Created.At.ToUniversalTime());
        Add(NpgsqlDbType.Varchar, r => r.Document.Created.By);
        Add(NpgsqlDbType.TimestampTz, r => r.Document.Updated.At.ToUniversalTime());
        Add(NpgsqlDbType.Varchar, r => r.Document.Updated.By);
        Add(NpgsqlDbType.Text, r => r.Content);
        Add(NpgsqlDbType.Jsonb, r => r.Searchable);
        Add(NpgsqlDbType.Text, r => r.NameWords);
        Add(NpgsqlDbType.Integer, r => r.WordCount);
        Add(NpgsqlDbType.Text, r => r.Texts);
        Add(NpgsqlDbType.Text, Terms);
        Add(NpgsqlDbType.Boolean, r => r.IsWhole);
        await command.ExecuteNonQueryAsync(cancel);
        await indexes.Write(rows, cancel);

        void Add<T>(NpgsqlDbType type, Func<SearchRow, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. rows.Select(value)] });
    }

    private static string Terms(SearchRow row)
    {
        var text = new StringBuilder("{", row.Terms.Count * MaxDigits);
        foreach (var term in row.Terms) text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"{term}");
        return text.Append('}').ToString();
    }
}
