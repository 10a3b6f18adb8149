using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PropsDb.Events.Search;
using PropsDb.Events.Values;

namespace PropsDb.Projections.Search;

/// <summary>What documents are sorted by: a field, or what stands at a path. Equal ones stand in the order of their ids.</summary>
/// <param name="Path">Null: by <paramref name="Field"/>.</param>
public sealed record DocumentSort(DocumentField Field, JsonPointer? Path, bool IsDescending)
{
    public static DocumentSort ByName { get; } = new(DocumentField.Name, null, false);
}

/// <summary>A sort in SQL: the values that it compares, in turn, and the id behind them.</summary>
internal sealed class SortColumns
{
    private readonly (string Expression, string Type)[] _columns;
    private readonly string _id;
    private readonly bool _isDescending;

    private SortColumns((string, string)[] columns, string id, bool isDescending) => (_columns, _id, _isDescending) = (columns, id, isDescending);

    /// <summary>What the sort adds to the tables that are read.</summary>
    public string Join { get; private init; } = "";

    /// <param name="index">The declared index of the path, where there is one that is ready.</param>
    public static SortColumns Of(DocumentSort sort, string? index, SqlParameters sql)
    {
        if (sort.Path is not { } path) return new([OfField(sort.Field)], "d.id", sort.IsDescending);
        if (index is not null)
        {
            return new([("k.rank", "smallint"), ("k.number", "numeric"), ("k.text COLLATE \"C\"", "text")], "k.id", sort.IsDescending)
            {
                Join = $" JOIN {SearchTables.Key} k ON k.tenant_id = d.tenant_id AND k.tier = d.tier AND k.id = d.id AND k.index_name = {sql.Add(NpgsqlDbType.Varchar, index)}",
            };
        }
        return new([(SortSql.RankOf, "smallint"), (SortSql.NumberOf, "numeric"), ($"({SortSql.TextOf}) COLLATE \"C\"", "text")], "d.id", sort.IsDescending)
        {
            Join = $" CROSS JOIN LATERAL (SELECT {FilterSql.Value(path, sql)} AS value OFFSET 0) v",
        };
    }

    private static (string, string) OfField(DocumentField field) => field switch
    {
        DocumentField.Name => ("d.name COLLATE \"C\"", "text"),
        DocumentField.Owner => ("coalesce(d.owner, '') COLLATE \"C\"", "text"),
        DocumentField.Version => ("d.version", "bigint"),
        DocumentField.CreatedAt => ("d.created_at", "timestamptz"),
        _ => ("d.updated_at", "timestamptz"),
    };

    public string Select => string.Concat(_columns.Select(c => $", ({c.Expression})::text"));

    public string OrderBy => string.Join(", ", _columns.Select(c => c.Expression).Append(_id).Select(c => c + (_isDescending ? " DESC" : " ASC")));

    /// <summary>The condition of what stands behind a place.</summary>
    public string Beyond(Place place, SqlParameters sql) =>
        $"({string.Join(", ", _columns.Select(c => c.Expression).Append(_id))}) {(_isDescending ? "<" : ">")} ({string.Join(", ", _columns.Zip(place.Values, (c, v) => $"{sql.Text(v)}::{c.Type}").Append(sql.Add(NpgsqlDbType.Uuid, place.Id)))})";

    public Place PlaceOf(NpgsqlDataReader row, int from) => new([.. _columns.Select((_, i) => row.GetString(from + i))], row.GetGuid(0));

    public bool Fits(Place place) => place.Values.Count == _columns.Length;
}

/// <summary>Where a page ends: the values that it is sorted by, as texts, and the id behind them.</summary>
public sealed record Place(IReadOnlyList<string> Values, Guid Id)
{
    /// <summary>One text that <see cref="Parse"/> reads: each value behind its length.</summary>
    public override string ToString() => string.Concat(Values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Length}:{v}")).Append(Id.ToString("N")));

    public static Place? Parse(string text)
    {
        var values = new List<string>();
        var rest = text;
        while (rest.IndexOf(':', StringComparison.Ordinal) is > 0 and < 10 and var colon
            && int.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= rest.Length - colon - 1)
        {
            values.Add(rest.Substring(colon + 1, length));
            rest = rest[(colon + 1 + length)..];
        }
        return Guid.TryParseExact(rest, "N", out var id) ? new Place(values, id) : null;
    }
}
