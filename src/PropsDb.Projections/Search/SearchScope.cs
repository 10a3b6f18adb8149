using NpgsqlTypes;

namespace PropsDb.Projections.Search;

/// <summary>The documents that a caller may read in a tier: what is asked, is asked of these alone.</summary>
/// <param name="Owner">Only this owner's; null: every owner's.</param>
/// <param name="Shared">With them these, whosever they are.</param>
/// <param name="OnlyShared">And none but these.</param>
public sealed record SearchScope(string App, string Tier, string? Owner, IReadOnlyCollection<Guid> Shared, bool OnlyShared)
{
    internal TermSpace Space => new(App, Tier);

    /// <summary>The condition that holds for exactly these documents, and what of them can be looked up.</summary>
    /// <param name="ofWords">The need is of words, which all documents have as terms; of values not all may.</param>
    internal string Where(SqlParameters sql, Need? need, bool ofWords = false)
    {
        var where = $"d.tenant_id = {sql.Add(NpgsqlDbType.Varchar, App)} AND d.tier = {sql.Add(NpgsqlDbType.Varchar, Tier)} AND NOT d.is_deleted";
        var orInPart = ofWords ? "" : " OR NOT d.is_whole";
        var ids = Shared.Count > 0 || OnlyShared ? sql.Add(NpgsqlDbType.Array | NpgsqlDbType.Uuid, Shared.ToArray()) : null;
        var owner = Owner is null ? null : sql.Add(NpgsqlDbType.Varchar, Owner);
        if (OnlyShared)
        {
            // They are few, and found by their ids.
            where += $" AND d.id = ANY ({ids})";
            if (owner is not null) where += $" AND d.owner = {owner}";
            return where;
        }
        var own = Owner is { } name ? new Need.Terms([Space.Owner(name)]) : null;
        var looked = need is null ? null : Need.Both([need, own])!.Sql(sql);
        if (owner is null) return looked is null ? where : $"{where} AND ({looked}{orInPart})";
        if (ids is null) return looked is null ? $"{where} AND d.owner = {owner}" : $"{where} AND d.owner = {owner} AND ({looked}{orInPart})";
        where += $" AND (d.owner = {owner} OR d.id = ANY ({ids}))";
        return looked is null ? where : $"{where} AND ({looked} OR d.id = ANY ({ids}){orInPart})";
    }
}
