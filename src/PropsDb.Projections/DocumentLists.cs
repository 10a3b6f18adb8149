using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;
using PropsDb.Projections.Search;

namespace PropsDb.Projections;

public enum DocumentOrder { Name, Version, CreatedAt, UpdatedAt }

/// <summary>Which documents of a tier to list, and which page of them.</summary>
/// <param name="Owner">Only this owner's; null: every owner's.</param>
/// <param name="Shared">With them these, whosever they are.</param>
/// <param name="OnlyShared">And none but these.</param>
/// <param name="After">Where the page before ended; null: skip <paramref name="Offset"/> instead.</param>
public sealed record ListQuery(
    string App, string Tier, string? Owner, IReadOnlyCollection<Guid> Shared, bool OnlyShared, string Prefix, bool Deleted, DocumentOrder Order, bool Descending, int Limit, long Offset, ListPlace? After, bool WithContent)
{
    /// <summary>What is committed up to here is in the list.</summary>
    public long? MinPosition { get; init; }

    internal SearchScope Scope => new(App, Tier, Owner, Shared, OnlyShared);
}

/// <summary>A place in a list: the value it is sorted by, and the id that tells equal ones apart.</summary>
public sealed record ListPlace(string Value, Guid Id);

/// <param name="Content">The whole document where the query asked for content.</param>
public sealed record ListedDocument(
    Guid Id, string Name, string? Owner, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string UpdatedBy, Document? Content);

/// <param name="Total">Exact up to <see cref="DocumentLists.MaxExactTotal"/>, else that number.</param>
public sealed record ListPage(IReadOnlyList<ListedDocument> Documents, long Total, bool TotalAtLeast, ListPlace? Next);

/// <summary>Lists the documents of a tier from the search index.</summary>
public sealed class DocumentLists(SearchDatabase database, SearchProgress progress, DocumentReader documents, NpgsqlDataSource source)
{
    public const int MaxExactTotal = 10_000;

    /// <exception cref="IndexBehindException">The index does not include what it must.</exception>
    public async Task<ListPage> List(ListQuery query, CancellationToken cancel)
    {
        if (!await progress.Includes(query.App, query.MinPosition, cancel)) throw new IndexBehindException();
        var total = await Count(query, cancel);
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        var where = Where(query, sql);
        var (column, type) = Column(query.Order);
        var (direction, beyond) = query.Descending ? ("DESC", "<") : ("ASC", ">");
        if (query.After is { } after) where += $" AND ({column}, d.id) {beyond} ({sql.Text(after.Value)}::{type}, {sql.Add(NpgsqlDbType.Uuid, after.Id)})";
        command.CommandText = $"""
            SELECT d.id, d.name, d.owner, d.version, d.created_at, d.updated_at, d.updated_by FROM {SearchTables.Document} d
            WHERE {where} ORDER BY {column} {direction}, d.id {direction}
            LIMIT {sql.Add(NpgsqlDbType.Bigint, query.Limit + 1L)} OFFSET {sql.Add(NpgsqlDbType.Bigint, query.After is null ? query.Offset : 0L)}
            """;
        var listed = await database.Read(command, async reader =>
        {
            var read = new List<ListedDocument>();
            while (await reader.ReadAsync(cancel))
            {
                read.Add(new ListedDocument(
                    reader.GetGuid(0), reader.GetString(1), await reader.IsDBNullAsync(2, cancel) ? null : reader.GetString(2), reader.GetInt64(3),
                    await reader.GetFieldValueAsync<DateTimeOffset>(4, cancel), await reader.GetFieldValueAsync<DateTimeOffset>(5, cancel), reader.GetString(6), Content: null));
            }
            return read;
        }, cancel);
        ListPlace? next = null;
        if (listed.Count > query.Limit)
        {
            listed.RemoveAt(query.Limit);
            next = new ListPlace(SortValue(listed[^1], query.Order), listed[^1].Id);
        }
        return new ListPage(query.WithContent ? await WithContent(query, listed, cancel) : listed, total, total == MaxExactTotal + 1, next);
    }

    // Documents are shown as they are now; one that has gone since the index saw it, or has come back, is not in the list any more.
    private async Task<List<ListedDocument>> WithContent(ListQuery query, List<ListedDocument> listed, CancellationToken cancel)
    {
        var shown = new List<ListedDocument>(listed.Count);
        foreach (var entry in listed)
        {
            var document = await documents.Load(new DocumentKey(query.App, query.Tier, entry.Owner, entry.Name), cancel);
            if (document.IsDeleted != query.Deleted) continue;
            shown.Add(entry with { Version = document.Version, CreatedAt = document.Created.At, UpdatedAt = document.Updated.At, UpdatedBy = document.Updated.By, Content = document });
        }
        return shown;
    }

    public async Task<bool> HoldsAny(string app, string tier, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT EXISTS (SELECT 1 FROM {StoreSetup.Schema}.document_view WHERE tenant_id = $1 AND tier = $2 AND NOT is_deleted)");
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = tier });
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private Task<long> Count(ListQuery query, CancellationToken cancel)
    {
        var command = new NpgsqlCommand();
        var sql = new SqlParameters(command.Parameters);
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM {SearchTables.Document} d WHERE {Where(query, sql)} LIMIT {MaxExactTotal + 1}) counted";
        return database.Read(command, async reader =>
        {
            await reader.ReadAsync(cancel);
            return reader.GetInt64(0);
        }, cancel);
    }

    private static string Where(ListQuery query, SqlParameters sql)
    {
        var where = query.Scope.Where(sql, null, query.Deleted);
        if (query.Prefix.Length == 0) return where;
        // The range is what the index can tell: no name is longer than its last characters here are many.
        var last = query.Prefix + string.Concat(Enumerable.Repeat("\U0010FFFF", Names.MaxLength));
        return $"{where} AND starts_with(d.name, {sql.Text(query.Prefix)}) AND d.name COLLATE \"C\" BETWEEN {sql.Text(query.Prefix)} AND {sql.Text(last)}";
    }

    // Names are compared as their bytes, whatever the database's own collation is.
    private static (string Column, string Type) Column(DocumentOrder order) => order switch
    {
        DocumentOrder.Name => ("d.name COLLATE \"C\"", "text"),
        DocumentOrder.Version => ("d.version", "bigint"),
        DocumentOrder.CreatedAt => ("d.created_at", "timestamptz"),
        _ => ("d.updated_at", "timestamptz"),
    };

    private static string SortValue(ListedDocument listed, DocumentOrder order) => order switch
    {
        DocumentOrder.Name => listed.Name,
        DocumentOrder.Version => listed.Version.ToString(CultureInfo.InvariantCulture),
        DocumentOrder.CreatedAt => listed.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        _ => listed.UpdatedAt.ToString("O", CultureInfo.InvariantCulture),
    };
}
