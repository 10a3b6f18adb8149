namespace PropsDb.Projections.Search;

/// <summary>
/// What a document's terms must be for a condition to hold: more may fit than do, none is left out. The index finds these, the condition itself
/// then looks at each.
/// </summary>
internal abstract record Need
{
    /// <summary>It has all of these terms.</summary>
    public sealed record Terms(IReadOnlyList<long> All) : Need;

    /// <summary>It has one of these terms.</summary>
    public sealed record AnyTerm(IReadOnlyList<long> Any) : Need;

    private sealed record BothOf(IReadOnlyList<Need> Needs) : Need;

    private sealed record EitherOf(IReadOnlyList<Need> Needs) : Need;

    /// <summary>All of several; null stands for one that any document meets.</summary>
    public static Need? Both(IEnumerable<Need?> needs)
    {
        var flat = needs.OfType<Need>().SelectMany(n => n is BothOf both ? both.Needs : [n]).ToList();
        var all = flat.OfType<Terms>().SelectMany(t => t.All).Distinct().ToList();
        List<Need> merged = [.. flat.Where(n => n is not Terms)];
        if (all.Count > 0) merged.Insert(0, new Terms(all));
        return merged.Count switch { 0 => null, 1 => merged[0], _ => new BothOf(merged) };
    }

    /// <summary>One of several; null where any document meets one of them.</summary>
    public static Need? Either(IReadOnlyList<Need?> needs)
    {
        if (needs.Any(n => n is null)) return null;
        var flat = needs.OfType<Need>().SelectMany(n => n is EitherOf either ? either.Needs : [n]).ToList();
        var any = flat.SelectMany(n => n switch { AnyTerm a => a.Any, Terms { All: [var one] } => [one], _ => Array.Empty<long>() }).Distinct().ToList();
        List<Need> merged = [.. flat.Where(n => n is not (AnyTerm or Terms { All.Count: 1 }))];
        if (any.Count > 0 || merged.Count == 0) merged.Insert(0, any.Count == 1 ? new Terms(any) : new AnyTerm(any));
        return merged.Count == 1 ? merged[0] : new EitherOf(merged);
    }

    public string Sql(SqlParameters sql) => this switch
    {
        Terms(var all) => $"d.terms @> {sql.Terms(all)}",
        AnyTerm(var any) => $"d.terms && {sql.Terms(any)}",
        BothOf(var needs) => $"({string.Join(" AND ", needs.Select(n => n.Sql(sql)))})",
        EitherOf(var needs) => $"({string.Join(" OR ", needs.Select(n => n.Sql(sql)))})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
