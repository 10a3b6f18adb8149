using Npgsql;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>A document as the index has it: as it was at that version.</summary>
public sealed record FoundDocument(
    Guid Id, string Name, string? Owner, long Version, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt, string UpdatedBy, JsonValue Collections)
{
    internal const string Columns = "d.id, d.name, d.owner, d.version, d.created_at, d.created_by, d.updated_at, d.updated_by, d.content";
    internal const int ColumnCount = 9;

    /// <summary>The collections, for who writes documents. When each part was last changed is not told by the index.</summary>
    public Content Content => Content.From(Collections.Members.Select(c => KeyValuePair.Create(c.Name,
        Collection.From(c.Value.Members.Select(p => KeyValuePair.Create(p.Name, new Property(p.Value, Commit.None, 0))), Commit.None, 0))));

    internal static FoundDocument Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6), row.GetString(7), JsonValue.FromChecked(row.GetString(8)));
}
