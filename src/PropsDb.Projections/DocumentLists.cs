using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Documents;
using PropsDb.Events.Values;

namespace PropsDb.Projections;

public enum DocumentOrder { Name, Version, CreatedAt, UpdatedAt }

/// <summary>Which documents of a tier to list, and which page of them.</summary>
/// <param name="Owner">Only this owner's; null: every owner's.</param>
/// <param name="Shared">With them these, whosever they are.</param>
/// <param name="OnlyShared">And none but these.</param>
/// <param name="After">Where the page before ended; null: skip <paramref name="Offset"/> instead.</param>
public sealed record ListQuery(
    string App, string Tier, string? Owner, IReadOnlyCollection<Guid> Shared, bool OnlyShared, string Prefix, bool Deleted, DocumentOrder Order, bool Descending, int Limit, long Offset, ListPlace? After, bool WithContent);

/// <summary>A place in a list: the value it is sorted by, and the id that tells equal ones apart.</summary>
public sealed record ListPlace(string Value, Guid Id);

/// <param name="Content">The whole document where the query asked for content.</param>
public sealed record ListedDocument(
    Guid Id, string Name, string? Owner, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string UpdatedBy, Document? Content);

/// <param name="Total">Exact up to <see cref="DocumentLists.MaxExactTotal"/>, else that number.</param>
public sealed record ListPage(IReadOnlyList<ListedDocument> Documents, long Total, bool TotalAtLeast, ListPlace? Next);

/// <summary>Lists the documents of a tier from their views, once those hold what this node has committed.</summary>
public sealed class DocumentLists(NpgsqlDataSource source, DocumentViews views, DocumentReader reader)
{
    public const int MaxExactTotal = 10_000;

    /// <param name="atLeast">The list holds every commit up to this position, of whatever node.</param>
    /// <exception cref="TimeoutException">The views are too far behind.</exception>
    public async Task<ListPage> List(ListQuery query, CancellationToken cancel, long atLeast = 0)
    {
        await views.Include(atLeast, cancel);
        var total = await Count(query, cancel);
        await using var command = source.CreateCommand();
        var where = Where(query, command);
        var (column, type) = Column(query.Order);
        var (direction, beyond) = query.Descending ? ("DESC", "<") : ("ASC", ">");
        if (query.After is { } after)
        {
            where += $" AND ({column}, id) {beyond} ({Add(command, NpgsqlDbType.Text, after.Value)}::{type}, {Add(command, NpgsqlDbType.Uuid, after.Id)})";
        }
        command.CommandText = $"""
            SELECT id, name, owner, version, created_at, updated_at, updated_by, stream_version, position, is_deleted{(query.WithContent ? ", content" : "")}
            FROM {StoreSetup.Schema}.document_view
            WHERE {where} ORDER BY {column} {direction}, id {direction}
            LIMIT {Add(command, NpgsqlDbType.Bigint, query.Limit + 1L)} OFFSET {Add(command, NpgsqlDbType.Bigint, query.After is null ? query.Offset : 0L)}
            """;
        var documents = new List<ListedDocument>();
        await using (var rows = await command.ExecuteReaderAsync(cancel))
        {
            while (await rows.ReadAsync(cancel))
            {
                var content = query.WithContent && !await rows.IsDBNullAsync(10, cancel)
                    ? ViewContent.Read(rows.GetFieldValue<byte[]>(10), rows.GetInt64(3), rows.GetInt64(7), rows.GetInt64(8), rows.GetBoolean(9))
                    : null;
                documents.Add(new ListedDocument(
                    rows.GetGuid(0),
                    rows.GetString(1),
                    await rows.IsDBNullAsync(2, cancel) ? null : rows.GetString(2),
                    rows.GetInt64(3),
                    await rows.GetFieldValueAsync<DateTimeOffset>(4, cancel),
                    await rows.GetFieldValueAsync<DateTimeOffset>(5, cancel),
                    rows.GetString(6),
                    content));
            }
        }
        ListPlace? next = null;
        if (documents.Count > query.Limit)
        {
            documents.RemoveAt(query.Limit);
            next = new ListPlace(SortValue(documents[^1], query.Order), documents[^1].Id);
        }
        if (query.WithContent) await AddLarge(query, documents, cancel);
        return new ListPage(documents, total, total == MaxExactTotal + 1, next);
    }

