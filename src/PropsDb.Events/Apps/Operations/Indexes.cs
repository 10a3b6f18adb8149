namespace PropsDb.Events.Apps.Operations;

/// <summary>Makes what stands at a path of a tier's documents quick to sort by and to compare.</summary>
public sealed record DeclareIndex(string Tier, string Index, string Path) : AppOperation
{
    /// <summary>Each costs every write of the tier a row.</summary>
    public const int MaxInTier = 16;

    public override Ruling Decide(App app, DateTimeOffset at)
    {
        var name = new IndexName(Tier, Index);
        if (app.Indexes.TryGetValue(name, out var path)) return path == Path ? Ruling.NoChange : new IndexDeclared(Tier, Index, Path);
        return app.Indexes.Keys.Count(i => i.Tier == Tier) < MaxInTier
            ? new IndexDeclared(Tier, Index, Path) : Refuse("too_large", $"A tier has at most {MaxInTier} declared indexes.");
    }
}

public sealed record DropIndex(string Tier, string Index) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Indexes.ContainsKey(new(Tier, Index)) ? new IndexDropped(Tier, Index) : NotFound;
}