    // What a view does not hold is read from where it is; as of now, which may be a version on.
    private async Task AddLarge(ListQuery query, List<ListedDocument> documents, CancellationToken cancel)
    {
        for (var i = documents.Count - 1; i >= 0; i--)
        {
            if (documents[i].Content is not null) continue;
            var document = await reader.Load(new DocumentKey(query.App, query.Tier, documents[i].Owner, documents[i].Name), cancel);
            if (document.IsDeleted != query.Deleted) documents.RemoveAt(i);
            else documents[i] = documents[i] with { Content = document, Version = document.Version, UpdatedAt = document.Updated.At, UpdatedBy = document.Updated.By };
        }
    }

    public async Task<bool> HoldsAny(string app, string tier, CancellationToken cancel)
    {
        await views.Include(0, cancel);
        await using var command = source.CreateCommand($"SELECT EXISTS (SELECT 1 FROM {StoreSetup.Schema}.document_view WHERE tenant_id = $1 AND tier = $2 AND NOT is_deleted)");
        command.Parameters.Add(new() { Value = app });
        command.Parameters.Add(new() { Value = tier });
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<long> Count(ListQuery query, CancellationToken cancel)
    {
        await using var command = source.CreateCommand();
        command.CommandText = $"""
            SELECT count(*) FROM (SELECT 1 FROM {StoreSetup.Schema}.document_view WHERE {Where(query, command)} LIMIT {MaxExactTotal + 1}) counted
            """;
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static string Where(ListQuery query, NpgsqlCommand command)
    {
        var where = $"tenant_id = {Add(command, NpgsqlDbType.Varchar, query.App)} AND tier = {Add(command, NpgsqlDbType.Varchar, query.Tier)} AND is_deleted = {Add(command, NpgsqlDbType.Boolean, query.Deleted)}";
        if (query.OnlyShared)
        {
            where += $" AND id = ANY ({Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, query.Shared.ToArray())})";
            if (query.Owner is not null) where += $" AND owner = {Add(command, NpgsqlDbType.Varchar, query.Owner)}";
        }
        else if (query.Owner is not null)
        {
            var own = $"owner = {Add(command, NpgsqlDbType.Varchar, query.Owner)}";
            where += query.Shared.Count == 0 ? $" AND {own}" : $" AND ({own} OR id = ANY ({Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, query.Shared.ToArray())}))";
        }
        if (query.Prefix.Length > 0)
        {
            var prefix = Add(command, NpgsqlDbType.Text, query.Prefix);
            where += $" AND starts_with(name, {prefix}) AND name COLLATE \"C\" >= {prefix}";
        }
        return where;
    }

    // Names are compared as their bytes, whatever the database's own collation is.
    private static (string Column, string Type) Column(DocumentOrder order) => order switch
    {
        DocumentOrder.Name => ("name COLLATE \"C\"", "varchar COLLATE \"C\""),
        DocumentOrder.Version => ("version", "bigint"),
        DocumentOrder.CreatedAt => ("created_at", "timestamptz"),
        _ => ("updated_at", "timestamptz"),
    };

    private static string SortValue(ListedDocument listed, DocumentOrder order) => order switch
    {
        DocumentOrder.Name => listed.Name,
        DocumentOrder.Version => listed.Version.ToString(CultureInfo.InvariantCulture),
        DocumentOrder.CreatedAt => listed.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        _ => listed.UpdatedAt.ToString("O", CultureInfo.InvariantCulture),
    };

    private static string Add(NpgsqlCommand command, NpgsqlDbType type, object value)
    {
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        return "$" + command.Parameters.Count.ToString(CultureInfo.InvariantCulture);
    }
}
